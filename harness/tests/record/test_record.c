/*
 * A file of records gives back what was written, up to its last whole line, and says what is wrong with one that is
 * none.
 */
#include "record/file.h"
#include "record/results.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char path[] = "test_record.tmp.jsonl";

/* Before and behind the figures of a timed case. */
#define CASE "case\",\"id\":\"a/1\",\"kernel\":\"a\",\"timed\":true,\"timing\":{"
#define REST "},\"isa\":\""

static void fill(tern_record *record)
{
    static tern_record_fact fact[1];
    static tern_counter counter[1];
    static double sample_ns[TERN_MAX_SAMPLES];
    static int32_t cpu[2];

    memset(record, 0, sizeof *record);
    strcpy(record->id, "toy/2x3x4/\"quoted\"\n\xc3\xa9");
    strcpy(record->kernel, "toy");
    strcpy(record->problem.cache, "hot");
    record->problem.m = 2, record->problem.k = 3, record->problem.n = 4;
    record->problem.seed = INT64_MAX;
    record->problem.p0 = 0.1;
    record->timed = true;
    record->finding.verdict = TERN_MISMATCH;
    record->finding.mismatches = 5;
    record->finding.relative_l2 = 1e-300;
    record->finding.differences = 1;
    record->finding.difference[0] = (tern_difference){1, 2, INT32_MIN, INT32_MAX};
    record->facts = 1;
    record->fact = fact;
    record->fact[0] = (tern_record_fact){"share", "%", 12.5};
    record->timing.samples = TERN_MAX_SAMPLES;
    record->timing.sample_ns = sample_ns;
    for (size_t i = 0; i < TERN_MAX_SAMPLES; i++)
        record->timing.sample_ns[i] = 1000.0 / (double)(i + 3);
    record->timing.median_ns = 123.456789;
    record->timing.low_ns = record->timing.high_ns = NAN;
    record->timing.stop = TERN_STOP_BUDGET;
    record->timing.threads = 2;
    record->timing.cpu = cpu;
    record->timing.cpu[0] = -1, record->timing.cpu[1] = 7;
    record->timing.disturbance.marked = 3;
    record->timing.counters = 1;
    record->timing.counter = counter;
    strcpy(record->timing.counter[0].name, "cycles");
    strcpy(record->timing.counter[0].reason, "not here");
    record->timing.counter[0].per_call = NAN;
}

static void write_file(const tern_record *record, const char *tail)
{
    FILE *stream = fopen(path, "w");
    tern_run run = {.cases = 1, .warnings = 2, .warning = {"one", "two"}};
    const tern_run_end end = {.complete = true, .done = 1, .seconds = 1.5};

    assert_non_null(stream);
    strcpy(run.machine_class, "a machine");
    assert_int_equal(tern_file_write(stream, TERN_LINE_RUN, &run, NULL), TERN_OK);
    assert_int_equal(tern_file_write(stream, TERN_LINE_CASE, record, NULL), TERN_OK);
    if (tail == NULL)
        assert_int_equal(tern_file_write(stream, TERN_LINE_END, &end, NULL), TERN_OK);
    else
        fputs(tail, stream);
    fclose(stream);
}

