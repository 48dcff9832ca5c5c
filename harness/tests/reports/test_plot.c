/*
 * Pictures: which rows of a sheet are drawn, and that gnuplot draws each plot from records that nobody would wish for.
 */
#include "plot.h"
#include "report.h"

#include "cases.h"
#include "skip.h"

#include <stdlib.h>
#include <unistd.h>

static const char hostile[] = "`touch hacked`'; set output \"hacked\" <script>&\033";

static tern_results results;

static int tear_down(void **state)
{
    (void)state;
    tern_results_free(&results);
    return 0;
}

static void add_point(const char *kernel, size_t m, double p0, uint32_t threads, const char *cache)
{
    tern_record r = make_case(kernel, 1000.0 * (double)m / threads);

    snprintf(r.id, sizeof r.id, "%.400s/%zu/%g/%u/%s", kernel, m, p0, threads, cache);
    r.problem.m = m;
    r.problem.p0 = p0;
    r.problem.threads = threads;
    snprintf(r.problem.cache, sizeof r.problem.cache, "%s", cache);
    r.timing.roof_gmacs = 10.0;
    strcpy(r.timing.roof_instruction, "vpmaddubsw ymm");
    r.timing.roof_share = 0.5;
    r.timing.roof_read_gbps = strcmp(cache, "cold") == 0 ? 5.0 : 0.0;
    add_made(&results, r);
}

/* What the plot draws of the results; to be freed. */
static char *data_of(const char *name, size_t *panels)
{
    char picture[32];
    tern_document document = {0};

    snprintf(picture, sizeof picture, "%s.svg", name);
    assert_int_equal(tern_report_build(tern_report_find(picture), &document, &results, NULL), TERN_OK);
    char *data = tern_plot_data(tern_plot_find(name), &document, panels);
    tern_document_free(&document);
    return data;
}

static void every_plot_has_its_report_and_its_script(void **state)
{
    char name[64];

    (void)state;
    for (const tern_plot *plot = tern_plots; plot->name != NULL; plot++) {
        assert_ptr_equal(tern_plot_find(plot->name), plot);
        for (int i = 0; i < 2; i++) {
            snprintf(name, sizeof name, "%s.%s", plot->name, i == 0 ? "svg" : "png");
            const tern_report *report = tern_report_find(name);
            assert_non_null(report);
            assert_string_equal(report->plot, plot->name);
            assert_int_equal(report->picture, i == 0 ? TERN_PICTURE_SVG : TERN_PICTURE_PNG);
        }
        snprintf(name, sizeof name, "%s.svg", plot->name);
    }
    assert_null(tern_plot_find("pie"));
}

static void rows_that_agree_share_axes_and_lines(void **state)
{
    size_t panels;

    (void)state;
    add_run(&results, "host", "");
    for (size_t m = 64; m <= 256; m *= 2) {
        add_point("b", m, 0.5, 1, "hot");
        add_point("a", m, 0.5, 1, "hot");
        add_point("a", m, 0.5, 1, "cold");
    }
    add_point("alone", 64, 0.5, 1, "hot");
    char *data = data_of("speed", &panels);
    assert_int_equal(panels, 2);
    assert_non_null(strstr(data, "array Panel[2] = ['one token, hot, 1 thread, P(0) = 0.5', "));
    assert_non_null(strstr(data, "array Series[2] = ["));
    assert_null(strstr(data, "alone"));
    assert_non_null(strstr(data, "LeftOut = ''"));
    free(data);
    /* One size is no line over sizes, and one share of zeros none over shares. */
    assert_null(data_of("zeros", &panels));
    assert_int_equal(panels, 0);
    assert_null(data_of("scaling", &panels));
}

/* Neither two machines nor two builds share a line; runs that are one series do, and need no word. */
static void machines_and_builds_are_drawn_apart(void **state)
{
    size_t panels;

    (void)state;
    for (uint32_t run = 0; run < 4; run++) {
        add_run(&results, "host", "");
        results.runs.item[run].machine_class[0] = run == 3 ? 'b' : 'a';
        results.runs.item[run].commit[0] = run == 2 ? 'x' : 'y';
        for (size_t m = 64; m <= 256; m *= 2)
            add_point("a", m, 0.5, 1, "hot");
    }
    char *data = data_of("speed", &panels);
    assert_int_equal(panels, 2);
    assert_non_null(strstr(data, "'machine 1, one token"));
    assert_non_null(strstr(data, "'machine 2, one token"));
    assert_non_null(strstr(data, "'a, run 3'"));
    assert_null(strstr(data, "'a, run 2'"));
    free(data);
}

static void what_is_too_much_is_left_out_and_told(void **state)
{
    size_t panels;
    char kernel[16];

    (void)state;
    add_run(&results, "host", "");
    for (uint32_t threads = 1; threads <= 8; threads++)
        for (int i = 0; i < 12; i++) {
            snprintf(kernel, sizeof kernel, "k%d", i);
            add_point(kernel, 64, 0.5, threads, "hot");
            add_point(kernel, 128, 0.5, threads, "hot");
        }
    char *data = data_of("speed", &panels);
    assert_int_equal(panels, 6);
    assert_non_null(strstr(data, "not drawn, but in the records: 2 panels, 4 lines"));
    free(data);
}

