#include "analyse/history.h"

#include "analyse/planned_changes.h"
#include "analyse/student.h"
#include "base/stats.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const tern_history_rule tern_history_default_rule = {
    .step = 0.03, .chance = 0.01, .everywhere = 0.5, .told = UINT32_MAX};

/* A series without a point in so many of the newest runs of its class is no longer measured. */
enum { STILL_MEASURED = 5 };

/* Places of steps are right to one point, and fewer series than this are no suite. */
enum { NEAR = 1, A_SUITE = 3 };

const char *tern_series_state_name(tern_series_state state)
{
    static const char *const names[TERN_SERIES_STATES] = {
        [TERN_SERIES_JUDGED] = "judged",
        [TERN_SERIES_SHORT] = "too few points",
        [TERN_SERIES_GONE] = "no longer measured",
    };

    return names[state];
}

const char *tern_step_kind_name(tern_step_kind kind)
{
    static const char *const names[TERN_STEP_KINDS] = {
        [TERN_STEP_ALERT] = "ALERT",
        [TERN_STEP_SUSPECT] = "suspected",
        [TERN_STEP_KNOWN] = "known",
        [TERN_STEP_PLANNED] = "planned",
        [TERN_STEP_NOT_AGAIN] = "not again",
        [TERN_STEP_SAME_CODE] = "same code",
        [TERN_STEP_ENVIRONMENT] = "environment",
        [TERN_STEP_IMPROVED] = "IMPROVED",
    };

    return names[kind];
}

const tern_point *tern_history_series_point(const tern_history *history, const tern_history_series *series, size_t i)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a series has a point at least */
    return &history->results->points.item[series->point[i]];
}

/* What is sorted: a run, or a point with its run. */
typedef struct entry {
    size_t index;
    const tern_run *run;
    const tern_point *point;
    uint32_t run_index;
} entry;

static int by_class(const tern_run *a, const tern_run *b)
{
    const int class = strcmp(a->machine_class_hash, b->machine_class_hash);

    return class != 0 ? class : (a->method > b->method) - (a->method < b->method);
}

