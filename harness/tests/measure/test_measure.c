/*
 * Cases timed for real, of kernels made for the purpose: what the record says, copies of W that are whole and apart,
 * and a Y that is wrong at the first call or goes wrong while it is timed. No test looks at how long anything took.
 */
#include "machine/allowed.h"
#include "machine/topology_read.h"
#include "measure/bench.h"
#include "measure/measure.h"
#include "measure/watch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "timed.h"

static void the_record_is_filled(void **state)
{
    const tern_case c = timed_case(&timed_kernel, TIMED_RIGHT, 2, TERN_HOT);
    tern_measure_options options = timed_quickly;
    tern_topology topology = {0};
    tern_places places;
    tern_record record = {.id = "untouched"};

    (void)state;
    assert_int_equal(tern_topology_read(&topology, NULL), TERN_OK);
    assert_int_equal(tern_places_choose(&places, "compact", &topology, NULL), TERN_OK);
    options.pin = tern_places_pin(&places, c.threads);
    options.roof_read_gbps = 123.0;
    options.roof_gmacs = 456.0;
    options.roof_instruction = "vpdpbusd";
    assert_int_equal(tern_measure_case(&c, &options, &timed_patiently, &record, NULL), TERN_OK);

    const tern_timing *t = &record.timing;
    assert_true(record.timed);
    assert_int_equal(record.finding.verdict, TERN_EXACT);
    assert_string_equal(record.id, "untouched");
    assert_true(t->stop == TERN_STOP_BUDGET ? t->samples >= 1 : t->samples >= 6 && t->stop != TERN_STOP_NONE);
    for (uint32_t i = 0; i < t->samples; i++)
        assert_true(t->sample_ns[i] >= t->min_ns && t->min_ns > 0.0);
    assert_true(t->low_ns <= t->median_ns && t->median_ns <= t->high_ns);
    assert_int_equal(t->calls, t->calls_per_sample * t->samples);
    assert_true(t->warmup_calls > 0);
    assert_int_equal(t->macs, 37 * 64 * 3);
    assert_int_equal(t->packed_bytes, 37 * 64);
    assert_int_equal(t->traffic_bytes, 37 * 64 + 3 * 64 + 37 * 3 * 4);
    assert_int_equal(t->scratch_bytes, 12);
    assert_int_equal(t->ring_slots, 1);
    assert_int_equal(t->ring_bytes, t->packed_bytes);
    assert_int_equal(t->threads, 2);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(t->cpu[i], options.pin.cpu[i % options.pin.cpus]);
        assert_true(t->busy_ns[i] > 0.0);
    }
    assert_true(t->fork_join_ns > 0.0 && t->overhead_share > 0.0);
    assert_true(t->roof_read_gbps == 123.0 && t->roof_gmacs == 456.0);
    assert_string_equal(t->roof_instruction, "vpdpbusd");
    assert_false(t->not_cold);
    assert_true(t->disturbance.clock_drift >= 0.0);
    assert_int_equal(record.facts, 1);
    assert_string_equal(record.fact[0].name, "first");
    assert_true(record.p0_measured > 0.4 && record.p0_measured < 0.6);
    tern_record_free(&record);
    tern_places_free(&places);
    tern_topology_free(&topology);
}

static void a_cold_case_has_its_ring(void **state)
{
    const tern_case c = timed_case(&timed_kernel, TIMED_RIGHT, 1, TERN_COLD);
    tern_measure_options options = timed_quickly;
    static tern_record record;

    (void)state;
    options.roof_read_gbps = 1e-9; /* whatever is measured is faster */
    assert_int_equal(tern_measure_case(&c, &options, &timed_patiently, &record, NULL), TERN_OK);
    assert_true(record.timed);
    assert_true(record.timing.ring_bytes >= 256u << 20 || tern_memory_available_bytes() < 1u << 30);
    assert_int_equal(record.timing.ring_bytes, (uint64_t)record.timing.ring_slots * record.timing.packed_bytes);
    assert_int_equal(record.timing.cpu[0], -1);
    assert_true(record.timing.not_cold);
}

static void an_openmp_kernel_is_bound(void **state)
{
    const tern_case c = timed_case(&timed_openmp, TIMED_OPENMP, 2, TERN_HOT);
    tern_measure_options options = timed_quickly;
    tern_topology topology = {0};
    tern_places places;
    static tern_record record;

    (void)state;
    assert_int_equal(tern_topology_read(&topology, NULL), TERN_OK);
    assert_int_equal(tern_places_choose(&places, "spread", &topology, NULL), TERN_OK);
    options.pin = tern_places_pin(&places, c.threads);
    assert_int_equal(tern_measure_case(&c, &options, &timed_patiently, &record, NULL), TERN_OK);
    assert_true(record.timed);
    for (uint32_t i = 0; i < 2; i++)
        assert_int_equal(record.timing.cpu[i], options.pin.cpu[i % options.pin.cpus]);
    assert_true(record.timing.busy_ns[0] > 0.0 && isnan(record.timing.busy_ns[1]));
    tern_places_free(&places);
    tern_topology_free(&topology);
}

static void a_wrong_y_is_never_timed(void **state)
{
    static const struct {
        timed_how how;
        uint32_t threads;
        tern_verdict verdict;
    } table[] = {
        {TIMED_TIRES, 1, TERN_NONDETERMINISTIC}, {TIMED_LAZY, 1, TERN_NONDETERMINISTIC},
        {TIMED_WRONG, 1, TERN_MISMATCH},         {TIMED_CRASHES, 1, TERN_CRASH},
        {TIMED_RIGHT, 9, TERN_UNSUPPORTED},
    };
    static tern_record record;

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const tern_case c = timed_case(&timed_kernel, table[i].how, table[i].threads, TERN_HOT);
        tern_record_free(&record);
        memset(&record, 0, sizeof record);
        assert_int_equal(tern_measure_case(&c, &timed_quickly, &timed_patiently, &record, NULL), TERN_OK);
        assert_false(record.timed);
        assert_int_equal(record.finding.verdict, table[i].verdict);
        assert_true(record.finding.reason[0] != '\0');
    }
}

