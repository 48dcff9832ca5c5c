/*
 * Two sets of results side by side, case by case: what is not right any more, what stands on one side only, and the
 * change of medians. A statement of repeatability. It is no gate: runs that follow each other differ by what the
 * machine did in between.
 */
#include "compare.h"

#include "analyse/comparison.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CHANGE, BEFORE, AFTER, RATIO, FAR, ID, VERDICT_BEFORE, VERDICT_AFTER, REASON, RUN_BEFORE, RUN_AFTER, COLUMNS };

static const tern_column columns[COLUMNS] = {
    {.name = "what", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PROGRAMS},
    {.name = "before_ns", .label = "before", .type = TERN_COLUMN_TIME, .unit = "ns", .width = 8},
    {.name = "after_ns", .label = "after", .type = TERN_COLUMN_TIME, .unit = "ns", .width = 8},
    {.name = "change", .type = TERN_COLUMN_CHANGE, .digits = 1, .width = 8},
    {.name = "far", .label = "", .type = TERN_COLUMN_FLAG},
    {.name = "id", .label = "case", .type = TERN_COLUMN_TEXT},
    {.name = "verdict_before", .type = TERN_COLUMN_VERDICT, .audience = TERN_FOR_PROGRAMS},
    {.name = "verdict_after", .type = TERN_COLUMN_VERDICT, .audience = TERN_FOR_PROGRAMS},
    {.name = "remark", .label = "", .type = TERN_COLUMN_REMARK},
    {.name = "run_before", .type = TERN_COLUMN_COUNT, .audience = TERN_FOR_PROGRAMS},
    {.name = "run_after", .type = TERN_COLUMN_COUNT, .audience = TERN_FOR_PROGRAMS},
};

/* What is shown of one side of a pair. */
typedef struct half {
    const char *id;
    const tern_finding *finding;
    double time_ns;
    uint32_t run;
} half;

static half half_of_case(const tern_results *results, uint32_t place)
{
    const tern_record *r = &results->cases.item[place];

    return (half){r->id, &r->finding, r->timed ? r->timing.median_ns : (double)NAN, r->run};
}

static half half_of_decode(const tern_results *results, uint32_t place)
{
    const tern_decode_record *r = &results->decodes.item[place];

    return (half){r->id, &r->finding, r->timed ? 1e9 / tern_comparison_rate(r) : (double)NAN, r->run};
}

/* Two sets, and one of the two kinds of lines in them. */
typedef struct subject {
    const tern_results *before, *after;
    const tern_comparison_list *list;
    half (*half_of)(const tern_results *results, uint32_t place);
    const char *what; /* "case" */
    double tolerance;
    bool apart; /* the two have nothing in common: people need no list of all that is in one alone */
} subject;

static void fill_half(tern_sheet *sheet, const half *h, size_t time, size_t verdict, size_t run)
{
    if (isfinite(h->time_ns))
        tern_sheet_real(sheet, time, h->time_ns);
    tern_sheet_text(sheet, ID, h->id);
    tern_sheet_text(sheet, verdict, tern_verdict_name(h->finding->verdict));
    tern_sheet_count(sheet, run, h->run + 1);
}

static bool is_right(const half *h)
{
    return h->finding == NULL || h->finding->verdict == TERN_EXACT;
}

/* "MISMATCH, was EXACT: 3 of 8 values differ", of what there is. */
static void fill_remark(tern_sheet *sheet, const half *before, const half *after)
{
    const tern_finding *was = after->finding != NULL ? before->finding : NULL;
    const tern_finding *newest = after->finding != NULL ? after->finding : before->finding;

    if (newest == NULL || (is_right(before) && is_right(after)))
        return;
    const char *now = tern_verdict_name(newest->verdict), *colon = newest->reason[0] ? ": " : "";
    if (was == NULL)
        tern_sheet_format(sheet, REASON, "%s%s%s", now, colon, newest->reason);
    else if (newest->verdict == TERN_EXACT)
        tern_sheet_format(sheet, REASON, "was %s", tern_verdict_name(was->verdict));
    else
        tern_sheet_format(sheet, REASON, "%s, was %s%s%s", now, tern_verdict_name(was->verdict), colon, newest->reason);
}

static void add_row(tern_sheet *sheet, const subject *s, const tern_comparison_pair *pair)
{
    half before = {0}, after = {0};

    tern_sheet_row(sheet);
    tern_sheet_text(sheet, CHANGE, tern_change_name(pair->change));
    if (pair->before != TERN_NO_PLACE) {
        before = s->half_of(s->before, pair->before);
        fill_half(sheet, &before, BEFORE, VERDICT_BEFORE, RUN_BEFORE);
    }
    if (pair->after != TERN_NO_PLACE) {
        after = s->half_of(s->after, pair->after);
        fill_half(sheet, &after, AFTER, VERDICT_AFTER, RUN_AFTER);
    }
    if (pair->change == TERN_CHANGE_TIMED) {
        tern_sheet_real(sheet, RATIO, pair->time_ratio - 1.0);
        tern_sheet_flag(sheet, FAR, fabs(pair->time_ratio - 1.0) > s->tolerance);
    }
    fill_remark(sheet, &before, &after);
}

static const struct {
    tern_change change;
    const char *words;
    tern_audience audience;
} sections[] = {
    {TERN_CHANGE_LOST, "lost EXACT", TERN_FOR_ALL},
    {TERN_CHANGE_WRONG, "not EXACT on either side", TERN_FOR_ALL},
    {TERN_CHANGE_GONE, "in the earlier results only", TERN_FOR_ALL},
    {TERN_CHANGE_NEW, "in the later results only", TERN_FOR_ALL},
    {TERN_CHANGE_FIXED, "now EXACT", TERN_FOR_ALL},
    {TERN_CHANGE_TIMED, "timed on both sides", TERN_FOR_ALL},
    {TERN_CHANGE_UNTIMED, "EXACT on both sides, not timed on both", TERN_FOR_PROGRAMS},
};