static int by_time(const entry *a, const entry *b)
{
    const int time = strcmp(a->run->time, b->run->time);

    if (time != 0)
        return time;
    if (a->run_index != b->run_index)
        return a->run_index < b->run_index ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

static int by_series(const entry *a, const entry *b)
{
    const int class = by_class(a->run, b->run), id = strcmp(a->point->id, b->point->id);

    return class != 0 ? class : id != 0 ? id : strcmp(a->point->anchor, b->point->anchor);
}

static int compare_points(const void *a, const void *b)
{
    const int series = by_series(a, b);

    return series != 0 ? series : by_time(a, b);
}

static int compare_runs(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    const int class = by_class(x->run, y->run);

    return class != 0 ? class : by_time(x, y);
}

/* Runs that have points, by class and time. */
static void rank_runs(tern_history *h, entry *runs)
{
    const tern_results *results = h->results;
    size_t count = 0;

    for (size_t i = 0; i < results->points.count; i++)
        h->rank[results->points.item[i].run] = 1;
    for (uint32_t run = 0; run < results->runs.count; run++)
        if (h->rank[run] > 0)
            runs[count++] = (entry){run, &results->runs.item[run], NULL, run};
    qsort(runs, count, sizeof *runs, compare_runs);
    for (size_t i = 0; i < count; i++)
        h->rank[runs[i].index] = i;
}

/* Of each run: the rank of the newest run of its class. */
static size_t newest_rank(const tern_history *h, uint32_t run)
{
    size_t newest = h->rank[run];

    for (size_t i = 0; i < h->count; i++) {
        const tern_point *last = tern_history_series_point(h, &h->series[i], h->series[i].count - 1);
        if (by_class(&h->results->runs.item[last->run], &h->results->runs.item[run]) == 0 &&
            h->rank[last->run] > newest)
            newest = h->rank[last->run];
    }
    return newest;
}

static void make_series(tern_history *h, const entry *points)
{
    const size_t count = h->results->points.count;

    for (size_t i = 0; i < count; i++) {
        h->order[i] = points[i].index;
        if (i == 0 || by_series(&points[i - 1], &points[i]) != 0)
            h->series[h->count++].point = &h->order[i];
        h->series[h->count - 1].count++;
    }
}

static tern_status sort(tern_history *h, tern_error *error)
{
    const tern_results *results = h->results;
    const size_t count = results->points.count, most = count > results->runs.count ? count : results->runs.count;
    entry *entries = calloc(most + 1, sizeof *entries);

    h->order = calloc(count + 1, sizeof *h->order);
    h->series = calloc(count + 1, sizeof *h->series);
    h->rank = calloc(results->runs.count + 1, sizeof *h->rank);
    if (entries == NULL || h->order == NULL || h->series == NULL || h->rank == NULL) {
        free(entries);
        return tern_error_memory(error, "the series of a history", (double)most * sizeof *entries);
    }
    rank_runs(h, entries);
    for (size_t i = 0; i < count; i++) {
        const tern_point *point = &results->points.item[i];
        entries[i] = (entry){i, &results->runs.item[point->run], point, point->run};
    }
    qsort(entries, count, sizeof *entries, compare_points);
    make_series(h, entries);
    free(entries);
    return TERN_OK;
}

/* Steps of the newest points. */
static void judge_series(const tern_history *h, tern_history_series *series, size_t newest)
{
    double value[TERN_CHANGE_WINDOW];
    const size_t window = series->count < TERN_CHANGE_WINDOW ? series->count : (size_t)TERN_CHANGE_WINDOW;

    series->first = series->count - window;
    series->changes.drift_p = (double)NAN;
    if (series->count < 2 * (size_t)TERN_CHANGE_SEGMENT)
        series->state = TERN_SERIES_SHORT;
    else if (h->rank[tern_history_series_point(h, series, series->count - 1)->run] + STILL_MEASURED <= newest)
        series->state = TERN_SERIES_GONE;
    else
        for (size_t i = 0; i < window; i++)
            value[i] = tern_history_series_point(h, series, series->first + i)->ratio;
    if (series->state == TERN_SERIES_JUDGED)
        tern_changes_find(&series->changes, value, window, h->rule.step);
}

static void judge_all(tern_history *h)
{
    const tern_run *last = NULL;
    size_t newest = 0;

    for (size_t i = 0; i < h->count; i++) {
        const uint32_t index = tern_history_series_point(h, &h->series[i], 0)->run;
        const tern_run *run = &h->results->runs.item[index];
        if (last == NULL || by_class(last, run) != 0)
            newest = newest_rank(h, index);
        last = run;
        judge_series(h, &h->series[i], newest);
        h->judged += h->series[i].state == TERN_SERIES_JUDGED;
    }
}

/* The step of a series that is the least likely to be chance; 1 where it has none, NaN where it was not judged. */
static double least_p(const tern_history_series *series)
{
    double p = series->state == TERN_SERIES_JUDGED ? 1.0 : (double)NAN;

    for (size_t i = 0; i < series->changes.count; i++)
        p = fmin(p, series->changes.change[i].p);
    return p;
}

static void add_step(tern_history *h, size_t index, size_t change)
{
    const tern_history_series *series = &h->series[index];
    const size_t at = series->first + series->changes.change[change].at;

    h->step[h->steps++] = (tern_history_step){.series = index,
                                              .change = change,
                                              .before = tern_history_series_point(h, series, at - 1),
                                              .after = tern_history_series_point(h, series, at)};
}

/* Those that hold among all series that were judged. */
static tern_status collect_steps(tern_history *h, tern_error *error)
{
    double *p = calloc(h->count + 1, sizeof *p);
    unsigned char *holds = calloc(h->count + 1, 1);
    size_t changes = 0;
    double most = 0.0;

    for (size_t i = 0; i < h->count; i++)
        changes += h->series[i].changes.count;
    h->step = calloc(changes + 1, sizeof *h->step);
    h->environment = calloc(changes + 1, sizeof *h->environment);
    if (p == NULL || holds == NULL || h->step == NULL || h->environment == NULL) {
        free(p);
        free(holds);
        return tern_error_memory(error, "the steps of a history", (double)changes * sizeof *h->step);
    }
    for (size_t i = 0; i < h->count; i++)
        p[i] = least_p(&h->series[i]);
    tern_benjamini_hochberg(p, h->count, h->rule.chance, holds);
    for (size_t i = 0; i < h->count; i++)
        most = holds[i] ? fmax(most, p[i]) : most;
    for (size_t i = 0; i < h->count; i++)
        for (size_t j = 0; holds[i] && j < h->series[i].changes.count; j++)
            if (h->series[i].changes.change[j].p <= most)
                add_step(h, i, j);
    free(p);
    free(holds);
    return TERN_OK;
}

static const tern_level_change *change_of(const tern_history *h, const tern_history_step *step)
{
    return &h->series[step->series].changes.change[step->change];
}

/* Whether two steps are of one class, at one place, in one direction. */
static bool is_together(const tern_history *h, const tern_history_step *a, const tern_history_step *b)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a step stands between two points */
    const size_t x = h->rank[a->after->run], y = h->rank[b->after->run];

    return by_class(&h->results->runs.item[a->after->run], &h->results->runs.item[b->after->run]) == 0 &&
           (change_of(h, a)->step > 0.0) == (change_of(h, b)->step > 0.0) && (x > y ? x - y : y - x) <= NEAR;
}

