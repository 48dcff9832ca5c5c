/*
 * tables.c - the tables of one K block and one block of tokens, from activations: table[slot][group][token] is what
 * the pattern of that slot, laid on the activations of that group, sums to. It is an int16: g <= 12 weights of 128 at
 * most. The slots of single weights are a transposed copy of x; a base is the sum of a few earlier slots (most often
 * two, since hot patterns resemble each other), taken for all groups and tokens at once, so that the loops are long
 * and vectors even for a single token. Bounded by stores: two loads, an addition and a store for most entries.
 */
#include "tmac.h"

#include <string.h>

/* Slots 0 to 2g: zero, x[i] and 2 x[i]. Weights beyond K and tokens beyond N are zeros. */
static void build_units(const tern_tmac_plan *plan, const int8_t *x, size_t tokens, size_t width, size_t k,
                        int16_t *table)
{
    const size_t g = plan->g, lanes = plan->groups * width;
    int16_t *const once = table + lanes, *const twice = once + g * lanes;

    memset(table, 0, (1 + 2 * g) * lanes * sizeof *table);
    for (size_t n = 0; n < tokens; n++, x += plan->shape.k)
        for (size_t group = 0; group < plan->groups; group++)
            for (size_t i = 0; i < g && k + group * g + i < plan->shape.k; i++) {
                const int16_t value = x[k + group * g + i];
                once[i * lanes + group * width + n] = value;
                twice[i * lanes + group * width + n] = (int16_t)(2 * value);
            }
}

/* sum = +-a +-b; sum may be a. */
static void add_slots(int16_t *sum, const int16_t *a, int sign_a, const int16_t *b, int sign_b, size_t lanes)
{
    for (size_t i = 0; i < lanes; i++)
        sum[i] = (int16_t)(sign_a * a[i] + sign_b * b[i]);
}

void tern_tmac_build(const tern_tmac_plan *plan, const tern_call *call, size_t token, size_t k_block, int16_t *table)
{
    const tern_tmac_head *head = call->packed;
    const uint16_t *term = (const uint16_t *)((const char *)call->packed + head->bases_at);
    const size_t left = plan->shape.n - token, tokens = left < plan->block_n ? left : plan->block_n;
    const size_t width = tern_tmac_width(tokens), lanes = plan->groups * width;

    build_units(plan, call->x + token * plan->shape.k, tokens, width, k_block * plan->groups * plan->g, table);
    int16_t *sum = table + (1 + 2 * plan->g) * lanes;
    for (size_t base = 0; base < head->base_count; base++, sum += lanes) {
        const int16_t *from = table + (term[1] >> 1) * lanes;
        int sign = term[1] & 1 ? -1 : 1;
        for (size_t i = 2; i <= term[0]; i++, from = sum, sign = 1)
            add_slots(sum, from, sign, table + (term[i] >> 1) * lanes, term[i] & 1 ? -1 : 1, lanes);
        term += 1 + term[0];
    }
}
