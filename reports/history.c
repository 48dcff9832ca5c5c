/*
 * Points over time: for people a row a series, for programs a row a point.
 *
 *     ratio   time / time of the anchor, of the newest point; of each point with its interval of 95 %
 *     level   of a point: the median between the steps on either side
 *     spread  of the newest points around their median: half of them are nearer
 */
#include "analyse/history.h"

#include "base/stats.h"
#include "base/text.h"
#include "history_steps.h"
#include "report.h"

#include <math.h>
#include <string.h>

enum {
    P_CASE,
    P_CLASS,
    P_METHOD,
    P_ANCHOR,
    P_TIME,
    P_HOST,
    P_COMMIT,
    P_CODE,
    P_PLACE,
    P_TIMES,
    P_LEVEL,
    P_MARK,
    P_RATIO,
    P_ERROR,
    P_PROCESSES,
    P_STEAL,
    P_COLUMNS
};

static const tern_column point_columns[P_COLUMNS] = {
    TERN_FOR_PROGRAMS_COLUMN("id", TERN_COLUMN_TEXT),
    TERN_FOR_PROGRAMS_COLUMN("machine_class", TERN_COLUMN_TEXT),
    TERN_FOR_PROGRAMS_COLUMN("method", TERN_COLUMN_COUNT),
    TERN_FOR_PROGRAMS_COLUMN("anchor", TERN_COLUMN_TEXT),
    TERN_FOR_PROGRAMS_COLUMN("time", TERN_COLUMN_TEXT),
    TERN_FOR_PROGRAMS_COLUMN("host", TERN_COLUMN_TEXT),
    TERN_FOR_PROGRAMS_COLUMN("commit", TERN_COLUMN_TEXT),
    TERN_FOR_PROGRAMS_COLUMN("code", TERN_COLUMN_TEXT),
    TERN_FOR_PROGRAMS_COLUMN("place", TERN_COLUMN_COUNT),
    {.name = "ratio", .type = TERN_COLUMN_REAL, .audience = TERN_FOR_PROGRAMS, .interval = true},
    TERN_FOR_PROGRAMS_COLUMN("level", TERN_COLUMN_REAL),
    TERN_FOR_PROGRAMS_COLUMN("mark", TERN_COLUMN_TEXT),
    TERN_FOR_PROGRAMS_COLUMN("log_ratio", TERN_COLUMN_REAL),
    TERN_FOR_PROGRAMS_COLUMN("standard_error", TERN_COLUMN_REAL),
    TERN_FOR_PROGRAMS_COLUMN("processes", TERN_COLUMN_COUNT),
    TERN_FOR_PROGRAMS_COLUMN("steal_share", TERN_COLUMN_REAL),
};

enum { CASE, POINTS, RATIO, SPREAD, COMMIT, TIME, STATE, STEPS, CLASS, METHOD, ANCHOR, COLUMNS };

static const tern_column columns[COLUMNS] = {
    {.name = "id", .label = "case", .type = TERN_COLUMN_TEXT, .width = 40},
    {.name = "points", .type = TERN_COLUMN_COUNT, .width = 6},
    {.name = "ratio", .type = TERN_COLUMN_REAL, .digits = 4, .width = 8},
    {.name = "spread", .type = TERN_COLUMN_SHARE, .digits = 2, .width = 8},
    {.name = "commit", .label = "newest", .type = TERN_COLUMN_TEXT, .width = 12},
    {.name = "time", .type = TERN_COLUMN_TEXT, .width = 20, .spare = 1},
    {.name = "state", .type = TERN_COLUMN_TEXT, .width = 14},
    {.name = "steps", .type = TERN_COLUMN_COUNT, .width = 5},
    TERN_FOR_PROGRAMS_COLUMN("machine_class", TERN_COLUMN_TEXT),
    TERN_FOR_PROGRAMS_COLUMN("method", TERN_COLUMN_COUNT),
    TERN_FOR_PROGRAMS_COLUMN("anchor", TERN_COLUMN_TEXT),
};

static const tern_run *run_of(const tern_history *h, const tern_point *point)
{
    return &h->results->runs.item[point->run];
}

/* Of the points between the steps around point i, which is judged; NaN for one that is not. */
static double level_at(const tern_history *h, const tern_history_series *s, size_t i)
{
    double value[TERN_CHANGE_WINDOW];
    size_t first = s->first, end = s->count, count = 0;

    if (s->state != TERN_SERIES_JUDGED || i < s->first)
        return (double)NAN;
    for (size_t c = 0; c < s->changes.count; c++) {
        const size_t at = s->first + s->changes.change[c].at;
        if (at <= i)
            first = at;
        else if (at < end)
            end = at;
    }
    for (size_t j = first; j < end && count < TERN_CHANGE_WINDOW; j++)
        value[count++] = tern_history_series_point(h, s, j)->ratio;
    tern_stats_sort(value, count);
    return exp(tern_stats_median(value, count));
}

/* What begins with a point: the kind of a step that is told, or nothing. */
static const char *mark_at(const tern_history *h, const tern_history_series *s, size_t i)
{
    for (size_t j = 0; j < h->steps; j++)
        if (&h->series[h->step[j].series] == s && h->step[j].after == tern_history_series_point(h, s, i))
            return tern_step_kind_name(h->step[j].kind);
    return "";
}

