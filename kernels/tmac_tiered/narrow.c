/*
 * narrow.c - one token: the sums of a base and a group are split into two bytes, and a byte shuffle looks up one of
 * them for all rows of a vector. Magnitudes are looked up, and the sign of the index is applied to both halves. Halves
 * of a few groups are added as bytes, 127 at most in magnitude, then widened. How, an instruction set knows:
 * narrow_*.h.
 */
#include "common.h"
#include "tmac.h"

#include <string.h>

#if defined(__AVX2__)
#include "narrow_avx2.h"
#elif defined(__ARM_NEON)
#include "narrow_neon.h"
#else
#include "narrow_plain.h"
#endif

static narrow_split split_of(size_t g)
{
    const int shift = g <= 8 ? 5 : 6;
    const size_t low = (size_t)1 << (shift - 1), high = (128 * g + low) >> shift;

    return (narrow_split){shift, 127 / (low > high ? low : high)};
}

size_t tern_tmac_narrow_bytes(size_t groups, size_t slots)
{
    return groups * slots * 2;
}

typedef int16_t lanes16 __attribute__((vector_size(TERN_TMAC_SHUFFLE * sizeof(int16_t)), may_alias, aligned(2)));
typedef int8_t lanes8 __attribute__((vector_size(TERN_TMAC_SHUFFLE), may_alias, aligned(1)));

/* 16 slots of one group. weight is [g][slots]. */
NARROW_INLINE void build_entry(const int8_t *x, size_t g, const int16_t *weight, size_t slots, int shift, uint8_t *out)
{
    lanes16 sum = {0};

    for (size_t i = 0; i < g; i++, weight += slots)
        sum += *(const lanes16 *)weight * x[i];
    const lanes16 high = (sum + (int16_t)(1 << (shift - 1))) >> shift;
    *(lanes8 *)out = __builtin_convertvector(sum - high * (int16_t)(1 << shift), lanes8);
    *(lanes8 *)(out + TERN_TMAC_SHUFFLE) = __builtin_convertvector(high, lanes8);
}

void tern_tmac_narrow_build(const tern_tmac_plan *plan, const tern_tmac_head *head, const int8_t *x, size_t k_block,
                            uint8_t *table)
{
    const int16_t *weight = (const int16_t *)((const char *)head + head->weights_at);
    const size_t g = plan->g, first = k_block * plan->groups, slots = head->shuffles * TERN_TMAC_SHUFFLE;
    const size_t end = common_smaller(first + plan->groups, plan->row_groups);
    const int shift = split_of(g).shift;

    for (size_t group = first; group < end; group++) {
        const size_t left = plan->shape.k - group * g;
        int8_t last[TERN_TMAC_GROUP_MAX] = {0};
        const int8_t *from = left < g ? memcpy(last, x + group * g, left) : x + group * g;
        for (size_t slot = 0; slot < slots; slot += TERN_TMAC_SHUFFLE, table += NARROW_ENTRY)
            build_entry(from, g, weight + slot, slots, shift, table);
    }
}

static void add_all(const tern_tmac_cell *cell, const uint8_t *table, narrow_split s, int32_t *sum)
{
    switch (cell->shuffles) { /* a constant in each call */
    case 0:
        break;
    case 1:
        narrow_add(cell, table, s, sum, 1);
        break;
    case 2:
        narrow_add(cell, table, s, sum, 2);
        break;
    case 3:
        narrow_add(cell, table, s, sum, 3);
        break;
    case 4:
        narrow_add(cell, table, s, sum, 4);
        break;
    case 5:
        narrow_add(cell, table, s, sum, 5);
        break;
    case 6:
        narrow_add(cell, table, s, sum, 6);
        break;
    case 7:
        narrow_add(cell, table, s, sum, 7);
        break;
    default:
        narrow_add(cell, table, s, sum, 8);
    }
}

/* Neighbours of a list are of different rows mostly, so that an addition need not wait for the one before. */
static void correct(const tern_tmac_cell *cell, const int8_t *x, int32_t *sum)
{
    const uint16_t *at = cell->corrections, *end = at + cell->plus;

    for (; at < end; at++)
        sum[tern_tmac_row(*at)] += x[tern_tmac_column(*at)];
    for (end += cell->minus; at < end; at++)
        sum[tern_tmac_row(*at)] -= x[tern_tmac_column(*at)];
}

void tern_tmac_narrow_sum(size_t g, const tern_tmac_cell *cell, const uint8_t *table, const int8_t *x,
                          int32_t sum[TERN_TMAC_PANEL])
{
    memset(sum, 0, TERN_TMAC_PANEL * sizeof *sum);
    add_all(cell, table, split_of(g), sum);
    correct(cell, x, sum);
}
