/*
 * run.c - sums by look-up. For each block of tokens, for each K block: take its tables, then for each tile of rows add up
 * what the stream names, and add the tile to Y. One K block's tables are all that is looked into meanwhile, so they stay in
 * cache while every row of the slice uses them; the stream is read once, in order, for each block of tokens. One token is a
 * scalar loop of two look-ups a pair; several tokens lie side by side in the table and are added as vectors of int16, which
 * are widened before they could overflow: a pair is at most 256 g in magnitude.
 */
#include "tmac.h"

#include <string.h>

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The parts of scratch: tables of all blocks when shared, else an own table for each thread; then a tile for each. */
static int16_t *table_of(const tern_tmac_plan *plan, const tern_call *call, size_t index)
{
    return (int16_t *)((char *)call->scratch + index * plan->table_bytes);
}

void tern_tmac_prepare(const tern_call *call, tern_slice units)
{
    const tern_tmac_plan plan = tern_tmac_plan_of(call->problem);

    for (size_t unit = units.begin; unit < units.end; unit++)
        tern_tmac_build(&plan, call, unit / plan.k_blocks * plan.block_n, unit % plan.k_blocks,
                        table_of(&plan, call, unit));
}

/* The sum of one row of a K block for one token. */
static int32_t add_row(const int16_t *table, const uint16_t *entry, size_t pairs)
{
    int32_t plus = 0, minus = 0;

    for (size_t i = 0; i < pairs; i++, entry += 2) {
        plus += table[entry[0]];
        minus += table[entry[1]];
    }
    return plus - minus;
}

/* The sums of one row for `vectors` vectors of tokens of a table that is `width` tokens wide. */
typedef int16_t lanes16 __attribute__((vector_size(TERN_TMAC_LANES * sizeof(int16_t)), may_alias));