static void add_point(tern_sheet *sheet, const tern_history *h, const tern_history_series *s, size_t i)
{
    static const double sigmas = 1.96; /* on either side: 95 % */
    const tern_point *point = tern_history_series_point(h, s, i);
    const tern_run *run = run_of(h, point);

    tern_sheet_row(sheet);
    tern_sheet_text(sheet, P_CASE, point->id);
    tern_sheet_text(sheet, P_CLASS, run->machine_class_hash);
    tern_sheet_count(sheet, P_METHOD, run->method);
    tern_sheet_text(sheet, P_ANCHOR, point->anchor);
    tern_sheet_text(sheet, P_TIME, run->time);
    tern_sheet_text(sheet, P_HOST, run->host);
    tern_sheet_text(sheet, P_COMMIT, point->commit);
    tern_sheet_text(sheet, P_CODE, point->code);
    tern_sheet_count(sheet, P_PLACE, i + 1);
    tern_sheet_estimate(sheet, P_TIMES,
                        (tern_estimate){exp(point->ratio), exp(point->ratio - sigmas * point->error),
                                        exp(point->ratio + sigmas * point->error)});
    tern_sheet_real(sheet, P_LEVEL, level_at(h, s, i));
    tern_sheet_text(sheet, P_MARK, mark_at(h, s, i));
    tern_sheet_real(sheet, P_RATIO, point->ratio);
    tern_sheet_real(sheet, P_ERROR, point->error);
    tern_sheet_count(sheet, P_PROCESSES, point->processes);
    tern_sheet_real(sheet, P_STEAL, point->steal_share);
}

/* Median distance of the newest points from their median. */
static double spread_of(const tern_history *h, const tern_history_series *s)
{
    double value[TERN_CHANGE_WINDOW];
    const size_t count = s->count - s->first;

    for (size_t i = 0; i < count; i++)
        value[i] = tern_history_series_point(h, s, s->first + i)->ratio;
    tern_stats_sort(value, count);
    const double median = tern_stats_median(value, count);
    for (size_t i = 0; i < count; i++)
        value[i] = fabs(value[i] - median);
    tern_stats_sort(value, count);
    return tern_stats_median(value, count);
}

static void add_series(tern_sheet *sheet, const tern_history *h, const tern_history_series *s)
{
    const tern_point *last = tern_history_series_point(h, s, s->count - 1);
    const tern_run *run = run_of(h, last);

    tern_sheet_row(sheet);
    tern_sheet_text(sheet, CASE, last->id);
    tern_sheet_count(sheet, POINTS, s->count);
    tern_sheet_real(sheet, RATIO, exp(last->ratio));
    tern_sheet_real(sheet, SPREAD, spread_of(h, s));
    tern_sheet_text(sheet, COMMIT, last->commit);
    tern_sheet_text(sheet, TIME, run->time);
    tern_sheet_text(sheet, STATE, tern_series_state_name(s->state));
    if (s->state == TERN_SERIES_JUDGED)
        tern_sheet_count(sheet, STEPS, s->changes.count);
    tern_sheet_text(sheet, CLASS, run->machine_class_hash);
    tern_sheet_count(sheet, METHOD, run->method);
    tern_sheet_text(sheet, ANCHOR, last->anchor);
}

/* Whether what is compared over time is another than before: people see it as a section of its own. */
static bool is_other_class(const tern_run *a, const tern_run *b)
{
    return a == NULL || strcmp(a->machine_class_hash, b->machine_class_hash) != 0 || a->method != b->method;
}

static void add_all_series(tern_document *document, const tern_history *h)
{
    tern_sheet *sheet = tern_document_sheet(document, "series", TERN_FOR_ALL, columns, COLUMNS);
    const tern_run *last = NULL;

    for (size_t i = 0; i < h->count; i++) {
        const tern_run *run = run_of(h, tern_history_series_point(h, &h->series[i], h->series[i].count - 1));
        if (is_other_class(last, run))
            tern_sheet_section(sheet, TERN_FOR_ALL, "class %s%s%s, method %u", run->machine_class_hash,
                               run->cpu[0] == '\0' ? "" : ", ", run->cpu, run->method);
        last = run;
        add_series(sheet, h, &h->series[i]);
    }
}

/* Those that step stand first. */
static void add_all_points(tern_document *document, const tern_history *h)
{
    tern_sheet *points = tern_document_sheet(document, "points", TERN_FOR_PROGRAMS, point_columns, P_COLUMNS);

    for (int steps = 1; steps >= 0; steps--)
        for (size_t i = 0; i < h->count; i++)
            for (size_t j = 0; j < h->series[i].count && (h->series[i].changes.count > 0) == steps; j++)
                add_point(points, h, &h->series[i], j);
}

tern_status tern_history_add(tern_document *document, const tern_results *results, tern_error *error)
{
    tern_history history;
    const tern_status status = tern_history_new(&history, results, &tern_history_default_rule, NULL, error);

    if (status == TERN_OK) {
        tern_history_add_steps(document, &history);
        tern_document_fold(document, "Series by series");
        add_all_points(document, &history);
        add_all_series(document, &history);
        tern_document_unfold(document);
    }
    tern_history_free(&history);
    return status;
}

tern_status tern_history_build(tern_document *document, const tern_results *results, tern_error *error)
{
    tern_history history;
    char census[256];
    const tern_status status = tern_history_new(&history, results, &tern_history_default_rule, NULL, error);

    document->title = "Points over time";
    if (status == TERN_OK) {
        add_all_points(document, &history);
        add_all_series(document, &history);
        tern_document_paragraph(document, "%zu point%s; %s", results->points.count,
                                tern_text_plural(results->points.count),
                                tern_history_census(&history, census, sizeof census));
    }
    tern_history_free(&history);
    return status;
}
