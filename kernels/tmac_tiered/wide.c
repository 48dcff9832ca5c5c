/*
 * wide.c - many tokens: they lie side by side in one table of int16, and an index of a row adds vectors of them. Both
 * signs of a base have an entry, so that there is nothing to decide. Sums are widened before they could overflow: an
 * entry is at most 128 g in magnitude. Bounded by loads: one for each index and one for each vector of 16 tokens that
 * it adds.
 */
#include "common.h"
#include "tmac.h"

#include <string.h>

/* Vectors that GCC and clang make of what the target has. */
typedef int16_t lanes16 __attribute__((vector_size(TERN_TMAC_LANES * sizeof(int16_t)), may_alias, aligned(32)));
typedef int32_t lanes32 __attribute__((vector_size(TERN_TMAC_LANES * sizeof(int32_t)), may_alias, aligned(32)));

enum { STRIP = 4 }; /* vectors summed at a time, in registers */

static size_t columns_of(const tern_tmac_plan *plan)
{
    return plan->groups * plan->g;
}

size_t tern_tmac_wide_bytes(const tern_tmac_plan *plan, size_t width)
{
    return (columns_of(plan) + plan->groups * 2 * plan->slots) * width * sizeof(int16_t);
}

/* Entries of a group, of both signs. */
static size_t entries_of(unsigned shuffles)
{
    return 2 * (size_t)shuffles * TERN_TMAC_SHUFFLE;
}

/* Columns beyond K and tokens beyond N are zeros. */
static void transpose(const tern_tmac_plan *plan, const int8_t *x, size_t tokens, size_t width, size_t k, int16_t *out)
{
    const size_t columns = common_smaller(plan->shape.k - k, columns_of(plan));

    memset(out, 0, columns_of(plan) * width * sizeof *out);
    for (size_t n = 0; n < tokens; n++, x += plan->shape.k)
        for (size_t i = 0; i < columns; i++)
            out[i * width + n] = x[k + i];
}

/* The sums of one base with one group, at both signs. x is [g][width], weight [g] with a stride. */
static void build_base(const int16_t *x, size_t g, size_t width, const int16_t *weight, size_t stride, int16_t *plus,
                       int16_t *minus)
{
    for (size_t n = 0; n < width; n += TERN_TMAC_LANES) {
        lanes16 sum = {0};
        for (size_t i = 0; i < g; i++)
            sum += *(const lanes16 *)(x + i * width + n) * weight[i * stride];
        *(lanes16 *)(plus + n) = sum;
        *(lanes16 *)(minus + n) = -sum;
    }
}

void tern_tmac_wide_build(const tern_tmac_plan *plan, const tern_tmac_head *head, const int8_t *x, size_t tokens,
                          size_t k_block, int16_t *table)
{
    const int16_t *weight = (const int16_t *)((const char *)head + head->weights_at);
    const size_t width = tern_tmac_width(tokens), entries = entries_of(head->shuffles), slots = entries / 2;
    int16_t *zero = table + (columns_of(plan) * width) + slots * width;

    transpose(plan, x, tokens, width, k_block * columns_of(plan), table);
    if (entries == 0)
        return;
    for (size_t group = 0; group < plan->groups; group++, zero += entries * width, table += plan->g * width) {
        memset(zero, 0, width * sizeof *zero);
        for (size_t slot = 1; slot <= head->base_count; slot++)
            build_base(table, plan->g, width, weight + slot, slots, zero + slot * width, zero - slot * width);
    }
}

/*
 * sum += what `groups` indices of a row name, for `vectors` <= STRIP vectors of tokens; zero is entry 0 of the first.
 */
static inline __attribute__((always_inline)) void add_indices(const int16_t *zero, size_t width, size_t entries,
                                                              const int8_t *index, size_t groups, lanes32 *sum,
                                                              const size_t vectors)
{
    lanes16 part[STRIP] = {{0}};

    for (size_t i = 0; i < groups; i++, zero += entries * width, index += TERN_TMAC_PANEL) {
        const lanes16 *entry = (const lanes16 *)(zero + (ptrdiff_t)*index * (ptrdiff_t)width);
        for (size_t v = 0; v < vectors; v++)
            part[v] += entry[v];
    }
    for (size_t v = 0; v < vectors; v++)
        sum[v] += __builtin_convertvector(part[v], lanes32);
}

/* The bases of one row. */
static void add_row(const tern_tmac_plan *plan, const tern_tmac_cell *cell, const int16_t *zero, size_t width,
                    const int8_t *index, int32_t *sum)
{
    const size_t most = INT16_MAX / (128 * plan->g), entries = entries_of(cell->shuffles);

    for (size_t group = 0; group < cell->groups; group += most) {
        const size_t count = common_smaller(cell->groups - group, most);
        const int16_t *from = zero + group * entries * width;
        const int8_t *at = index + group * TERN_TMAC_PANEL;
        size_t token = 0;
        for (; token + STRIP * TERN_TMAC_LANES <= width; token += STRIP * TERN_TMAC_LANES)
            add_indices(from + token, width, entries, at, count, (lanes32 *)(sum + token), STRIP);
        for (; token < width; token += TERN_TMAC_LANES)
            add_indices(from + token, width, entries, at, count, (lanes32 *)(sum + token), 1);
    }
}

static void add_column(const int16_t *x, size_t width, int16_t sign, int32_t *sum)
{
    for (size_t n = 0; n < width; n += TERN_TMAC_LANES) {
        const lanes16 value = *(const lanes16 *)(x + n) * sign;
        *(lanes32 *)(sum + n) += __builtin_convertvector(value, lanes32);
    }
}

/* The corrections of rows [begin, begin + rows) of a panel. */
static void correct(const tern_tmac_cell *cell, const int16_t *x, size_t width, size_t begin, size_t rows,
                    int32_t *tile)
{
    const uint16_t *at = cell->corrections;

    for (int sign = 1; sign >= -1; sign -= 2)
        for (size_t left = sign > 0 ? cell->plus : cell->minus; left > 0; left--, at++) {
            const size_t row = tern_tmac_row(*at) - begin;
            if (row < rows)
                add_column(x + tern_tmac_column(*at) * width, width, (int16_t)sign, tile + row * width);
        }
}

void tern_tmac_wide_sum(const tern_tmac_plan *plan, const tern_tmac_cell *cell, const int16_t *table, size_t width,
                        size_t begin, size_t rows, int32_t *tile)
{
    const int16_t *zero = table + (columns_of(plan) + entries_of(cell->shuffles) / 2) * width;

    memset(tile, 0, rows * width * sizeof *tile);
    for (size_t r = 0; r < rows && cell->shuffles > 0; r++)
        add_row(plan, cell, zero, width, cell->index + tern_tmac_place(begin + r), tile + r * width);
    correct(cell, table, width, begin, rows, tile);
}
