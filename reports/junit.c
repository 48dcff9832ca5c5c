/*
 * JUnit XML: each case, decode run, case of a gate and combination of toggles is a test, its class the suite and the
 * kernel. Wrong is a failure, and so is a regression; a crash or a timeout is an error; what could not be decided or
 * done is skipped, with the reason. All of it is one suite a run; a case of runs that repeat each other is a test of
 * the first.
 */
#include "analyse/combinations.h"
#include "analyse/gate_rows.h"
#include "analyse/series_name.h"
#include "markup.h"
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* What a test came to. */
typedef enum outcome { PASSED, FAILED, ERRED, SKIPPED } outcome;

typedef struct test {
    const char *suite, *kernel, *name;
    double seconds;
    outcome outcome;
    const char *type, *message;
    char figure[128]; /* the message where that is a figure */
} test;

static outcome outcome_of(tern_verdict verdict)
{
    switch (verdict) {
    case TERN_EXACT:
        return PASSED;
    case TERN_UNSUPPORTED:
        return SKIPPED;
    case TERN_CRASH:
    case TERN_TIMEOUT:
    case TERN_INTERRUPTED: /* which says nothing of the kernel, and is not all right */
        return ERRED;
    default:
        return FAILED;
    }
}

static test test_of_case(const tern_record *r, const char *name)
{
    return (test){.suite = r->suite[0] == '\0' ? "ternbench" : r->suite,
                  .kernel = r->kernel,
                  .name = name,
                  .seconds = r->timed && isfinite(r->timing.median_ns) ? 1e-9 * r->timing.median_ns : 0.0,
                  .outcome = outcome_of(r->finding.verdict),
                  .type = tern_verdict_name(r->finding.verdict),
                  .message = r->finding.reason};
}

static test test_of_loop(const tern_decode_record *r, const char *name)
{
    const double ms = r->prefill.total_ms + r->decode.total_ms;

    return (test){.suite = "decode",
                  .kernel = r->kernel,
                  .name = name,
                  .seconds = r->timed && isfinite(ms) ? 1e-3 * ms : 0.0,
                  .outcome = outcome_of(r->finding.verdict),
                  .type = tern_verdict_name(r->finding.verdict),
                  .message = r->finding.reason};
}

static void tell_change(char *text, size_t bytes, const tern_gate_row *row)
{
    const tern_mean *mean = &row->answer.mean;

    snprintf(text, bytes, "%+.2f %% of time (%+.2f..%+.2f), shown twice; delta is %.3g %%", 100.0 * expm1(mean->mean),
             100.0 * expm1(mean->low), 100.0 * expm1(mean->high), 100.0 * row->answer.delta);
}

static test test_of_gate(const tern_gate_row *row, const char *name)
{
    const tern_compared *c = row->compared;
    const bool judged = c->state == TERN_COMPARED_TIMED;
    test t = {.suite = "gate", .kernel = c->base_kernel[0] == '\0' ? "kernel" : c->base_kernel, .name = name};

    t.message = c->reason;
    if (c->state == TERN_COMPARED_WRONG) {
        t.outcome = outcome_of(c->finding.verdict);
        t.type = tern_verdict_name(c->finding.verdict);
        t.message = c->finding.reason;
    } else if (judged && row->answer.verdict == TERN_GATE_REGRESSED && !c->expected) {
        t.outcome = FAILED;
        t.type = "REGRESSED";
        tell_change(t.figure, sizeof t.figure, row);
    } else if (c->state == TERN_COMPARED_REMOVED && !c->expected) {
        t.outcome = FAILED;
        t.type = "REMOVED";
        t.message = "the kernel is not there any more";
    } else if (c->state == TERN_COMPARED_LEFT_OUT ||
               (judged && (row->answer.verdict == TERN_GATE_INCONCLUSIVE || row->answer.verdict == TERN_GATE_OPEN))) {
        t.outcome = SKIPPED;
        t.type = "INCONCLUSIVE";
        t.message = judged && row->trouble != NULL        ? row->trouble
                    : judged && row->answer.doubt != NULL ? row->answer.doubt
                                                          : t.message;
    }
    return t;
}

static test test_of_combination(const tern_arm_record *arm, const char *kernel, const char *name)
{
    const tern_verdict verdict = tern_combination_verdict(arm);

    return (test){.suite = "ablation",
                  .kernel = kernel,
                  .name = name,
                  .outcome = outcome_of(verdict),
                  .type = tern_verdict_name(verdict),
                  .message = arm->reason};
}

static void put_attribute(FILE *stream, const char *name, const char *value)
{
    fprintf(stream, " %s=\"", name);
    tern_markup_put_raw(stream, value);
    fputc('"', stream);
}

