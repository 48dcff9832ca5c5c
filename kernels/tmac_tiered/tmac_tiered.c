/*
 * tmac.tiered - sums of hot patterns, looked up. Weights are cut into groups of g along K. The patterns that occur
 * most often get a table of their sums with the activations; a group that spells such a pattern, or its negative,
 * costs one look-up (tier 1: the hottest; tier 2: the next), one that is near a hot pattern costs a look-up and a few
 * corrections c * x[k] with c in -2..2 (tier 3), any other one correction for each weight that is not zero (tier 4,
 * the fallback). So the answer is exact whatever the tiers hold, and all of them may be off.
 *
 * A row has one byte for each group, the slot of its base with the sign of the pattern. Rows stand in panels of 64, so
 * that for one token a byte shuffle looks up 32 rows at once, and groups of zeros, hits and misses cost the same: there
 * is nothing to predict. A shuffle chooses from 16 slots. Tier 1 by default is what one shuffle holds beside zeros;
 * tier 2 takes more shuffles where pack() finds that they save more than they cost. Corrections are few and stand
 * apart, for each panel and K block a list of row and column to add and another to subtract.
 *
 * So the bound by instructions, for a weight, with s shuffles and c corrections a group: a group of 64 rows takes 17 +
 * 12 s with its share of widening, and each correction 5, that is
 *
 *     (17 + 12 s) / (64 g) + 5 c / g
 *
 * With g = 4 and s = 1 the first term is 0.11, as against 0.10 of tmac.lut in all, and does not depend on zeros; the
 * second is about 0.04 at P(0) = 0.85, 0.015 at 0.9 and nothing at 0.98. So a group of 4 comes near tmac.lut and does
 * not pass it. A longer one does where zeros are many: with g = 8 the first term is 0.06, the second 0.04 at 0.95 and
 * below 0.01 at 0.98. Where zeros are few, group=3 holds every pattern in one shuffle and needs no corrections. For
 * many tokens: wide.c. Loop order and blocks: run.c.
 */
#include "common.h"
#include "tmac.h"

enum { GROUP, TIER1, TIER2, TIER3, BLOCK_M, BLOCK_N, BLOCK_K, SHARED, PREFETCH };

enum { BASES_MAX = TERN_TMAC_SHUFFLES * TERN_TMAC_SHUFFLE - 1 };

static const tern_toggle toggles[] = {
    [GROUP] = {"group", "weights of one pattern", NULL, 4, 2, TERN_TMAC_GROUP_MAX},
    [TIER1] = {"tier1", "hottest patterns with a table entry", NULL, 16, 0, BASES_MAX},
    [TIER2] = {"tier2", "next patterns with a table entry, at most", NULL, 112, 0, BASES_MAX},
    [TIER3] = {"tier3", "corrections allowed beside the nearest of these patterns", NULL, 4, 0, TERN_TMAC_GROUP_MAX},
    [BLOCK_M] = {"block_m", "rows of a tile of sums, a panel of 64 at most", NULL, TERN_TMAC_PANEL, 1, 1024},
    [BLOCK_N] = {"block_n", "tokens of a table", NULL, 64, 1, 1024},
    [BLOCK_K] = {"block_k", "weights of a row that one table serves, 1024 at most", NULL, 512, 8, 4096},
    [SHARED] = {"shared", "prepare builds the tables of all blocks, once for all threads", NULL, 0, 0, 1},
    [PREFETCH] = {"prefetch", "cache lines of indices to prefetch ahead, for few tokens", NULL, 96, 0, 512},
    {0},
};

/* Slots that the bases of a matrix need at most: patterns but zero, and slot 0. */
static size_t slots_of(const tern_tmac_plan *plan)
{
    const size_t ranked = common_smaller(plan->tier1 + plan->tier2, plan->patterns - 1);

    return ranked > 0 ? common_round_up(common_smaller(ranked, BASES_MAX) + 1, TERN_TMAC_SHUFFLE) : 0;
}

static size_t groups_of(const tern_tmac_plan *plan, size_t block_k)
{
    const size_t groups = common_smaller(common_smaller(block_k, TERN_TMAC_COLUMNS) / plan->g, plan->row_groups);

    return groups > 0 ? groups : 1;
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
        .patterns = 1,
        .panels = common_parts(problem->shape.m, TERN_TMAC_PANEL),
        .row_groups = common_parts(problem->shape.k, g),
        .block_m = common_smaller((size_t)toggle[BLOCK_M], TERN_TMAC_PANEL),
        .block_n = common_smaller((size_t)toggle[BLOCK_N], problem->shape.n),
        .shared = toggle[SHARED],
        .ahead = (size_t)toggle[PREFETCH] * TERN_TMAC_PANEL,
    };

    for (size_t i = 0; i < g; i++)
        plan.patterns = 3 * plan.patterns - 1; /* (3^i + 1) / 2 */
    plan.slots = slots_of(&plan);
    plan.groups = groups_of(&plan, (size_t)toggle[BLOCK_K]);
    plan.k_blocks = common_parts(plan.row_groups, plan.groups);
    plan.wide = plan.block_n > TERN_TMAC_NARROW;

    const size_t width = tern_tmac_width(plan.block_n);
    const size_t bytes =
        plan.wide ? tern_tmac_wide_bytes(&plan, width) : plan.block_n * tern_tmac_narrow_bytes(plan.groups, plan.slots);
    plan.table_bytes = common_apart(bytes);
    plan.tables = plan.shared ? plan.k_blocks * common_parts(plan.shape.n, plan.block_n) : problem->threads;
    plan.tiles_at = plan.tables * plan.table_bytes;
    plan.tile_bytes = plan.wide ? common_apart(plan.block_m * width * sizeof(int32_t)) : 0;
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
    .summary = "look-up of the sums of hot patterns by byte shuffles, corrections for the others",
#if defined(__AVX2__)
    .isa = TERN_ISA_AVX2,
#elif defined(__ARM_NEON)
    .isa = TERN_ISA_NEON,
#endif
    .bits_per_weight = 11.2, /* when tiers are off: 16 bits a weight that is not 0; by default it has 2.0 to 2.3 */
    .multiple = {1, 1, 1},
    .tile = {TERN_TMAC_PANEL, 512, TERN_TMAC_NARROW},
    .row_step = TERN_TMAC_PANEL,
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
