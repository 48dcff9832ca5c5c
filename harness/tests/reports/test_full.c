/*
 * The full report: its chapters, its verdict, and that programs get every number that people do.
 */
#include "report.h"

#include "cases.h"
#include "cell.h"

#include <stdlib.h>

static const char *const chapters[] = {
    "System",
    "Baseline",
    "Current run",
    "Products: right, and how fast, shape by shape",
    "KV cache",
    "Optimisations: compiled, selected, executed, effect",
    "Findings",
    "Where the time of a token goes",
    "Expected and measured",
    "Blockers and warnings",
    "Projections, checked",
    "Memory",
    "Verdict",
    "How to read this",
};

static tern_results results;
static tern_document document;

static int tear_down(void **state)
{
    (void)state;
    tern_document_free(&document);
    document = (tern_document){0};
    tern_results_free(&results);
    return 0;
}

static void build(void)
{
    tern_document_free(&document);
    document = (tern_document){.name = "full"};
    assert_int_equal(tern_full_build(&document, &results, NULL), TERN_OK);
    assert_false(document.pool.failed);
}

static bool says(const char *words)
{
    for (size_t i = 0; i < document.items; i++)
        if (document.item[i].kind != TERN_ITEM_SHEET && strstr(document.item[i].text, words) != NULL)
            return true;
    return false;
}

static void end_run(bool complete, const char *reason)
{
    tern_run_end end = {.complete = complete};

    snprintf(end.reason, sizeof end.reason, "%s", reason);
    assert_int_equal(tern_results_add(&results, TERN_LINE_END, &end, NULL), TERN_OK);
}

static void add_threads(const char *kernel, double ns, uint32_t threads)
{
    tern_record r = make_case(kernel, ns);

    r.problem.threads = threads;
    r.timing.roof_gmacs = 100.0;
    r.timing.roof_share = 0.5;
    add_made(&results, r);
}

/* Of a decode loop everything that the report tells, in numbers that are all different. */
static void add_loop(bool baseline)
{
    static tern_decode_record r;

    r = (tern_decode_record){.timed = true, .layers = 2, .measured_layers = 2, .threads = 1, .context = 8, .steps = 2};
    snprintf(r.model, sizeof r.model, "small");
    snprintf(r.kernel, sizeof r.kernel, "fast");
    r.baseline = baseline;
    r.decode = (tern_phase){.tokens = 3, .total_ms = 30.0, .tokens_per_s = baseline ? 100.0 : 150.0, .parts = 6};
    r.decode.part_ms[TERN_DECODE_ATTENTION] = 20.0;
    r.decode.part_ms[TERN_DECODE_GEMM] = 9.0;
    r.decode.roof_share = r.prefill.roof_share = r.decode.roof_tokens_per_s = (double)NAN;
    r.kv_ratio_measured = 2.5;
    r.kv_ratio_predicted = 3.5;
    r.kv_points = 1;
    r.kv_append_ns[0] = 17.0;
    r.packed_bytes = 1234;
    r.peak_rss_bytes = 5000;
    r.target_tokens_per_s = 300.0;
    r.allocations = 0.0;
    assert_int_equal(tern_results_add(&results, TERN_LINE_DECODE, &r, NULL), TERN_OK);
}

static void add_ablation(void)
{
    double on[] = {10.0, 10.1, 9.9, 10.0}, off[] = {20.0, 20.1, 19.9, 20.0}, block[] = {10.0, 10.0, 10.0, 10.0};

    for (uint32_t process = 0; process < 8; process++)
        for (int i = 0; i < 2; i++) {
            tern_arm_record arm = {.id = "fast/1", .process = process, .samples = 4, .toggles_in_all = 1};
            arm.ns = i == 0 ? off : on;
            arm.block_ns = block;
            snprintf(arm.on, sizeof arm.on, "%s", i == 0 ? "" : "trick");
            assert_int_equal(tern_results_add(&results, TERN_LINE_ARM, &arm, NULL), TERN_OK);
        }
}

static void add_everything(void)
{
    add_run(&results, "host", "slow");
    add_threads("slow", 100.0, 1);
    add_threads("slow", 60.0, 2);
    add_threads("fast", 20.0, 1);
    add_threads("fast", 11.0, 2);
    add_loop(false);
    add_loop(true);
    add_ablation();
    end_run(true, "");
}

static size_t count_chapters(void)
{
    size_t count = 0;

    for (size_t i = 0; i < document.items; i++)
        count += document.item[i].kind == TERN_ITEM_SECTION;
    return count;
}

/* A chapter without records is a line in a list, with the command that measures it. */
static void nothing_is_no_chapter(void **state)
{
    (void)state;
    build();
    assert_int_equal(count_chapters(), 3);
    assert_true(says("NOTHING: the records hold no result."));
    assert_true(says("Not in these records"));
    for (size_t i = 0; i < sizeof chapters / sizeof *chapters - 2; i++) {
        char line[160];
        snprintf(line, sizeof line, "%s: `ternbench ", chapters[i]);
        if (!says(line))
            fail_msg("nothing says how to measure '%s'", chapters[i]);
    }
    assert_true(says("KV cache: `ternbench decode --compare-cache 16` measures it."));
}