static void put_test(FILE *stream, const test *t)
{
    static const char *const elements[] = {NULL, "failure", "error", "skipped"};

    fputs("<testcase classname=\"", stream);
    tern_markup_put_raw(stream, t->suite);
    fputc('.', stream);
    tern_markup_put_raw(stream, t->kernel);
    fputc('"', stream);
    put_attribute(stream, "name", t->name);
    fprintf(stream, " time=\"%.9f\"", t->seconds);
    if (t->outcome == PASSED) {
        fputs("/>\n", stream);
        return;
    }
    fprintf(stream, "><%s", elements[t->outcome]);
    put_attribute(stream, "type", t->type);
    put_attribute(stream, "message", t->figure[0] != '\0' ? t->figure : t->message);
    fputs("/></testcase>\n", stream);
}

typedef struct tally {
    FILE *stream; /* NULL: only counted */
    size_t of[4];
} tally;

static void take(tally *all, const test *t)
{
    all->of[t->outcome]++;
    if (all->stream != NULL)
        put_test(all->stream, t);
}

static void take_gate(tally *all, const tern_results *results, uint32_t run)
{
    tern_gate_rows rows;
    char name[TERN_SERIES_NAME_BYTES];

    if (results->compared.count == 0 || tern_gate_rows_new(&rows, results, run, NULL) != TERN_OK)
        return;
    for (size_t i = 0; i < rows.count; i++) {
        const char *id = rows.row[i].compared->id;
        const test t = test_of_gate(&rows.row[i], tern_series_name(results, TERN_LINE_COMPARED, id, run, name));
        take(all, &t);
    }
    tern_gate_rows_free(&rows);
}

/* Each combination of toggles is a test. */
static void take_combinations(tally *all, const tern_results *results, uint32_t run)
{
    char id[TERN_COMPARISON_ID_BYTES], name[TERN_COMPARISON_ID_BYTES + 16], kernel[64];

    for (size_t i = 0; i < results->arms.count; i++) {
        const tern_arm_record *arm = results->arms.item[i].run == run ? tern_combination_at(results, i) : NULL;
        if (arm == NULL)
            continue;
        snprintf(kernel, sizeof kernel, "%.*s", (int)strcspn(arm->id, "+/"), arm->id);
        snprintf(name, sizeof name, "%s%s%s%s%s", arm->side, arm->side[0] == '\0' ? "" : ": ",
                 tern_combination_id(arm, id, sizeof id), arm->measured[0] == '\0' ? "" : " ",
                 arm->measured[0] == '\0' ? "" : arm->toggles);
        const test t = test_of_combination(arm, kernel, name);
        take(all, &t);
    }
}

/* What a run that was cut off had still to do has no test; it is not all right for that. */
static void take_end(tally *all, const tern_results *results, uint32_t run)
{
    const tern_run_end *end = tern_results_end(results, run);
    char name[48];
    const test t = {.suite = "run",
                    .kernel = "run",
                    .name = name,
                    .outcome = ERRED,
                    .type = "INCOMPLETE",
                    .message = end == NULL ? "cut off: there is no closing line" : end->reason};

    snprintf(name, sizeof name, "run %" PRIu32 " ended as planned", run + 1);
    if (end == NULL || !end->complete)
        take(all, &t);
}

static void take_run(tally *all, const tern_results *results, uint32_t run)
{
    char name[TERN_SERIES_NAME_BYTES];

    take_end(all, results, run);
    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i];
        if (r->run != run)
            continue;
        const test t = test_of_case(r, tern_series_name(results, TERN_LINE_CASE, r->id, run, name));
        take(all, &t);
    }
    for (size_t i = 0; i < results->decodes.count; i++) {
        const tern_decode_record *r = &results->decodes.item[i];
        if (r->run != run)
            continue;
        const test t = test_of_loop(r, tern_series_name(results, TERN_LINE_DECODE, r->id, run, name));
        take(all, &t);
    }
    take_gate(all, results, run);
    take_combinations(all, results, run);
}

void tern_report_junit(FILE *stream, const tern_results *results)
{
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ternbench\">\n", stream);
    for (uint32_t run = 0; run < results->runs.count; run++) {
        tally counted = {0}, written = {.stream = stream};
        take_run(&counted, results, run);
        const size_t tests = counted.of[PASSED] + counted.of[FAILED] + counted.of[ERRED] + counted.of[SKIPPED];
        if (tests == 0 && results->runs.count > 1)
            continue;
        fputs("<testsuite", stream);
        put_attribute(stream, "name", results->runs.item[run].command);
        put_attribute(stream, "timestamp", results->runs.item[run].time);
        put_attribute(stream, "hostname", results->runs.item[run].host);
        fprintf(stream, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n", tests, counted.of[FAILED],
                counted.of[ERRED], counted.of[SKIPPED]);
        take_run(&written, results, run);
        fputs("</testsuite>\n", stream);
    }
    fputs("</testsuites>\n", stream);
}
