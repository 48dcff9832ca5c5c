#include "analyse/gate_rows.h"

#include "base/stats.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES_A_QUAD = 2 };

bool tern_gate_is_self(const tern_compared *compared)
{
    return compared->state == TERN_COMPARED_CANARY && compared->finding.values == 0;
}

double tern_gate_figure(const tern_pair *pair)
{
    const size_t quads = pair->samples / SAMPLES_A_QUAD;
    double *ratio = quads > 0 ? calloc(quads, sizeof *ratio) : NULL;
    double median = (double)NAN;

    for (size_t i = 0; ratio != NULL && i < quads; i++) {
        const double *base = pair->base_ns + SAMPLES_A_QUAD * i, *cand = pair->cand_ns + SAMPLES_A_QUAD * i;
        ratio[i] = 0.5 * (log(cand[0]) + log(cand[1]) - log(base[0]) - log(base[1]));
    }
    if (ratio != NULL) {
        tern_stats_sort(ratio, quads);
        median = tern_stats_median(ratio, quads);
    }
    free(ratio);
    return median;
}

void tern_gate_read_series(tern_gate_row *row, const tern_results *results)
{
    const tern_pair *pair;
    size_t cursor = 0, known = 0;
    double steal = 0.0;

    while ((pair = tern_results_find(results, TERN_LINE_PAIR, row->compared->id, &cursor)) != NULL) {
        if (pair->run != row->compared->run)
            continue;
        const double figure = tern_gate_figure(pair);
        tern_gate_series *series = &row->series;
        if (tern_verdict_is_wrong(pair->finding.verdict))
            row->wrong = &pair->finding;
        if (isnan(figure))
            row->trouble = pair->reason;
        else if (pair->second && series->seconds < TERN_GATE_PROCESSES)
            series->second[series->seconds++] = figure;
        else if (!pair->second && series->firsts < TERN_GATE_PROCESSES)
            series->first[series->firsts++] = figure;
        if (!isnan(pair->steal_share)) {
            steal += pair->steal_share;
            known++;
        }
    }
    row->steal_share = known > 0 ? steal / (double)known : (double)NAN;
}

static tern_gate_work work_of(const tern_compared *compared)
{
    const double base = compared->base_instructions, cand = compared->cand_instructions;

    if (!(base > 0.0 && cand > 0.0))
        return TERN_WORK_UNKNOWN;
    if (base == cand)
        return TERN_WORK_SAME;
    return cand > 2.0 * base || base > 2.0 * cand ? TERN_WORK_PATH : TERN_WORK_OTHER;
}

static bool is_timed(const tern_gate_row *row)
{
    return row->compared->state == TERN_COMPARED_TIMED;
}

/* A wrong kernel has no speed, and none that it had before that was seen. `line` is room for its line. */
static void take_back(tern_gate_row *row, tern_compared *line)
{
    *line = *row->compared;
    line->state = TERN_COMPARED_WRONG;
    line->finding = *row->wrong;
    row->compared = line;
    row->series = (tern_gate_series){0};
}

/* What the machine did to code that is the same on both sides, and how much of it was taken away. */
static void read_noise(tern_gate_rows *rows)
{
    double steal = 0.0;
    size_t known = 0;

    rows->noise = (tern_gate_noise){.canary = (double)NAN, .steal_share = (double)NAN};
    for (size_t i = 0; i < rows->count; i++) {
        const tern_gate_row *row = &rows->row[i];
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): each of count rows has its line */
        if (row->compared->state == TERN_COMPARED_CANARY && row->series.firsts > 0)
            rows->noise.canary =
                fmax(fabs(row->answer.mean.mean), isnan(rows->noise.canary) ? 0.0 : rows->noise.canary);
        if (!isnan(row->steal_share)) {
            steal += row->steal_share;
            known++;
        }
    }
    if (known > 0)
        rows->noise.steal_share = steal / (double)known;
}

/* Answers of the timed cases, judged together. */
static tern_status judge(tern_gate_rows *rows, tern_error *error)
{
    tern_gate_answer *answers = calloc(rows->count + 1, sizeof *answers);
    size_t timed = 0;

    if (answers == NULL)
        return tern_error_memory(error, "the answers of a gate", (double)(rows->count * sizeof *answers));
    for (size_t i = 0; i < rows->count; i++)
        if (is_timed(&rows->row[i]))
            answers[timed++] = rows->row[i].answer;
    tern_gate_together(answers, timed, &rows->noise, tern_gate_default_rule.confidence);
    timed = 0;
    for (size_t i = 0; i < rows->count; i++)
        if (is_timed(&rows->row[i]))
            rows->row[i].answer = answers[timed++];
    free(answers);
    return TERN_OK;
}

