/*
 * What the reports of limits and crossovers say of records whose samples are known.
 */
#include "drawn.h"

#include <math.h>
#include <string.h>

enum { SAMPLES = 9 };

static tern_results results;

static int set_up(void **state)
{
    (void)state;
    return tern_results_add(&results, TERN_LINE_RUN, &(tern_run){.cases = 1}, NULL) == TERN_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    tern_results_free(&results);
    return 0;
}

/* One call takes ns, in all rounds of race. */
static tern_record *add(const char *kernel, double p0, double ns, uint64_t paired)
{
    static tern_record r;
    static double samples[SAMPLES];

    r = (tern_record){
        .problem =
            {.m = 64, .k = 64, .n = 1, .w = "random", .x = "random", .p0 = p0, .seed = 1, .threads = 1, .cache = "hot"},
        .isa = "avx2",
        .bits_per_weight = 2.0,
        .timed = true,
        .paired = paired};
    strcpy(r.kernel, kernel);
    r.timing = (tern_timing){.samples = SAMPLES,
                             .rounds = paired == 0 ? 0 : SAMPLES,
                             .median_ns = ns,
                             .low_ns = ns,
                             .high_ns = ns,
                             .macs = 64 * 64,
                             .packed_bytes = 1024,
                             .roof_share = 0.5,
                             .roof_instruction = "vpmaddubsw ymm"};
    for (size_t i = 0; i < SAMPLES; i++)
        samples[i] = ns;
    r.timing.sample_ns = samples;
    assert_int_equal(tern_results_add(&results, TERN_LINE_CASE, &r, NULL), TERN_OK);
    return &results.cases.item[results.cases.count - 1];
}

/* What the report prints must hold the words. */
static void says(const char *name, const char *words)
{
    char *text = draw_report(tern_report_find(name), &results);

    if (strstr(text, words) == NULL)
        fail_msg("'%s' is not in: %s", words, text);
    free(text);
}

static void two_kernels(const double *p0, const double *a_ns, const double *b_ns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        add("tables", p0[i], a_ns[i], i + 1);
        add("dense", p0[i], b_ns[i], i + 1);
    }
}

static void a_crossover_lies_between_two_shares(void **state)
{
    static const double p0[] = {0.85, 0.33, 0.5}, tables[] = {50.0, 200.0, 110.0}, dense[] = {100.0, 100.0, 100.0};

    (void)state;
    two_kernels(p0, tables, dense, 3);
    says("crossovers", "Zeros in W, 64x64x1, threads=1, hot:\n  tables passes dense at P(0) between 0.5 and 0.85: "
                       "0.50 times as fast at 0.33, 2.00 at 0.85\n");
}

static void one_that_is_always_slower_never_passes(void **state)
{
    static const double p0[] = {0.33, 0.85}, tables[] = {500.0, 250.0}, dense[] = {100.0, 100.0};

    (void)state;
    two_kernels(p0, tables, dense, 2);
    says("crossovers",
         "  tables never passes dense within P(0) 0.33..0.85: 0.20 times as fast at 0.33, 0.40 at 0.85\n");
}

static void one_share_makes_no_crossover(void **state)
{
    (void)state;
    add("tables", 0.33, 100.0, 1);
    add("dense", 0.33, 200.0, 1);
    assert_int_equal(tern_results_add(&results, TERN_LINE_END, &(tern_run_end){.complete = true}, NULL), TERN_OK);
    char *text = draw_report(tern_report_find("crossovers"), &results);
    assert_string_equal(text, "");
    free(text);
}

static void the_fastest_is_named_with_its_roof_and_its_lead(void **state)
{
    tern_record *fast;

    (void)state;
    add("dense", 0.42, 300.0, 1);
    fast = add("dots", 0.42, 200.0, 1);
    fast->bits_per_weight = 1.6;
    strcpy(fast->timing.roof_paired, "read");
    fast->timing.roof_paired_median = 0.93;
    fast->timing.roof_paired_low = 0.91;
    fast->timing.roof_paired_high = 0.95;
    strcpy(results.runs.item[0].baseline, "dense");
    says("limits", "Fastest: dots reads at 93 % (91..95) of the read bandwidth, 1.50 (1.50..1.50) times as fast as "
                   "dense, the best with two bits a weight.");
    says("limits", "x dense");
}

static void without_a_race_no_interval_is_made_up(void **state)
{
    tern_record *other;

    (void)state;
    add("dense", 0.42, 300.0, 0);
    other = add("dots", 0.42, 200.0, 0);
    other->timing.low_ns = 150.0;
    other->timing.high_ns = 400.0;
    says("limits", "Fastest: dots multiplies at 50 % of its vpmaddubsw ymm peak");
    says("limits", "No difference was seen between it and dense.");
}

static void what_bounds_a_case_is_said_beside_it(void **state)
{
    (void)state;
    tern_record *r = add("dense", 0.42, 2000.0, 0);
    r->timing.threads = 1;
    r->timing.clock_ghz = 2.0;
    r->timing.roof_gmacs = 4.0;
    r->timing.roof_ipc = 5.0;
    r->timing.instructions = (tern_instructions){.per_mac = 3.0, .counted_on = "16x64x1"};
    says("limits", "  bound by instructions: 3 a weight at 3.1 a cycle\n");
    says("limits.csv", ",instructions_per_cycle,");
    says("limits.csv", ",16x64x1,instructions,");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_crossover_lies_between_two_shares, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_that_is_always_slower_never_passes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_share_makes_no_crossover, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_fastest_is_named_with_its_roof_and_its_lead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_race_no_interval_is_made_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_bounds_a_case_is_said_beside_it, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
