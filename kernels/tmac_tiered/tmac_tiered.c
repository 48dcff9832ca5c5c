/*
 * tmac.tiered - sums of hot patterns, looked up. Weights are cut into groups of g along K. The patterns that occur
 * most often get a table of their sums with the activations; a group that spells such a pattern, or its negative,
 * costs one look-up (tier 1: the hottest; tier 2: the next), one that is near a hot pattern costs a look-up and a few
 * corrections c * x[k] with c in -2..2 (tier 3), any other one correction for each weight that is not zero (tier 4,
 * the fallback). So the answer is exact whatever the tiers hold, and all of them may be off.
 *
 * Every one of these is an entry of one table for each K block, where x[k] and 2 x[k] have entries too, and a row is
 * a list of entries to add and to subtract: tiers differ in how many entries they spend and in how much of the table
 * they touch, not in code. A group of zeros costs nothing. Loop order and blocks: run.c. Bounded by three loads for
 * each entry added and entry subtracted, and by the mispredicted end of the list of each row of a K block. With
 * realistic weights the tiers lose to a full table of short groups (group=5, tier2=256 holds every pattern); they
 * draw level near 70 % zeros.
 */
#include "common.h"
#include "tmac.h"

enum { GROUP, TIER1, TIER2, TIER3, BLOCK_M, BLOCK_N, BLOCK_K, SHARED };

static const tern_toggle toggles[] = {
    [GROUP] = {"group", "weights of one pattern", NULL, 8, 2, TERN_TMAC_GROUP_MAX},
    [TIER1] = {"tier1", "hottest patterns with a table entry", NULL, 16, 0, 256},
    [TIER2] = {"tier2", "next patterns with a table entry", NULL, 256, 0, 4096},
    [TIER3] = {"tier3", "corrections allowed beside the nearest of these patterns", NULL, 4, 0, TERN_TMAC_GROUP_MAX},
    [BLOCK_M] = {"block_m", "rows of a tile of sums", NULL, 32, 1, 1024},
    [BLOCK_N] = {"block_n", "tokens of a table", NULL, 64, 1, 1024},
    [BLOCK_K] = {"block_k", "weights of a row that one table serves", NULL, 256, 8, 4096},
    [SHARED] = {"shared", "prepare builds the tables of all blocks, once for all threads", NULL, 0, 0, 1},
    {0},
};

static size_t at_most(size_t value, size_t limit)
{
    return value < limit ? value : limit;
}

tern_tmac_plan tern_tmac_plan_of(const tern_problem *problem)
{
    const int32_t *toggle = problem->toggle;
    const size_t g = (size_t)toggle[GROUP];
    tern_tmac_plan plan = {
        .shape = problem->shape,
        .g = g,
        .tier1 = (size_t)toggle[TIER1],
        .tier2 = (size_t)toggle[TIER2],
        .tier3 = (size_t)toggle[TIER3],
        .block_m = (size_t)toggle[BLOCK_M],
        .shared = toggle[SHARED],
        .patterns = 1,
    };

    for (size_t i = 0; i < g; i++)
        plan.patterns = 3 * plan.patterns - 1; /* (3^i + 1) / 2 */
    plan.slots = 1 + 2 * g + at_most(plan.tier1 + plan.tier2, plan.patterns);
    plan.row_groups = common_parts(plan.shape.k, g);
    plan.groups = at_most(at_most((size_t)toggle[BLOCK_K] / g, TERN_TMAC_ENTRIES / plan.slots), plan.row_groups);
    plan.groups = plan.groups > 0 ? plan.groups : 1;
    plan.k_blocks = common_parts(plan.row_groups, plan.groups);
    plan.block_n = at_most((size_t)toggle[BLOCK_N], plan.shape.n);

    const size_t width = tern_tmac_width(plan.block_n);
    plan.table_bytes = common_parts(plan.slots * plan.groups * width * sizeof(int16_t), 64) * 64;
    plan.tables = plan.shared ? plan.k_blocks * common_parts(plan.shape.n, plan.block_n) : problem->threads;
    plan.tiles_at = plan.tables * plan.table_bytes;
    plan.tile_bytes = common_parts(plan.block_m * width * sizeof(int32_t), 64) * 64;
    return plan;
}

static size_t scratch_bytes(const tern_problem *problem)
{
    const tern_tmac_plan plan = tern_tmac_plan_of(problem);

    return plan.tiles_at + problem->threads * plan.tile_bytes;
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    const tern_tmac_plan plan = tern_tmac_plan_of(problem);

    *stages = (tern_stages){.run = tern_tmac_run};
    if (plan.shared) {
        stages->prepare = tern_tmac_prepare;
        stages->prepare_units = plan.tables;
    }
    return NULL;
}

const tern_kernel tern_kernel_tmac_tiered = {
    TERN_KERNEL_HEAD,
    .name = "tmac.tiered",
    .summary = "look-up of the sums of hot patterns, corrections for the others",
    .isa = 0,
    .bits_per_weight = 5.0,
    .multiple = {1, 1, 1},
    .tile = {TERN_TMAC_ROW_STEP, 256, 64},
    .row_step = TERN_TMAC_ROW_STEP,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = tern_tmac_packed_bytes,
    .pack = tern_tmac_pack,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
    .facts = tern_tmac_facts,
};