/* All pairs of one change, under a title that counts them. */
static void add_section(tern_sheet *sheet, const subject *s, size_t index)
{
    const tern_change change = sections[index].change;
    const size_t count = s->list->of[change];
    const bool is_alone = change == TERN_CHANGE_GONE || change == TERN_CHANGE_NEW;

    if (count == 0)
        return;
    tern_sheet_section(sheet, s->apart && is_alone ? TERN_FOR_PROGRAMS : sections[index].audience, "%zu %s%s %s", count,
                       s->what, tern_text_plural(count), sections[index].words);
    for (size_t i = 0; i < s->list->count; i++)
        if (s->list->pair[i].change == change)
            add_row(sheet, s, &s->list->pair[i]);
}

static void add_sections(tern_sheet *sheet, const subject *s)
{
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        add_section(sheet, s, i);
}

static void say_medians(tern_document *document, const subject *s)
{
    const size_t timed = s->list->of[TERN_CHANGE_TIMED], untimed = s->list->of[TERN_CHANGE_UNTIMED];

    if (timed > 0)
        tern_document_paragraph(document, "%zu of %zu medians (%.1f %%) lie within %.0f %%; * marks the others",
                                s->list->near, timed, 100.0 * (double)s->list->near / (double)timed,
                                100.0 * s->tolerance);
    if (untimed > 0)
        tern_document_line(document, "%zu %s%s EXACT on both sides and not timed on both", untimed, s->what,
                           untimed == 1 ? " is" : "s are");
}

enum { LIST_BYTES = 512 };

static void append_machine(char *text, const tern_run *run)
{
    tern_text_append(text, LIST_BYTES, "%s (%s)", run->host, run->cpu);
}

static void append_commit(char *text, const tern_run *run)
{
    tern_text_append(text, LIST_BYTES, "%s%s", run->commit, run->dirty ? " (modified)" : "");
}

/* "A, B": what the runs say, each once if they say it one after the other. */
static void list_runs(char text[LIST_BYTES], const tern_results *results, void (*append)(char *, const tern_run *))
{
    char last[LIST_BYTES] = "";

    text[0] = '\0';
    for (size_t i = 0; i < results->runs.count; i++) {
        char one[LIST_BYTES] = "";
        append(one, &results->runs.item[i]);
        if (i == 0 || strcmp(one, last) != 0)
            tern_text_append(text, LIST_BYTES, "%s%s", i == 0 ? "" : ", ", one);
        tern_text_copy(last, sizeof last, one);
    }
}

static void say_runs(tern_document *document, const tern_results *before, const tern_results *after,
                     const tern_comparison *comparison)
{
    char first[LIST_BYTES], second[LIST_BYTES];

    if (comparison->other_machines) {
        list_runs(first, before, append_machine);
        list_runs(second, after, append_machine);
        tern_document_heading(document, "Different machines: %s before, %s after. Their times do not compare.", first,
                              second);
    }
    if (comparison->other_commits) {
        list_runs(first, before, append_commit);
        list_runs(second, after, append_commit);
        tern_document_heading(document, "Different commits: %s before, %s after.", first, second);
    }
}

static void say_incomplete(tern_document *document, const tern_results *results, const char *side)
{
    for (uint32_t i = 0; i < results->runs.count; i++) {
        const tern_run_end *end = tern_results_end(results, i);
        if (end == NULL || !end->complete)
            tern_document_heading(document, "Run %u of the %s results is %s%s.", (unsigned)i + 1, side,
                                  end == NULL ? "cut off" : "incomplete: ", end == NULL ? "" : end->reason);
    }
}

/* What is in one of the two alone, and whether there is anything else. */
static void count_alone(tern_compare_outcome *outcome, const tern_comparison_list *list)
{
    const size_t gone = list->of[TERN_CHANGE_GONE], added = list->of[TERN_CHANGE_NEW];

    outcome->gone += gone;
    outcome->added += added;
    outcome->common |= list->count > gone + added;
}

tern_status tern_compare_build(tern_document *document, const tern_results *before, const tern_results *after,
                               double tolerance, tern_compare_outcome *outcome, tern_error *error)
{
    tern_comparison comparison;
    const tern_status status = tern_comparison_make(&comparison, before, after, tolerance, error);

    *outcome = (tern_compare_outcome){0};
    if (status != TERN_OK)
        return status;
    document->name = "compare";
    document->title = "Before and after, case by case";
    say_runs(document, before, after, &comparison);
    say_incomplete(document, before, "earlier");
    say_incomplete(document, after, "later");
    count_alone(outcome, &comparison.cases);
    count_alone(outcome, &comparison.decodes);
    const subject cases = {before, after, &comparison.cases, half_of_case, "case", tolerance, !outcome->common};
    const subject decodes = {before,       after,     &comparison.decodes, half_of_decode,
                             "decode run", tolerance, !outcome->common};
    /* One sheet of both, since a file of CSV has one. */
    tern_sheet *sheet = tern_document_sheet(document, "cases", TERN_FOR_ALL, columns, COLUMNS);
    add_sections(sheet, &cases);
    add_sections(sheet, &decodes);
    say_medians(document, &cases);
    say_medians(document, &decodes);
    outcome->timed = comparison.cases.of[TERN_CHANGE_TIMED] + comparison.decodes.of[TERN_CHANGE_TIMED];
    outcome->lost = comparison.cases.of[TERN_CHANGE_LOST] + comparison.decodes.of[TERN_CHANGE_LOST];
    tern_comparison_free(&comparison);
    return TERN_OK;
}