/* One of everything that a plot can show, with names that try to get out of their quotes. */
static void add_all(void)
{
    static tern_decode_record decode = {.timed = true, .steps = 3, .threads = 1, .prompt_tokens = 4};
    tern_compared compared = {.delta = 0.02, .state = TERN_COMPARED_TIMED};
    double ns[] = {10.0, 10.1, 9.9, 10.0, 10.2, 9.8};

    add_run(&results, hostile, "");
    for (uint32_t threads = 1; threads <= 2; threads++)
        for (size_t m = 64; m <= 128; m *= 2)
            for (int zeros = 1; zeros <= 2; zeros++)
                for (int cold = 0; cold < 2; cold++)
                    add_point(hostile, m, 0.3 * zeros, threads, cold ? "cold" : "hot");
    snprintf(decode.model, sizeof decode.model, "%s", hostile);
    for (size_t i = 0; i < decode.steps; i++)
        decode.step_ms[i] = 1.0 + 0.1 * (double)i;
    assert_int_equal(tern_results_add(&results, TERN_LINE_DECODE, &decode, NULL), TERN_OK);
    for (int i = 0; i < 12; i++) {
        tern_point point = {.ratio = 0.001 * i, .error = 0.001, .processes = 8};
        snprintf(point.id, sizeof point.id, "%s", hostile);
        assert_int_equal(tern_results_add(&results, TERN_LINE_POINT, &point, NULL), TERN_OK);
    }
    snprintf(compared.id, sizeof compared.id, "%s", hostile);
    assert_int_equal(tern_results_add(&results, TERN_LINE_COMPARED, &compared, NULL), TERN_OK);
    for (uint32_t process = 0; process < 8; process++) {
        tern_pair pair = {.process = process, .samples = 6, .base_ns = ns, .cand_ns = ns};
        snprintf(pair.id, sizeof pair.id, "%s", hostile);
        assert_int_equal(tern_results_add(&results, TERN_LINE_PAIR, &pair, NULL), TERN_OK);
        for (int on = 0; on < 2; on++) {
            tern_arm_record arm = {.process = process, .samples = 6, .ns = ns, .block_ns = ns, .toggles_in_all = 1};
            snprintf(arm.id, sizeof arm.id, "%s", hostile);
            snprintf(arm.on, sizeof arm.on, "%s", on ? "<script>&'`" : "");
            assert_int_equal(tern_results_add(&results, TERN_LINE_ARM, &arm, NULL), TERN_OK);
        }
    }
}

static tern_status draw(const tern_report *report, char **bytes, size_t *count, tern_error *error)
{
    FILE *stream = open_memstream(bytes, count);

    assert_non_null(stream);
    const tern_status status = tern_report_write(report, stream, &results, NULL, error);
    fclose(stream);
    return status;
}

static bool has_gnuplot(void)
{
    return system("gnuplot --version >/dev/null 2>&1") == 0;
}

static void gnuplot_draws_every_plot_and_no_name_acts(void **state)
{
    (void)state;
    if (!has_gnuplot())
        skip_because("there is no gnuplot here");
    add_all();
    for (const tern_report *report = tern_reports; report->name != NULL; report++) {
        char *bytes = NULL;
        size_t count = 0;
        tern_error error = {""};
        if (report->plot == NULL)
            continue;
        if (draw(report, &bytes, &count, &error) != TERN_OK)
            fail_msg("%s: %s", report->name, error.text);
        if (report->picture == TERN_PICTURE_PNG) {
            assert_memory_equal(bytes, "\211PNG", 4);
        } else {
            assert_memory_equal(bytes, "<svg ", 5);
            assert_non_null(strstr(bytes, "</svg>"));
            assert_null(strstr(bytes, "<script"));
            assert_null(strstr(bytes, "color='white'"));
            if (strstr(bytes, "black") != NULL)
                fail_msg("%s: %.80s", report->name, strstr(bytes, "black"));
        }
        free(bytes);
    }
    assert_int_not_equal(access("hacked", F_OK), 0);
}

static void without_records_or_gnuplot_one_sentence_says_so(void **state)
{
    char *bytes = NULL;
    size_t count = 0;
    tern_error error = {""};

    (void)state;
    add_run(&results, "host", "");
    assert_int_equal(draw(tern_report_find("scaling.svg"), &bytes, &count, &error), TERN_NOTHING);
    assert_non_null(strstr(error.text, "`ternbench run suites/scaling.suite` measures it"));
    assert_int_equal(count, 0);
    free(bytes);
    tern_results_free(&results);
    add_all();
    setenv("PATH", "/nowhere", 1);
    assert_int_equal(draw(tern_report_find("speed.png"), &bytes, &count, &error), TERN_ENVIRONMENT);
    assert_non_null(strstr(error.text, "there is no gnuplot here"));
    assert_int_equal(count, 0);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(every_plot_has_its_report_and_its_script, tear_down),
        cmocka_unit_test_teardown(rows_that_agree_share_axes_and_lines, tear_down),
        cmocka_unit_test_teardown(machines_and_builds_are_drawn_apart, tear_down),
        cmocka_unit_test_teardown(what_is_too_much_is_left_out_and_told, tear_down),
        cmocka_unit_test_teardown(gnuplot_draws_every_plot_and_no_name_acts, tear_down),
        cmocka_unit_test_teardown(without_records_or_gnuplot_one_sentence_says_so, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
