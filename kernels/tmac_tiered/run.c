/*
 * run.c - sums by look-up. For each block of tokens, for each K block: build its table (or take the one that prepare
 * built), then for each panel of the slice sum up what its indices and corrections name and add that to Y. Nothing but
 * that one table is looked into meanwhile, so it stays in cache while every panel uses it. Each thread builds for
 * itself: that repeats a few percent of the work, but a table for all of K and N would leave the cache (`shared` builds
 * that one).
 */
#include "common.h"
#include "tmac.h"

/* What one table serves. */
typedef struct block {
    size_t token, tokens; /* the first, and how many */
    size_t k_block;
    char *table;
} block;

/* Scratch begins with the tables: by block (tokens outside, K inside) when they are shared, else by thread. */
static block block_of(const tern_tmac_plan *plan, const tern_call *call, size_t token, size_t k_block, size_t table)
{
    return (block){
        .token = token,
        .tokens = common_smaller(plan->shape.n - token, plan->block_n),
        .k_block = k_block,
        .table = (char *)call->scratch + table * plan->table_bytes,
    };
}

/* Where the narrow table of a token of the block lies. */
static uint8_t *narrow_table(const tern_tmac_plan *plan, const block *b, size_t token)
{
    return (uint8_t *)b->table + token * tern_tmac_narrow_bytes(plan->groups, plan->slots);
}

static void build(const tern_tmac_plan *plan, const tern_call *call, const block *b)
{
    const int8_t *x = call->x + b->token * plan->shape.k;

    if (plan->wide)
        tern_tmac_wide_build(plan, call->packed, x, b->tokens, b->k_block, (int16_t *)b->table);
    else
        for (size_t n = 0; n < b->tokens; n++, x += plan->shape.k)
            tern_tmac_narrow_build(plan, call->packed, x, b->k_block, narrow_table(plan, b, n));
}

void tern_tmac_prepare(const tern_call *call, tern_slice units)
{
    const tern_tmac_plan plan = tern_tmac_plan_of(call->problem);

    for (size_t unit = units.begin; unit < units.end; unit++) {
        const block b = block_of(&plan, call, unit / plan.k_blocks * plan.block_n, unit % plan.k_blocks, unit);
        build(&plan, call, &b);
    }
}

/* Puts sums into Y: as they are for the first K block, on top of what is there for the others. */
static void add_column(const int32_t *sum, size_t stride, size_t rows, int first, int32_t *y)
{
    for (size_t r = 0; r < rows; r++)
        y[r] = sum[r * stride] + (first ? 0 : y[r]);
}

static void run_narrow(const tern_tmac_plan *plan, const tern_call *call, const block *b, const tern_tmac_cell *cell,
                       size_t m)
{
    const size_t rows = common_smaller(plan->shape.m - m, TERN_TMAC_PANEL);

    for (size_t n = 0; n < b->tokens; n++) {
        const int8_t *x = call->x + (b->token + n) * plan->shape.k + b->k_block * plan->groups * plan->g;
        int32_t sum[TERN_TMAC_PANEL];
        tern_tmac_narrow_sum(plan->g, cell, narrow_table(plan, b, n), x, sum);
        add_column(sum, 1, rows, b->k_block == 0, call->y + (b->token + n) * plan->shape.m + m);
    }
}

static void run_wide(const tern_tmac_plan *plan, const tern_call *call, const block *b, const tern_tmac_cell *cell,
                     size_t m, int32_t *tile)
{
    const size_t end = common_smaller(plan->shape.m - m, TERN_TMAC_PANEL), width = tern_tmac_width(b->tokens);

    for (size_t row = 0; row < end; row += plan->block_m) {
        const size_t rows = common_smaller(end - row, plan->block_m);
        tern_tmac_wide_sum(plan, cell, (const int16_t *)b->table, width, row, rows, tile);
        for (size_t n = 0; n < b->tokens; n++)
            add_column(tile + n, width, rows, b->k_block == 0, call->y + (b->token + n) * plan->shape.m + m + row);
    }
}

static void run_block(const tern_tmac_plan *plan, const tern_call *call, tern_slice rows, const block *b)
{
    int32_t *const tile = (int32_t *)((char *)call->scratch + plan->tiles_at + rows.thread * plan->tile_bytes);

    for (size_t m = rows.begin; m < rows.end; m += TERN_TMAC_PANEL) {
        const tern_tmac_cell cell = tern_tmac_cell_of(plan, call->packed, m / TERN_TMAC_PANEL, b->k_block);
        if (plan->wide)
            run_wide(plan, call, b, &cell, m, tile);
        else
            run_narrow(plan, call, b, &cell, m);
    }
}

void tern_tmac_run(const tern_call *call, tern_slice rows)
{
    const tern_tmac_plan plan = tern_tmac_plan_of(call->problem);

    for (size_t token = 0, unit = 0; token < plan.shape.n; token += plan.block_n)
        for (size_t k_block = 0; k_block < plan.k_blocks; k_block++, unit++) {
            const block b = block_of(&plan, call, token, k_block, plan.shared ? unit : rows.thread);
            if (!plan.shared && rows.begin < rows.end)
                build(&plan, call, &b);
            run_block(&plan, call, rows, &b);
        }
}
