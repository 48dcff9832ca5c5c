/*
 * frequency.c - which patterns a matrix is made of: one counter for a pattern and its negative, a table of (3^g + 1)
 * / 2 of them indexed by |pattern|. The last group of a row is padded with zeros and counts like any other, so that
 * the counts sum to M * ceil(K / g).
 */
#include "tmac.h"

#include <stdlib.h>

void tern_tmac_count(const tern_tmac_plan *plan, const int8_t *w, uint64_t *count)
{
    for (size_t m = 0; m < plan->shape.m; m++, w += plan->shape.k)
        for (size_t k = 0; k < plan->shape.k; k += plan->g)
            count[abs(tern_tmac_pattern(w + k, common_smaller(plan->shape.k - k, plan->g)))]++;
}

/*
 * Each pattern goes where it belongs in the list of the hottest so far: most are colder than its last and cost one
 * comparison. Ties go to the smaller pattern, so that packing the same matrix twice gives the same bytes.
 */
size_t tern_tmac_rank(const tern_tmac_plan *plan, const uint64_t *count, size_t max, int32_t *hottest)
{
    size_t ranked = 0;

    for (size_t p = 0; p < plan->patterns && max > 0; p++) {
        if (count[p] == 0 || (ranked == max && count[p] <= count[hottest[max - 1]]))
            continue;
        size_t at = ranked < max ? ranked++ : max - 1;
        for (; at > 0 && count[p] > count[hottest[at - 1]]; at--)
            hottest[at] = hottest[at - 1];
        hottest[at] = (int32_t)p;
    }
    return ranked;
}