static size_t judged_beside(const tern_history *h, const tern_history_step *step)
{
    size_t judged = 0;

    for (size_t i = 0; i < h->count; i++)
        judged += h->series[i].state == TERN_SERIES_JUDGED &&
                  by_class(&h->results->runs.item[tern_history_series_point(h, &h->series[i], 0)->run],
                           &h->results->runs.item[step->after->run]) == 0;
    return judged;
}

/* Steps that are together with one; those that have no kind yet get it when there are enough of them. */
static void look_around(tern_history *h, tern_history_step *step, double *heights)
{
    const size_t judged = judged_beside(h, step);
    size_t together = 0;

    for (size_t i = 0; i < h->steps; i++)
        if (h->step[i].kind != TERN_STEP_ENVIRONMENT && is_together(h, step, &h->step[i]))
            heights[together++] = change_of(h, &h->step[i])->step;
    if (together < A_SUITE || (double)together < h->rule.everywhere * (double)judged)
        return;
    tern_stats_sort(heights, together);
    h->environment[h->environments++] = (tern_history_environment){.before = step->before->run,
                                                                   .after = step->after->run,
                                                                   .series = together,
                                                                   .judged = judged,
                                                                   .step = tern_stats_median(heights, together)};
    const tern_history_step seed = *step;
    for (size_t i = 0; i < h->steps; i++)
        if (is_together(h, &seed, &h->step[i]))
            h->step[i].kind = TERN_STEP_ENVIRONMENT;
}

static tern_status find_environments(tern_history *h, tern_error *error)
{
    double *heights = calloc(h->steps + 1, sizeof *heights);

    if (heights == NULL)
        return tern_error_memory(error, "the steps of a history", (double)h->steps * sizeof *heights);
    for (size_t i = 0; i < h->steps; i++)
        if (h->step[i].kind != TERN_STEP_ENVIRONMENT)
            look_around(h, &h->step[i], heights);
    free(heights);
    return TERN_OK;
}

/* The points around a step: its place is right to one of them. */
typedef struct surroundings {
    const tern_point *point[2 * (NEAR + 1)];
    const char *commit[2 * (NEAR + 1)];
    size_t count;
} surroundings;