static void count_timed(tern_gate_counts *counts, const tern_gate_row *row)
{
    const bool expected = row->compared->expected;

    switch (row->answer.verdict) {
    case TERN_GATE_REGRESSED:
        ++*(expected ? &counts->expected : &counts->regressed);
        break;
    case TERN_GATE_IMPROVED:
        counts->improved++;
        break;
    case TERN_GATE_SAME:
        counts->same++;
        break;
    case TERN_GATE_INCONCLUSIVE:
        counts->inconclusive++;
        return;
    case TERN_GATE_OPEN:
    case TERN_GATE_VERDICTS:
        ++*(row->trouble != NULL ? &counts->inconclusive : &counts->unfinished);
        return;
    }
    counts->judged++;
}

static void count(tern_gate_counts *counts, const tern_gate_row *row)
{
    size_t *const by_state[] = {
        [TERN_COMPARED_TIMED] = NULL,
        [TERN_COMPARED_IDENTICAL] = &counts->identical,
        [TERN_COMPARED_CANARY] = &counts->identical,
        [TERN_COMPARED_FIXED] = &counts->fixed,
        [TERN_COMPARED_WRONG] = &counts->wrong,
        [TERN_COMPARED_ADDED] = &counts->added,
        [TERN_COMPARED_REMOVED] = row->compared->expected ? &counts->expected : &counts->removed,
        [TERN_COMPARED_LEFT_OUT] = &counts->left_out,
        [TERN_COMPARED_STEP] = &counts->unfinished, /* is no row */
    };
    size_t *counter = by_state[row->compared->state];

    counts->cases++;
    if (counter == NULL) {
        count_timed(counts, row);
        return;
    }
    ++*counter;
    if (row->compared->state != TERN_COMPARED_LEFT_OUT)
        counts->judged++;
}

static tern_gate_rule rule_of(const tern_compared *compared)
{
    tern_gate_rule rule = tern_gate_default_rule;

    if (compared->delta > 0.0)
        rule.delta = compared->delta;
    return rule;
}

tern_status tern_gate_rows_new(tern_gate_rows *rows, const tern_results *results, uint32_t run, tern_error *error)
{
    *rows = (tern_gate_rows){.count = 0};
    rows->row = calloc(results->compared.count + 1, sizeof *rows->row);
    rows->wrong = calloc(results->compared.count + 1, sizeof *rows->wrong);
    if (rows->row == NULL || rows->wrong == NULL)
        return tern_error_memory(error, "the rows of a gate", (double)results->compared.count);
    for (size_t i = 0; i < results->compared.count; i++) {
        const tern_compared *compared = &results->compared.item[i];
        if (compared->run != run || compared->state == TERN_COMPARED_STEP)
            continue;
        tern_gate_row *row = &rows->row[rows->count++];
        const tern_gate_rule rule = rule_of(compared);
        row->compared = compared;
        row->work = work_of(compared);
        tern_gate_read_series(row, results);
        if (row->wrong != NULL && !tern_gate_is_self(compared))
            take_back(row, &rows->wrong[rows->count - 1]);
        row->answer = tern_gate_answer_of(&row->series, &rule);
    }
    read_noise(rows);
    const tern_status status = judge(rows, error);
    for (size_t i = 0; i < rows->count; i++)
        if (!tern_gate_is_self(rows->row[i].compared))
            count(&rows->counts, &rows->row[i]);
    return status;
}

void tern_gate_rows_free(tern_gate_rows *rows)
{
    free(rows->row);
    free(rows->wrong);
    *rows = (tern_gate_rows){0};
}

tern_status tern_gate_status(const tern_gate_rows *rows, bool strict)
{
    const tern_gate_counts *counts = &rows->counts;
    const size_t open = counts->inconclusive + counts->unfinished;
    const size_t settled = counts->improved + counts->same + counts->expected; /* identical ones were not timed */

    if (counts->wrong > 0)
        return TERN_WRONG;
    if (counts->regressed + counts->removed > 0)
        return TERN_REGRESSED;
    if (counts->cases == 0)
        return TERN_NOTHING;
    if (counts->judged == 0 || (open > 0 && (strict || settled == 0)))
        return TERN_ENVIRONMENT;
    return TERN_OK;
}

char *tern_gate_coverage(const tern_gate_rows *rows, char *text, size_t bytes)
{
    const tern_gate_counts *c = &rows->counts;
    const struct {
        size_t count;
        const char *name;
    } parts[] = {
        {c->wrong, "WRONG"},
        {c->regressed, "REGRESSED"},
        {c->removed, "REMOVED"},
        {c->expected, "expected"},
        {c->inconclusive, "INCONCLUSIVE"},
        {c->improved, "IMPROVED"},
        {c->fixed, "FIXED"},
        {c->added, "ADDED"},
        {c->same, "OK"},
        {c->identical, "IDENTICAL"},
        {c->left_out, "left out"},
        {c->unfinished, "not finished"},
    };
    const char *separator = ": ";

    text[0] = '\0';
    tern_text_append(text, bytes, "%zu case%s", c->cases, tern_text_plural(c->cases));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].count > 0) {
            tern_text_append(text, bytes, "%s%zu %s", separator, parts[i].count, parts[i].name);
            separator = ", ";
        }
    tern_text_append(text, bytes, "; judged %zu of %zu", c->judged, c->cases);
    return text;
}