static void chapters_stand_in_their_order(void **state)
{
    size_t next = 0;

    (void)state;
    add_everything();
    build();
    for (size_t i = 0; i < document.items; i++)
        if (document.item[i].kind == TERN_ITEM_SECTION)
            assert_string_equal(document.item[i].text, chapters[next++]);
    assert_int_equal(next, sizeof chapters / sizeof *chapters);
    assert_false(says("Not in these records"));
    assert_true(says("Bottleneck: attention, 66.7 % of the time of a token of small"));
    assert_true(says("Without the cache it takes 2.50 times as long"));
    assert_true(says("EXACT: all 6 results are right."));
}

static void the_first_line_says_what_is_wrong(void **state)
{
    tern_record wrong = make_case("wrong", 1.0);

    (void)state;
    wrong.timed = false;
    wrong.finding.verdict = TERN_MISMATCH;
    add_run(&results, "host", "");
    add_case(&results, "right", 1.0);
    add_made(&results, wrong);
    build();
    assert_int_equal(document.item[0].kind, TERN_ITEM_BAD);
    assert_string_equal(document.item[0].text, "WRONG: 1 of 2 results are not exact.");
    assert_true(says("INCOMPLETE: 1 of 1 run did not end as planned"));
}

/* The chapter is there when there was a bisect, and says what the report on it says. */
static void a_bisect_has_a_chapter(void **state)
{
    static const char *const roles[] = {"good", "candidate", "candidate", "bad", "tried"};

    (void)state;
    add_run(&results, "host", "");
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        tern_step step = {.id = "fast/1", .ratio = i > 2 ? 0.08 : 0.0, .error = 0.001, .commits = 9};
        snprintf(step.role, sizeof step.role, "%s", roles[i]);
        snprintf(step.commit, sizeof step.commit, "%s", i == 0 ? "0000" : i == 1 || i == 4 ? "aaaa" : "bbbb");
        snprintf(step.subject, sizeof step.subject, "of %.9s", step.commit);
        assert_int_equal(tern_results_add(&results, TERN_LINE_STEP, &step, NULL), TERN_OK);
    }
    end_run(true, "");
    build();
    assert_true(says("Which commit made it slower"));
    assert_true(says("is slower at bbbb than at 0000 by 8.33 %"));
    assert_true(says("made it slower (p = "));
}

static void a_change_is_more_than_both_intervals(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        add_run(&results, "host", "");
        results.runs.item[i].commit[0] = i == 0 ? 'x' : 'y';
        add_case(&results, "same", 10.0);
        add_case(&results, "slower", i == 0 ? 10.0 : 12.0);
        end_run(true, "");
    }
    build();
    assert_true(says("of 2 cases that two of the runs timed, 1 slower and 0 faster"));
}

static const tern_sheet *find_sheet(const char *name)
{
    const tern_sheet *sheet;
    size_t place = 0;

    while ((sheet = tern_document_next(&document, TERN_FOR_PROGRAMS, &place)) != NULL)
        if (strcmp(sheet->name, name) == 0)
            return sheet;
    return NULL;
}

/* What differs between runs of one build is no change, and all of them count as one. */
static void repeated_runs_are_one_series_and_their_spread_is_told(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        add_run(&results, "host", "");
        add_case(&results, "same", 10.0 + i);
        end_run(true, "");
    }
    build();
    assert_true(says("EXACT: all 3 results are right."));
    assert_true(says("Runs 2, 3 repeat run 1 (one machine, build and settings): together one series of samples."));
    assert_true(says("1 case was timed by several of them: from the fastest to the slowest run, medians differ by "
                     "20.0 %"));
    assert_true(says("What changed: nothing to compare. The runs repeat each other"));
    assert_int_equal(find_sheet("cases")->rows, 1);
    assert_int_equal(find_sheet("repeats")->rows, 1);
}

static void machines_stand_side_by_side_without_times(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        add_run(&results, "host", "slow");
        results.runs.item[i].machine_class[0] = i == 0 ? 'a' : 'b';
        add_threads("slow", 100.0 * (i + 1), 1);
        add_threads("fast", 10.0, 1);
        end_run(true, "");
    }
    build();
    assert_string_equal(document.item[0].text,
                        "MIXED: the runs are of 2 machines. Compare shares of a limit and ratios, not times.");
    const tern_sheet *kernels = find_sheet("machines"), *sheet = find_sheet("machines_cases");
    assert_int_equal(kernels->rows, 2);
    assert_true(fabs(tern_cell_real(tern_sheet_cell(kernels, 1, 2), TERN_CELL_VALUE) - 10.0) < 1e-9);
    assert_int_equal(sheet->rows, 2);
    size_t share = 0, ratio = 0;
    for (size_t c = 0; c < sheet->columns; c++) {
        assert_int_not_equal(sheet->column[c].type, TERN_COLUMN_TIME);
        share = strcmp(sheet->column[c].name, "share_2") == 0 ? c : share;
        ratio = strcmp(sheet->column[c].name, "ratio_2") == 0 ? c : ratio;
    }
    assert_true(tern_cell_real(tern_sheet_cell(sheet, 1, share), TERN_CELL_VALUE) == 0.5);
    assert_true(tern_cell_real(tern_sheet_cell(sheet, 1, ratio), TERN_CELL_VALUE) == 20.0);
    assert_true(tern_cell_real(tern_sheet_cell(sheet, 1, ratio - 2), TERN_CELL_VALUE) == 10.0);
}