static void gives_back_what_was_written(void **state)
{
    tern_record *record = malloc(sizeof *record);
    tern_results results = {0};
    bool cut;

    (void)state;
    assert_non_null(record);
    fill(record);
    write_file(record, NULL);
    assert_int_equal(tern_results_read(&results, path, &cut, NULL), TERN_OK);
    assert_false(cut);
    assert_true(tern_results_end(&results, 0) != NULL && results.ends.item[0].complete);
    assert_float_equal(results.ends.item[0].seconds, 1.5, 0.0);
    assert_int_equal(results.runs.item[0].warnings, 2);
    assert_string_equal(results.runs.item[0].warning[1], "two");
    assert_int_equal(results.cases.count, 1);

    const tern_record *read = &results.cases.item[0];
    assert_string_equal(read->id, record->id);
    assert_true(read->problem.seed == record->problem.seed && read->problem.k == 3);
    assert_int_equal(read->finding.verdict, TERN_MISMATCH);
    assert_memory_equal(&read->finding.difference[0], &record->finding.difference[0], sizeof(tern_difference));
    assert_int_equal(read->timing.samples, TERN_MAX_SAMPLES);
    for (size_t i = 0; i < TERN_MAX_SAMPLES; i++)
        assert_true(fabs(read->timing.sample_ns[i] / record->timing.sample_ns[i] - 1.0) < 1e-11);
    assert_true(isnan(read->timing.low_ns) && isnan(read->timing.counter[0].per_call));
    assert_int_equal(read->timing.cpu[1], 7);
    assert_int_equal(read->timing.stop, TERN_STOP_BUDGET);
    assert_int_equal(read->timing.disturbance.marked, 3);
    assert_string_equal(read->fact[0].unit, "%");
    tern_results_free(&results);
    free(record);
    unlink(path);
}

static void gives_back_a_run_of_the_decode_loop(void **state)
{
    enum { THREADS = 384 };
    static int32_t cpu[THREADS];
    tern_decode_record *record = calloc(1, sizeof *record);
    tern_results results = {0};
    const tern_run run = {.cases = 1};
    FILE *stream = fopen(path, "w");

    (void)state;
    assert_true(record != NULL && stream != NULL);
    strcpy(record->id, "decode/tiny/toy");
    strcpy(record->kernel, "toy");
    strcpy(record->model, "tiny");
    record->threads = record->cpus = THREADS;
    record->cpu = cpu;
    cpu[THREADS - 1] = 383;
    record->finding.verdict = TERN_EXACT;
    record->ternary_weights = 6476005376;
    record->steps = record->generated = TERN_DECODE_TOKENS;
    record->step_ms[TERN_DECODE_TOKENS - 1] = 2.5;
    record->token[1] = 31999;
    record->decode.parts = TERN_DECODE_PARTS;
    record->decode.part_ms[5] = 0.25;
    record->decode.rates = 2;
    record->decode.rate[1] = 20.0;
    record->prefill.roof_share = NAN;
    assert_int_equal(tern_file_write(stream, TERN_LINE_RUN, &run, NULL), TERN_OK);
    assert_int_equal(tern_file_write(stream, TERN_LINE_DECODE, record, NULL), TERN_OK);
    fclose(stream);
    assert_int_equal(tern_results_read(&results, path, NULL, NULL), TERN_OK);
    assert_int_equal(results.decodes.count, 1);
    assert_true(isnan(results.decodes.item[0].prefill.roof_share));
    results.decodes.item[0].prefill.roof_share = record->prefill.roof_share;
    assert_memory_equal(results.decodes.item[0].cpu, cpu, sizeof cpu);
    free(results.decodes.item[0].cpu);
    results.decodes.item[0].cpu = cpu;
    assert_memory_equal(&results.decodes.item[0], record, sizeof *record);
    results.decodes.item[0].cpu = NULL;
    tern_results_free(&results);
    free(record);
    unlink(path);
}

static void reads_a_cut_file_up_to_its_last_whole_line(void **state)
{
    tern_record *record = malloc(sizeof *record);
    tern_results results = {0};
    bool cut;

    (void)state;
    assert_non_null(record);
    fill(record);
    write_file(record, "{\"type\":\"case\",\"id\":\"to");
    assert_int_equal(tern_results_read(&results, path, &cut, NULL), TERN_OK);
    assert_true(cut);
    assert_null(tern_results_end(&results, 0));
    assert_int_equal(results.cases.count, 1);
    tern_results_free(&results);
    free(record);
    unlink(path);
}

