/*
 * frequency.c - which patterns a matrix is made of: one counter for a pattern and its negative, a table of (3^g + 1)
 * / 2 of them indexed by |pattern|, and the hottest by sorting. The last group of a row is padded with zeros and
 * counts like any other, so that the counts sum to M * ceil(K / g).
 */
#include "tmac.h"

#include <stdlib.h>

void tern_tmac_count(const tern_tmac_plan *plan, const int8_t *w, uint64_t *count)
{
    for (size_t m = 0; m < plan->shape.m; m++, w += plan->shape.k)
        for (size_t k = 0; k < plan->shape.k; k += plan->g) {
            const size_t left = plan->shape.k - k;
            count[abs(tern_tmac_pattern(w + k, left < plan->g ? left : plan->g))]++;
        }
}

typedef struct rank {
    uint64_t count;
    int32_t pattern;
} rank;

/* Ties go to the smaller pattern, so that packing the same matrix twice gives the same bytes. */
static int hotter(const void *a, const void *b)
{
    const rank *left = a, *right = b;

    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return (left->pattern > right->pattern) - (left->pattern < right->pattern);
}

ptrdiff_t tern_tmac_rank(const tern_tmac_plan *plan, const uint64_t *count, size_t max, int32_t *hottest)
{
    rank *all = malloc(plan->patterns * sizeof *all);
    size_t distinct = 0;

    if (all == NULL)
        return -1;
    for (size_t p = 0; p < plan->patterns; p++)
        if (count[p] != 0)
            all[distinct++] = (rank){count[p], (int32_t)p};
    qsort(all, distinct, sizeof *all, hotter);

    const size_t ranked = distinct < max ? distinct : max;
    for (size_t i = 0; i < ranked; i++)
        hottest[i] = all[i].pattern;
    free(all);
    return (ptrdiff_t)ranked;
}
