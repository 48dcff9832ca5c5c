/*
 * facts.c - what the tiers do, counted in the packed form itself: the weights are read back from it, and the tier of a
 * group follows from the rank of its pattern and from whether a base was used. Nothing is counted while running.
 */
#include "tmac.h"

#include <stdlib.h>
#include <string.h>

enum { TIERS = 4 };

typedef struct tally {
    tern_tmac_plan plan;
    const tern_tmac_head *head;
    uint8_t *tier;   /* by pattern: 1, 2 or 0 = not ranked */
    uint64_t *count; /* by pattern */
    int8_t *w;       /* of a panel and a K block: [row][column], whole groups */
    uint16_t *terms; /* of these: corrections by [row][group] */
    uint64_t groups, tiers[TIERS], based, corrections;
} tally;

static void tally_free(tally *t)
{
    free(t->tier);
    free(t->count);
    free(t->w);
    free(t->terms);
}

static int tally_new(tally *t, const tern_problem *problem, const void *packed)
{
    *t = (tally){.plan = tern_tmac_plan_of(problem), .head = packed};
    t->tier = calloc(t->plan.patterns, sizeof *t->tier);
    t->count = calloc(t->plan.patterns, sizeof *t->count);
    t->w = malloc(TERN_TMAC_PANEL * t->plan.groups * t->plan.g);
    t->terms = malloc(TERN_TMAC_PANEL * t->plan.groups * sizeof *t->terms);
    return t->tier != NULL && t->count != NULL && t->w != NULL && t->terms != NULL;
}

static void read_ranks(tally *t)
{
    const int32_t *ranked = (const int32_t *)(t->head + 1);

    for (uint32_t i = 0; i < t->head->tier1_count + t->head->tier2_count; i++)
        t->tier[ranked[i]] = i < t->head->tier1_count ? 1 : 2;
}

/* The index of a group in row r of a panel, 0 when there are none. */
static int index_of(const tern_tmac_cell *cell, size_t group, size_t r)
{
    return cell->shuffles > 0 ? cell->index[group * TERN_TMAC_PANEL + tern_tmac_place(r)] : 0;
}

static void read_bases(tally *t, const tern_tmac_cell *cell, size_t rows)
{
    const int16_t *weight = (const int16_t *)((const char *)t->head + t->head->weights_at);
    const size_t g = t->plan.g, slots = cell->shuffles * TERN_TMAC_SHUFFLE;
    int8_t *w = t->w;

    for (size_t r = 0; r < rows; r++)
        for (size_t group = 0; group < cell->groups; group++) {
            const int index = index_of(cell, group, r), sign = index < 0 ? -1 : 1;
            for (size_t i = 0; i < g; i++)
                *w++ = (int8_t)(index == 0 ? 0 : sign * weight[i * slots + (size_t)(sign * index)]);
        }
}

static void read_corrections(tally *t, const tern_tmac_cell *cell)
{
    const uint16_t *at = cell->corrections;

    for (int sign = 1; sign >= -1; sign -= 2)
        for (size_t left = sign > 0 ? cell->plus : cell->minus; left > 0; left--, at++) {
            const size_t row = tern_tmac_row(*at), column = tern_tmac_column(*at);
            int8_t *w = &t->w[row * cell->groups * t->plan.g + column];
            *w = (int8_t)(*w + sign);
            t->terms[row * cell->groups + column / t->plan.g]++;
        }
}

/* `count` weights of the group are within K. */
static void count_group(tally *t, const int8_t *w, size_t count, int has_base, unsigned corrections)
{
    const int32_t canonical = abs(tern_tmac_pattern(w, count));
    const uint8_t ranked = t->tier[canonical];

    t->groups++;
    t->count[canonical]++;
    t->based += has_base ? 1 : 0;
    t->corrections += corrections;
    t->tiers[ranked != 0 ? ranked - 1 : has_base ? 2 : 3]++;
}

static void read_cell(tally *t, size_t panel, size_t k_block)
{
    const size_t g = t->plan.g, first = k_block * t->plan.groups;
    const size_t rows = common_smaller(t->plan.shape.m - panel * TERN_TMAC_PANEL, TERN_TMAC_PANEL);
    const tern_tmac_cell cell = tern_tmac_cell_of(&t->plan, t->head, panel, k_block);

    memset(t->terms, 0, TERN_TMAC_PANEL * cell.groups * sizeof *t->terms);
    read_bases(t, &cell, rows);
    read_corrections(t, &cell);
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < cell.groups; i++)
            count_group(t, t->w + (r * cell.groups + i) * g, common_smaller(t->plan.shape.k - (first + i) * g, g),
                        index_of(&cell, i, r) != 0, t->terms[r * cell.groups + i]);
}

static double ratio(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : (double)part / (double)whole;
}

size_t tern_tmac_facts(const tern_problem *problem, const void *packed, tern_fact *fact, size_t max)
{
    const tern_tmac_head *head = packed;
    uint64_t distinct = 0, top = 0;
    size_t facts = 0;
    tally t;

    if (tally_new(&t, problem, packed)) {
        read_ranks(&t);
        for (size_t panel = 0; panel < t.plan.panels; panel++)
            for (size_t k_block = 0; k_block < t.plan.k_blocks; k_block++)
                read_cell(&t, panel, k_block);
        for (size_t p = 0; p < t.plan.patterns; p++) {
            distinct += t.count[p] != 0;
            top = t.count[p] > top ? t.count[p] : top;
        }
        const uint64_t weights = t.plan.shape.m * t.plan.shape.k;
        const tern_fact all[] = {
            {"tier1", "%", 100 * ratio(t.tiers[0], t.groups)},
            {"tier2", "%", 100 * ratio(t.tiers[1], t.groups)},
            {"tier3", "%", 100 * ratio(t.tiers[2], t.groups)},
            {"tier4", "%", 100 * ratio(t.tiers[3], t.groups)},
            {"groups", "", (double)t.groups},
            {"distinct patterns", "", (double)distinct},
            {"top pattern", "%", 100 * ratio(top, t.groups)},
            {"corrections a group", "", ratio(t.corrections, t.groups)},
            {"additions a weight", "", ratio(t.based + t.corrections, weights)},
            {"shuffles", "", head->shuffles},
            {"bases", "", head->base_count},
            {"reuse of base sums", "", ratio(t.based, head->base_count * (uint64_t)t.plan.row_groups)},
            {"bits a weight", "bit", ratio(8 * head->bytes, weights)},
        };
        for (; facts < sizeof all / sizeof *all && facts < max; facts++)
            fact[facts] = all[facts];
    }
    tally_free(&t);
    return facts;
}