/* The chapter is there with its points, and what stands at the top does not call it a lack of results. */
static void a_history_has_its_chapter(void **state)
{
    (void)state;
    for (int i = 0; i < 24; i++) {
        tern_point point = {.id = "a", .anchor = "b", .ratio = (i < 12 ? 0.0 : 0.2) + 0.001 * (i % 3), .error = 0.001};
        add_run(&results, "host", "");
        snprintf(results.runs.item[i].time, sizeof results.runs.item[i].time, "2026-01-%02dT00:00:00Z", i + 1);
        point.processes = 8;
        assert_int_equal(tern_results_add(&results, TERN_LINE_POINT, &point, NULL), TERN_OK);
        end_run(true, "");
    }
    build();
    assert_true(says("Over time: 0 alerts, 1 suspected; judged 1 of 1 series."));
    assert_false(says("NOTHING"));
    assert_false(says("results are right"));
    assert_false(says("Bottleneck: not known"));
    assert_int_equal(count_chapters(), 5); /* system, over time, verdict, what is not there, how to read */
    assert_int_equal(find_sheet("history_steps")->rows, 1);
    assert_int_equal(find_sheet("points")->rows, 24);
}

static bool same_number(const tern_sheet *sheet, size_t row, size_t a, size_t b)
{
    const tern_cell *x = tern_sheet_cell(sheet, row, a), *y = tern_sheet_cell(sheet, row, b);

    if (sheet->column[a].type == TERN_COLUMN_COUNT && sheet->column[b].type == TERN_COLUMN_COUNT)
        return x->filled == y->filled && x->value.count == y->value.count;
    return tern_column_is_real(&sheet->column[a]) && tern_column_is_real(&sheet->column[b]) &&
           x->value.real.median == y->value.real.median;
}

/* A number that people alone are shown must stand in another column, which programs get. */
static void expect_elsewhere(const tern_sheet *sheet, size_t column)
{
    for (size_t c = 0; c < sheet->columns; c++) {
        size_t same = 0;
        for (size_t row = 0; row < sheet->rows; row++)
            same +=
                tern_audience_has(sheet->column[c].audience, TERN_FOR_PROGRAMS) && same_number(sheet, row, column, c);
        if (same == sheet->rows && c != column)
            return;
    }
    fail_msg("%s of %s is for people alone", sheet->column[column].name, sheet->name);
}

static void programs_get_every_number_by_name(void **state)
{
    size_t sheets = 0;

    (void)state;
    add_everything();
    build();
    for (size_t i = 0; i < document.items; i++) {
        const tern_sheet *sheet = document.item[i].sheet;
        if (document.item[i].kind != TERN_ITEM_SHEET || !tern_audience_has(sheet->audience, TERN_FOR_PEOPLE))
            continue;
        sheets++;
        if (!tern_audience_has(sheet->audience, TERN_FOR_PROGRAMS))
            fail_msg("the sheet %s is for people alone", sheet->name);
        for (size_t c = 0; c < sheet->columns; c++)
            if (sheet->column[c].audience == TERN_FOR_PEOPLE && !tern_column_is_text(&sheet->column[c]))
                expect_elsewhere(sheet, c);
        for (size_t j = 0; j < i; j++)
            if (document.item[j].kind == TERN_ITEM_SHEET && strcmp(document.item[j].sheet->name, sheet->name) == 0)
                fail_msg("two sheets are called %s", sheet->name);
    }
    assert_true(sheets > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(nothing_is_no_chapter, tear_down),
        cmocka_unit_test_teardown(chapters_stand_in_their_order, tear_down),
        cmocka_unit_test_teardown(the_first_line_says_what_is_wrong, tear_down),
        cmocka_unit_test_teardown(a_bisect_has_a_chapter, tear_down),
        cmocka_unit_test_teardown(a_change_is_more_than_both_intervals, tear_down),
        cmocka_unit_test_teardown(repeated_runs_are_one_series_and_their_spread_is_told, tear_down),
        cmocka_unit_test_teardown(machines_stand_side_by_side_without_times, tear_down),
        cmocka_unit_test_teardown(a_history_has_its_chapter, tear_down),
        cmocka_unit_test_teardown(programs_get_every_number_by_name, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