static surroundings around(const tern_history *h, const tern_history_step *step)
{
    const tern_history_series *series = &h->series[step->series];
    const size_t at = series->first + change_of(h, step)->at;
    surroundings s = {.count = 0};

    for (size_t i = at - NEAR - 1; i <= at + NEAR && i < series->count; i++, s.count++) {
        s.point[s.count] = tern_history_series_point(h, series, i);
        s.commit[s.count] = s.point[s.count]->commit;
    }
    return s;
}

static bool is_same_code(const surroundings *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->point[i]->code[0] == '\0' || strcmp(s->point[i]->code, s->point[0]->code) != 0)
            return false;
    return true;
}

/* The newest one wins. */
static const tern_remeasured *find_again(const tern_history *h, const surroundings *s)
{
    const tern_point *point = s->point[0];
    const tern_remeasured *line, *found = NULL;
    size_t cursor = 0;

    while ((line = tern_results_find(h->results, TERN_LINE_REMEASURED, point->id, &cursor)) != NULL)
        for (size_t i = 0; i < s->count; i++)
            if (strcmp(line->after, s->commit[i]) == 0 && strcmp(line->anchor, point->anchor) == 0 &&
                strcmp(line->machine_class_hash, h->results->runs.item[point->run].machine_class_hash) == 0)
                found = line;
    return found;
}

static void name_step(const tern_history *h, tern_history_step *step, const tern_planned_changes *planned)
{
    const surroundings s = around(h, step);

    /* The first of the surroundings is before the step however wrong its place is. */
    if (planned != NULL)
        step->plan = tern_planned_changes_find(planned, step->after->id, s.commit + 1, s.count - 1);
    step->again = find_again(h, &s);
    if (is_same_code(&s))
        step->kind = TERN_STEP_SAME_CODE;
    else if (change_of(h, step)->step < 0.0)
        step->kind = TERN_STEP_IMPROVED;
    else if (step->plan != NULL)
        step->kind = TERN_STEP_PLANNED;
    else if (step->again == NULL)
        step->kind = h->rule.unconfirmed ? TERN_STEP_ALERT : TERN_STEP_SUSPECT;
    else if (strcmp(step->again->verdict, "REGRESSED") != 0)
        step->kind = TERN_STEP_NOT_AGAIN;
    else
        step->kind = step->again->run < h->rule.told ? TERN_STEP_KNOWN : TERN_STEP_ALERT;
}

tern_status tern_history_new(tern_history *history, const tern_results *results, const tern_history_rule *rule,
                             const tern_planned_changes *planned, tern_error *error)
{
    tern_status status;

    *history = (tern_history){.results = results, .rule = *rule};
    if ((status = sort(history, error)) != TERN_OK)
        return status;
    judge_all(history);
    if ((status = collect_steps(history, error)) != TERN_OK || (status = find_environments(history, error)) != TERN_OK)
        return status;
    for (size_t i = 0; i < history->steps; i++)
        if (history->step[i].kind != TERN_STEP_ENVIRONMENT)
            name_step(history, &history->step[i], planned);
    return TERN_OK;
}

void tern_history_free(tern_history *history)
{
    free(history->order);
    free(history->series);
    free(history->step);
    free(history->environment);
    free(history->rank);
    *history = (tern_history){.results = NULL};
}

size_t tern_history_count(const tern_history *history, tern_step_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < history->steps; i++)
        count += history->step[i].kind == kind;
    return count;
}

char *tern_history_census(const tern_history *history, char *text, size_t bytes)
{
    size_t counts[TERN_SERIES_STATES] = {0};
    bool first = true;

    for (size_t i = 0; i < history->count; i++)
        counts[history->series[i].state]++;
    text[0] = '\0';
    tern_text_append(text, bytes, "judged %zu of %zu series", history->judged, history->count);
    for (tern_series_state state = TERN_SERIES_JUDGED + 1; state < TERN_SERIES_STATES; state++)
        if (counts[state] > 0) {
            tern_text_append(text, bytes, "%s %zu %s", first ? ":" : ",", counts[state], tern_series_state_name(state));
            first = false;
        }
    return text;
}