static double no_peak(tern_team *team)
{
    (void)team;
    return 1e-9;
}

static double high_peak(tern_team *team)
{
    (void)team;
    return 1e9;
}

/* What was measured before may have been low by chance: the peak of this moment decides, and zeros need no work. */
static void a_speed_beyond_the_machine_is_no_speed(void **state)
{
    static const struct {
        double roof_gmacs;
        double (*peak_gmacs)(tern_team *team);
        tern_x_pattern x;
        tern_verdict verdict;
    } table[] = {
        {1e-9, no_peak, TERN_X_RANDOM, TERN_IMPOSSIBLE}, {1e-9, high_peak, TERN_X_RANDOM, TERN_EXACT},
        {1e9, no_peak, TERN_X_RANDOM, TERN_EXACT},       {1e-9, NULL, TERN_X_RANDOM, TERN_EXACT},
        {0.0, no_peak, TERN_X_RANDOM, TERN_EXACT},       {1e-9, no_peak, TERN_X_ZERO, TERN_EXACT},
    };
    static tern_record record;

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tern_case c = timed_case(&timed_kernel, TIMED_RIGHT, 1, TERN_HOT);
        tern_measure_options options = timed_quickly;
        c.data.x = table[i].x;
        options.roof_gmacs = table[i].roof_gmacs;
        options.peak_gmacs = table[i].peak_gmacs;
        tern_record_free(&record);
        memset(&record, 0, sizeof record);
        assert_int_equal(tern_measure_case(&c, &options, &timed_patiently, &record, NULL), TERN_OK);
        assert_int_equal(record.finding.verdict, table[i].verdict);
        assert_int_equal(record.timed, table[i].verdict == TERN_EXACT);
        assert_int_equal(record.finding.reason[0] != '\0', table[i].verdict != TERN_EXACT);
    }
}

static void copies_are_whole_and_apart(void **state)
{
    const tern_case c = timed_case(&timed_kernel, TIMED_RIGHT, 3, TERN_COLD);
    const tern_pin anywhere = {0};
    const uint64_t wanted_bytes = 100000;
    const char *refusal;
    tern_fixture fixture;
    tern_bench bench;

    (void)state;
    assert_int_equal(tern_fixture_open(&fixture, &c, NULL, c.kernel->x_align, &tern_layout_usual, &anywhere, NULL),
                     TERN_OK);
    assert_int_equal(tern_bench_open(&bench, &c, &fixture, wanted_bytes, &refusal, NULL), TERN_OK);
    assert_null(refusal);
    assert_true((uint64_t)bench.ring->slots * bench.ring->stride >= wanted_bytes);
    assert_true(bench.ring->stride >= bench.packed_bytes && bench.ring->stride % 64 == 0);
    for (uint32_t slot = 0; slot < bench.ring->slots; slot++)
        assert_memory_equal(tern_ring_slot(bench.ring, slot), fixture.weights->w, bench.packed_bytes);
    for (uint32_t call = 0; call <= bench.ring->slots; call++) {
        assert_int_equal(bench.ring->next, call % bench.ring->slots);
        tern_bench_call(&bench, NULL);
    }
    tern_bench_close(&bench);
    tern_fixture_close(&fixture);
}

static void the_ring_is_four_times_the_cache(void **state)
{
    (void)state;
    assert_int_equal(tern_memory_cold_bytes(0), 256u << 20);
    assert_int_equal(tern_memory_cold_bytes(8u << 20), 256u << 20);
    assert_int_equal(tern_memory_cold_bytes(65u << 20), 260u << 20);
    assert_int_equal(tern_memory_cold_bytes(480ull << 20), 1920ull << 20);
}

static void steal_is_read_from_the_right_column(void **state)
{
    static const char stat[] = "cpu  10 20 30 40 50 60 70 80 0 0\n"
                               "cpu0 1 2 3 4 5 6 7 8 0 0\n"
                               "cpu1 1 2 3 4 5 6 7 9 0 0\n"
                               "cpu12 1 2 3 4 5 6 7 63 0 0\n"
                               "intr 12345\n";
    static const int32_t both[] = {1, 0}, third[] = {12}, absent[] = {0, 2};

    (void)state;
    assert_true(tern_watch_steal_ticks(stat, NULL, 0) == 80.0);
    assert_true(tern_watch_steal_ticks(stat, both, 2) == 17.0);
    assert_true(tern_watch_steal_ticks(stat, third, 1) == 63.0);
    assert_true(isnan(tern_watch_steal_ticks(stat, absent, 2)));
    assert_true(isnan(tern_watch_steal_ticks("cpu  1 2 3\n", NULL, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_record_is_filled),
        cmocka_unit_test(a_cold_case_has_its_ring),
        cmocka_unit_test(an_openmp_kernel_is_bound),
        cmocka_unit_test(a_wrong_y_is_never_timed),
        cmocka_unit_test(a_speed_beyond_the_machine_is_no_speed),
        cmocka_unit_test(copies_are_whole_and_apart),
        cmocka_unit_test(the_ring_is_four_times_the_cache),
        cmocka_unit_test(steal_is_read_from_the_right_column),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
