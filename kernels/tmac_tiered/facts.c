/*
 * facts.c - what the tiers do, counted in the packed form itself: the stream is read back into the pattern of every
 * group, and the group's tier follows from the pattern's rank and from whether a base was used. Nothing is counted
 * while running.
 */
#include "tmac.h"

#include <stdlib.h>
#include <string.h>

enum { TIERS = 4 };

/* A group of one row, put together from its terms. */
typedef struct group {
    int32_t pattern;
    uint32_t terms;
    int has_base;
} group;

typedef struct tally {
    tern_tmac_plan plan;
    int32_t *pattern; /* by slot */
    uint8_t *tier;    /* by pattern: 1, 2 or 0 = not ranked */
    uint64_t *count;  /* by pattern */
    group *group;     /* of a row of a K block */
    uint64_t groups, tiers[TIERS], based, corrections, terms, pairs;
} tally;

static void tally_free(tally *t)
{
    free(t->pattern);
    free(t->tier);
    free(t->count);
    free(t->group);
}

static int tally_new(tally *t, const tern_problem *problem)
{
    *t = (tally){.plan = tern_tmac_plan_of(problem)};
    t->pattern = calloc(t->plan.slots, sizeof *t->pattern);
    t->tier = calloc(t->plan.patterns, sizeof *t->tier);
    t->count = calloc(t->plan.patterns, sizeof *t->count);
    t->group = calloc(t->plan.groups, sizeof *t->group);
    return t->pattern != NULL && t->tier != NULL && t->count != NULL && t->group != NULL;
}

static int32_t signed_value(const tally *t, unsigned term)
{
    return term & 1 ? -t->pattern[term >> 1] : t->pattern[term >> 1];
}

static void read_dictionary(tally *t, const char *packed)
{
    const tern_tmac_head *head = (const void *)packed;
    const int32_t *ranked = (const int32_t *)(packed + sizeof *head);
    const uint16_t *base = (const uint16_t *)(packed + head->bases_at);
    const size_t g = t->plan.g;

    for (uint32_t i = 0; i < head->tier1_count + head->tier2_count; i++)
        t->tier[ranked[i]] = i < head->tier1_count ? 1 : 2;
    for (size_t i = 0, power = 1; i < g; i++, power *= 3) {
        t->pattern[1 + i] = (int32_t)power;
        t->pattern[1 + g + i] = (int32_t)(2 * power);
    }
    for (size_t slot = 1 + 2 * g; slot <= 2 * g + head->base_count; slot++, base += 1 + base[0])
        for (size_t i = 1; i <= base[0]; i++)
            t->pattern[slot] += signed_value(t, base[i]);
}

static void read_entry(tally *t, uint32_t entry, unsigned negative)
{
    const size_t slot = entry / t->plan.groups;
    group *to = &t->group[entry % t->plan.groups];

    if (entry == 0)
        return;
    to->pattern += signed_value(t, (unsigned)slot << 1 | negative);
    to->has_base |= slot > 2 * t->plan.g;
    to->terms++;
}

static void count_group(tally *t, const group *from)
{
    const int32_t canonical = abs(from->pattern);
    const uint8_t ranked = t->tier[canonical];

    t->groups++;
    t->count[canonical]++;
    t->terms += from->terms;
    t->based += from->has_base ? 1 : 0;
    t->tiers[ranked != 0 ? ranked - 1 : from->has_base ? 2 : 3]++;
    if (ranked == 0)
        t->corrections += from->terms - (from->has_base ? 1 : 0);
}

static void read_stream(tally *t, const char *packed)
{
    const tern_tmac_head *head = (const void *)packed;
    const uint32_t *stream = (const uint32_t *)(packed + head->stream_at);

    for (size_t first = 0; first < t->plan.row_groups; first += t->plan.groups)
        for (size_t m = 0; m < t->plan.shape.m; m++) {
            memset(t->group, 0, t->plan.groups * sizeof *t->group);
            t->pairs += *stream;
            for (uint32_t left = *stream++; left > 0; left--, stream++) {
                read_entry(t, *stream & 0xFFFF, 0);
                read_entry(t, *stream >> 16, 1);
            }
            /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it loses sight of what is inside t, which tally_free() frees */
            for (size_t i = 0; i < t->plan.groups && first + i < t->plan.row_groups; i++)
                count_group(t, &t->group[i]);
        }
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

    if (tally_new(&t, problem)) {
        read_dictionary(&t, packed);
        read_stream(&t, packed);
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
            {"additions a weight", "", ratio(t.terms, weights)},
            {"filler", "%", 100 * ratio(2 * t.pairs - t.terms, 2 * t.pairs)},
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
