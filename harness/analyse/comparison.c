#include "analyse/comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *tern_change_name(tern_change change)
{
    static const char *const names[TERN_CHANGES] = {
        [TERN_CHANGE_LOST] = "lost",   [TERN_CHANGE_WRONG] = "wrong", [TERN_CHANGE_FIXED] = "fixed",
        [TERN_CHANGE_GONE] = "gone",   [TERN_CHANGE_NEW] = "new",     [TERN_CHANGE_UNTIMED] = "untimed",
        [TERN_CHANGE_TIMED] = "timed",
    };

    return names[change];
}

double tern_comparison_rate(const tern_decode_record *record)
{
    return record->decode.tokens > 0 ? record->decode.tokens_per_s : record->prefill.tokens_per_s;
}

/* What is compared of a case, and of a decode run. */
typedef struct subject {
    const char *id;
    tern_verdict verdict;
    double time_ns; /* NaN: not timed */
} subject;

/* One side's cases, or its decode runs. */
typedef struct side {
    const tern_results *results;
    bool decodes;
} side;

static size_t count_of(const side *s)
{
    return s->decodes ? s->results->decodes.count : s->results->cases.count;
}

static subject subject_of(const side *s, size_t i)
{
    if (!s->decodes) {
        const tern_record *r = &s->results->cases.item[i];
        return (subject){r->id, r->finding.verdict, r->timed ? r->timing.median_ns : (double)NAN};
    }
    const tern_decode_record *d = &s->results->decodes.item[i];
    const double rate = tern_comparison_rate(d);
    return (subject){d->id, d->finding.verdict, d->timed && rate > 0.0 ? 1e9 / rate : (double)NAN};
}

static tern_change change_of(const subject *a, const subject *b)
{
    if (b->verdict != TERN_EXACT)
        return a->verdict == TERN_EXACT ? TERN_CHANGE_LOST : TERN_CHANGE_WRONG;
    if (a->verdict != TERN_EXACT)
        return TERN_CHANGE_FIXED;
    return isfinite(a->time_ns) && isfinite(b->time_ns) ? TERN_CHANGE_TIMED : TERN_CHANGE_UNTIMED;
}

static void add(tern_comparison_list *list, tern_comparison_pair pair, double tolerance)
{
    list->of[pair.change]++;
    list->near += pair.change == TERN_CHANGE_TIMED && fabs(pair.time_ratio - 1.0) <= tolerance;
    list->pair[list->count++] = pair;
}

/* The next one of that id, from the cursor on, which begins with 0; TERN_NO_PLACE behind the last. */
static uint32_t find_next(const side *s, const char *id, size_t *cursor)
{
    const void *found = tern_results_find(s->results, s->decodes ? TERN_LINE_DECODE : TERN_LINE_CASE, id, cursor);

    if (found == NULL)
        return TERN_NO_PLACE;
    return (uint32_t)(s->decodes ? (const tern_decode_record *)found - s->results->decodes.item
                                 : (const tern_record *)found - s->results->cases.item);
}

/* The first of that id that has no partner yet; TERN_NO_PLACE when there is none. */
static uint32_t find_partner(const side *after, bool *taken, const char *id)
{
    size_t cursor = 0;
    uint32_t place;

    while ((place = find_next(after, id, &cursor)) != TERN_NO_PLACE && taken[place])
        continue;
    if (place != TERN_NO_PLACE)
        taken[place] = true;
    return place;
}

/*
 * What no earlier one is left for. If one of them was EXACT and this is not, then that was lost, however often it was
 * done again.
 */
static tern_comparison_pair left_over(const side *before, const side *after, uint32_t place)
{
    const subject b = subject_of(after, place);
    size_t cursor = 0;
    uint32_t earlier = TERN_NO_PLACE;

    while (b.verdict != TERN_EXACT && (earlier = find_next(before, b.id, &cursor)) != TERN_NO_PLACE &&
           subject_of(before, earlier).verdict != TERN_EXACT)
        continue;
    return (tern_comparison_pair){earlier, place, earlier == TERN_NO_PLACE ? TERN_CHANGE_NEW : TERN_CHANGE_LOST,
                                  (double)NAN};
}

static void pair_up(tern_comparison_list *list, const side *before, const side *after, bool *taken, double tolerance)
{
    for (size_t i = 0; i < count_of(after); i++)
        taken[i] = subject_of(after, i).verdict == TERN_INTERRUPTED; /* which says nothing */
    for (size_t i = 0; i < count_of(before); i++) {
        const subject a = subject_of(before, i);
        if (a.verdict == TERN_INTERRUPTED)
            continue;
        tern_comparison_pair pair = {(uint32_t)i, find_partner(after, taken, a.id), TERN_CHANGE_GONE, (double)NAN};
        if (pair.after != TERN_NO_PLACE) {
            const subject b = subject_of(after, pair.after);
            pair.change = change_of(&a, &b);
            pair.time_ratio = pair.change == TERN_CHANGE_TIMED ? b.time_ns / a.time_ns : (double)NAN;
        }
        add(list, pair, tolerance);
    }
    for (size_t i = 0; i < count_of(after); i++)
        if (!taken[i])
            add(list, left_over(before, after, (uint32_t)i), tolerance);
}

static tern_status compare(tern_comparison_list *list, const side *before, const side *after, double tolerance,
                           tern_error *error)
{
    const size_t most = count_of(before) + count_of(after);
    bool *taken = calloc(count_of(after) + 1, sizeof *taken);
    tern_status status = TERN_OK;

    list->pair = malloc((most + 1) * sizeof *list->pair);
    if (taken == NULL || list->pair == NULL)
        status = tern_error_memory(error, "a comparison", (double)(most * sizeof *list->pair));
    else
        pair_up(list, before, after, taken, tolerance);
    free(taken);
    return status;
}

static bool same_machine(const tern_run *a, const tern_run *b)
{
    return strcmp(a->host, b->host) == 0 && strcmp(a->machine_class, b->machine_class) == 0;
}

static bool same_commit(const tern_run *a, const tern_run *b)
{
    return strcmp(a->commit, b->commit) == 0 && a->dirty == b->dirty;
}

/* Whether each run of one set has its like in the other. */
static bool covers(const tern_results *set, const tern_results *by, bool (*same)(const tern_run *, const tern_run *))
{
    for (size_t i = 0; i < set->runs.count; i++) {
        size_t j = 0;
        while (j < by->runs.count && !same(&set->runs.item[i], &by->runs.item[j]))
            j++;
        if (j == by->runs.count)
            return false;
    }
    return true;
}

tern_status tern_comparison_make(tern_comparison *comparison, const tern_results *before, const tern_results *after,
                                 double tolerance, tern_error *error)
{
    tern_status status;

    *comparison = (tern_comparison){
        .other_machines = !covers(before, after, same_machine) || !covers(after, before, same_machine),
        .other_commits = !covers(before, after, same_commit) || !covers(after, before, same_commit),
    };
    status = compare(&comparison->cases, &(side){before, false}, &(side){after, false}, tolerance, error);
    if (status == TERN_OK)
        status = compare(&comparison->decodes, &(side){before, true}, &(side){after, true}, tolerance, error);
    if (status != TERN_OK)
        tern_comparison_free(comparison);
    return status;
}

void tern_comparison_free(tern_comparison *comparison)
{
    free(comparison->cases.pair);
    free(comparison->decodes.pair);
    *comparison = (tern_comparison){0};
}