static void passes_over_what_it_does_not_know(void **state)
{
    tern_results results = {0};
    FILE *stream = fopen(path, "w");

    (void)state;
    assert_non_null(stream);
    fputs("{\"type\":\"run\",\"schema\":1,\"mood\":\"good\"}\n"
          "{\"type\":\"omen\",\"m\":\"text\"}\n"
          "{\"type\":\"case\",\"id\":\"a\",\"kernel\":\"a\",\"m\":7,\"aura\":{\"m\":[1]}}\n",
          stream);
    fclose(stream);
    assert_int_equal(tern_results_read(&results, path, NULL, NULL), TERN_OK);
    assert_int_equal(results.order.count, 2);
    assert_int_equal(results.cases.item[0].problem.m, 7);
    tern_results_free(&results);
    unlink(path);
}

/* A field that is changed makes it a record that nobody measured. */
static void refuses_figures_that_cannot_be(void **state)
{
    static const struct {
        const char *line, *key;
    } wrong[] = {
        {"case\",\"kernel\":\"a", "id"},
        {"case\",\"id\":\"a/1", "kernel"},
        {"case\",\"id\":\"a/1\",\"kernel\":\"a\",\"timed\":true,\"isa\":\"", "median_ns"},
        {CASE "\"median_ns\":-5" REST, "median_ns"},
        {CASE "\"median_ns\":null,\"low_ns\":1,\"high_ns\":2" REST, "median_ns"},
        {CASE "\"median_ns\":5,\"low_ns\":9,\"high_ns\":1" REST, "low_ns"},
        {CASE "\"median_ns\":5,\"low_ns\":6,\"high_ns\":7" REST, "low_ns"},
        {CASE "\"median_ns\":5,\"low_ns\":-1,\"high_ns\":7" REST, "low_ns"},
        {CASE "\"median_ns\":5,\"low_ns\":4,\"high_ns\":6,\"min_ns\":9" REST, "min_ns"},
        {CASE "\"median_ns\":5,\"low_ns\":4,\"high_ns\":6,\"samples\":1,\"sample_ns\":[-1]" REST, "sample_ns"},
        {CASE "\"median_ns\":5,\"low_ns\":4,\"high_ns\":6,\"ratio_low\":2,\"ratio_median\":1" REST, "ratio_low"},
        {"decode\",\"kernel\":\"a", "id"},
        {"decode\",\"id\":\"d\",\"kernel\":\"a\",\"timed\":true,\"decode\":{\"tokens\":1},\"isa\":\"", "total_ms"},
        {"decode\",\"id\":\"d\",\"kernel\":\"a\",\"timed\":true,\"median_ms\":2,\"p99_ms\":1,\"isa\":\"", "p99_ms"},
        {"end\",\"seconds\":-1,\"reason\":\"", "seconds"},
        {"compared\",\"base\":\"", "id"},
        {"compared\",\"delta\":-1,\"id\":\"a", "delta"},
        {"pair\",\"base_ns\":[0],\"cand_ns\":[1],\"id\":\"a", "base_ns"},
        {"pair\",\"base_ns\":[1],\"cand_ns\":[null],\"id\":\"a", "cand_ns"},
        {"arm\",\"ns\":[-1],\"block_ns\":[1],\"id\":\"a", "ns"},
        {"step\",\"p\":2,\"id\":\"a", "p"},
        {"point\",\"ratio\":null,\"id\":\"a", "ratio"},
        {"remeasured\",\"low\":2,\"ratio\":1,\"high\":3,\"id\":\"a", "low"},
        {"tried\",\"ns\":-1,\"id\":\"a", "ns"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        tern_results results = {0};
        tern_error error = {""};
        char says[64];
        FILE *stream = fopen(path, "w");
        assert_non_null(stream);
        fprintf(stream, "{\"type\":\"run\",\"schema\":1}\n{\"type\":\"%s\"}\n", wrong[i].line);
        fclose(stream);
        snprintf(says, sizeof says, ":2: the field '%s' is not what", wrong[i].key);
        assert_int_equal(tern_results_read(&results, path, NULL, &error), TERN_USAGE);
        if (strstr(error.text, says) == NULL)
            fail_msg("%s: expected '%s', was told: %s", wrong[i].line, says, error.text);
        tern_results_free(&results);
    }
    unlink(path);
}

/* As of a large machine, and of a record that was shortened. */
static void an_array_is_as_long_as_its_count_or_not_there(void **state)
{
    enum { THREADS = 384 };
    static int32_t cpu[THREADS];
    tern_record *record = calloc(1, sizeof *record);
    tern_results results = {0}, again = {0};

    (void)state;
    assert_non_null(record);
    strcpy(record->id, "toy/1x1x1");
    strcpy(record->kernel, "toy");
    record->timed = true;
    record->timing.median_ns = 5.0;
    record->timing.low_ns = record->timing.high_ns = NAN;
    record->timing.threads = THREADS;
    record->timing.cpu = cpu;
    record->timing.samples = 9;
    cpu[THREADS - 1] = 383;
    write_file(record, "");
    assert_int_equal(tern_results_read(&results, path, NULL, NULL), TERN_OK);
    for (size_t i = 0; i < 2; i++) {
        const tern_timing *t = &(i == 0 ? &results : &again)->cases.item[0].timing;
        assert_int_equal(t->threads, THREADS);
        assert_int_equal(t->cpu[THREADS - 1], 383);
        assert_null(t->busy_ns);
        assert_int_equal(t->samples, 9);
        assert_null(t->sample_ns);
        if (i == 0)
            assert_int_equal(tern_results_add(&again, TERN_LINE_RUN, &results.runs.item[0], NULL), TERN_OK);
        if (i == 0)
            assert_int_equal(tern_results_add(&again, TERN_LINE_CASE, &results.cases.item[0], NULL), TERN_OK);
    }
    tern_results_free(&results);
    tern_results_free(&again);
    free(record);
    unlink(path);
}

static void says_what_is_wrong_with_a_file(void **state)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"", "no whole line"},
        {"hello\n", ":1: no JSON"},
        {"{}\n", ":1: not a file of ternbench records"},
        {"{\"type\":\"case\"}\n", "first line is no fingerprint"},
        {"{\"type\":\"run\",\"schema\":999}\n", "schema version 999"},
        {"{\"type\":\"run\",\"schema\":1}\n{\"type\":\"case\",\"m\":-1}\n", ":2: the field 'm'"},
        {"{\"type\":\"run\",\"schema\":1}\n{\"type\":\"case\",\"finding\":{\"verdict\":\"FINE\"}}\n",
         ":2: the field 'verdict'"},
        {"{\"type\":\"run\",\"schema\":1}\n"
         "{\"type\":\"case\",\"timing\":{\"threads\":3,\"cpu\":[0,1,2],\"busy_ns\":[5.0]}}\n",
         ":2: the field 'busy_ns'"},
        {"{\"type\":\"run\",\"schema\":1}\nnonsense\n{\"type\":\"end\"}\n", ":2: no JSON"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        tern_results results = {0};
        tern_error error = {""};
        FILE *stream = fopen(path, "w");
        assert_non_null(stream);
        fputs(wrong[i].text, stream);
        fclose(stream);
        assert_int_equal(tern_results_read(&results, path, NULL, &error), TERN_USAGE);
        if (strstr(error.text, wrong[i].says) == NULL)
            fail_msg("expected '%s', was told: %s", wrong[i].says, error.text);
        tern_results_free(&results);
    }
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_what_was_written),
        cmocka_unit_test(gives_back_a_run_of_the_decode_loop),
        cmocka_unit_test(reads_a_cut_file_up_to_its_last_whole_line),
        cmocka_unit_test(passes_over_what_it_does_not_know),
        cmocka_unit_test(refuses_figures_that_cannot_be),
        cmocka_unit_test(an_array_is_as_long_as_its_count_or_not_there),
        cmocka_unit_test(says_what_is_wrong_with_a_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
