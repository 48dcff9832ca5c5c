/*
 * run.c - sums by look-up. For each block of tokens, for each K block: build its table (or take the one that prepare
 * built), then for each tile of rows add up what the stream names and add the tile to Y. Nothing but that one table
 * is looked into meanwhile, so it stays in cache while every row of the slice uses it; the stream is read in order,
 * once for each block of tokens. Each thread builds for itself: that repeats a few percent of the work, but a table
 * for all of K and N would leave the cache (`shared` builds that one). One token is a scalar loop of two look-ups a
 * pair; more tokens lie side by side in the table and are added as vectors of int16, widened before they could
 * overflow: a pair is at most 256 g in magnitude.
 */
#include "common.h"
#include "tmac.h"

#include <string.h>

static size_t plus_of(uint32_t pair)
{
    return pair & 0xFFFF;
}

static size_t minus_of(uint32_t pair)
{
    return pair >> 16;
}

/* Scratch begins with the tables: by block (tokens outside, K inside) when they are shared, else by thread. */
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
static int32_t add_row(const int16_t *table, const uint32_t *pair, size_t pairs)
{
    int32_t sum = 0;

    for (size_t i = 0; i < pairs; i++)
        sum += table[plus_of(pair[i])] - table[minus_of(pair[i])];
    return sum;
}

/* Vectors that GCC and clang make of what the target has. */
typedef int16_t lanes16 __attribute__((vector_size(TERN_TMAC_LANES * sizeof(int16_t)), may_alias));
typedef int32_t lanes32 __attribute__((vector_size(TERN_TMAC_LANES * sizeof(int32_t)), may_alias));

enum { STRIP = 4 }; /* vectors summed at a time, in registers */

/* sum += sums of `pairs` pairs, for `vectors` <= STRIP vectors of tokens of a table that is `width` tokens wide. */
static inline void add_pairs(const int16_t *table, size_t width, const uint32_t *pair, size_t pairs, lanes32 *sum,
                             const size_t vectors)
{
    lanes16 part[STRIP] = {{0}};

    for (size_t i = 0; i < pairs; i++) {
        const lanes16 *plus = (const lanes16 *)(table + plus_of(pair[i]) * width);
        const lanes16 *minus = (const lanes16 *)(table + minus_of(pair[i]) * width);
        for (size_t v = 0; v < vectors; v++)
            part[v] += plus[v] - minus[v];
    }
    for (size_t v = 0; v < vectors; v++)
        sum[v] += __builtin_convertvector(part[v], lanes32);
}

/* The sums of one row of a K block for `width` tokens. */
static void add_row_tokens(const int16_t *table, size_t width, const uint32_t *pair, size_t pairs, size_t most,
                           int32_t *sum)
{
    memset(sum, 0, width * sizeof *sum);
    for (size_t done = 0; done < pairs; done += most, pair += most) {
        const size_t count = common_smaller(pairs - done, most);
        size_t token = 0;
        for (; token + STRIP * TERN_TMAC_LANES <= width; token += STRIP * TERN_TMAC_LANES)
            add_pairs(table + token, width, pair, count, (lanes32 *)(sum + token), STRIP);
        for (; token < width; token += TERN_TMAC_LANES)
            add_pairs(table + token, width, pair, count, (lanes32 *)(sum + token), 1);
    }
}

/* Sums `rows` rows of a K block into tile[row][width]. Returns where the stream goes on. */
static const uint32_t *sum_tile(const tern_tmac_plan *plan, const int16_t *table, size_t width, const uint32_t *stream,
                                size_t rows, int32_t *tile)
{
    const size_t most = INT16_MAX / (256 * plan->g);

    for (size_t m = 0; m < rows; m++) {
        const size_t pairs = *stream++;
        if (width == 1)
            tile[m] = add_row(table, stream, pairs);
        else
            add_row_tokens(table, width, stream, pairs, most, tile + m * width);
        stream += pairs;
    }
    return stream;
}

/* Puts a tile into Y: as it is for the first K block, on top of what is there for the others. */
static void add_tile(const int32_t *tile, size_t width, size_t rows, size_t tokens, int first, int32_t *y,
                     size_t stride)
{
    for (size_t n = 0; n < tokens; n++)
        for (size_t m = 0; m < rows; m++)
            y[n * stride + m] = tile[m * width + n] + (first ? 0 : y[n * stride + m]);
}

/* All rows of the slice for one K block and one block of tokens. */
static void run_block(const tern_tmac_plan *plan, const tern_call *call, tern_slice rows, size_t token, size_t k_block,
                      const int16_t *table, int32_t *tile)
{
    const char *packed = call->packed;
    const tern_tmac_head *head = call->packed;
    const size_t per_block = common_parts(plan->shape.m, TERN_TMAC_ROW_STEP);
    const uint64_t *starts = (const uint64_t *)(packed + head->starts_at) + k_block * per_block;
    const uint32_t *stream = (const uint32_t *)(packed + head->stream_at) + starts[rows.begin / TERN_TMAC_ROW_STEP];
    const size_t tokens = common_smaller(plan->shape.n - token, plan->block_n), width = tern_tmac_width(tokens);

    for (size_t m = rows.begin; m < rows.end; m += plan->block_m) {
        const size_t count = common_smaller(rows.end - m, plan->block_m);
        stream = sum_tile(plan, table, width, stream, count, tile);
        add_tile(tile, width, count, tokens, k_block == 0, call->y + token * plan->shape.m + m, plan->shape.m);
    }
}

void tern_tmac_run(const tern_call *call, tern_slice rows)
{
    const tern_tmac_plan plan = tern_tmac_plan_of(call->problem);
    int32_t *const tile = (int32_t *)((char *)call->scratch + plan.tiles_at + rows.thread * plan.tile_bytes);

    for (size_t token = 0, unit = 0; token < plan.shape.n; token += plan.block_n)
        for (size_t k_block = 0; k_block < plan.k_blocks; k_block++, unit++) {
            int16_t *table = table_of(&plan, call, plan.shared ? unit : rows.thread);
            if (!plan.shared)
                tern_tmac_build(&plan, call, token, k_block, table);
            run_block(&plan, call, rows, token, k_block, table, tile);
        }
}
