/*
 * Roofs: what they contain, and that the instruction sets left out are not used. No test looks at how high they are.
 */
#include "base/clock.h"
#include "machine/isa.h"
#include "machine/probe.h"
#include "machine/roof.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const tern_child_options patient = {.deadline_s = 120.0};

static void roofs_of_two_threads(void **state)
{
    const tern_pin anywhere = {0};
    tern_roof roof;
    double best = 0.0;

    (void)state;
    assert_int_equal(tern_roof_measure(&roof, &anywhere, 2, tern_isa_detect(), 0, &patient, NULL), TERN_OK);
    assert_int_equal(roof.threads, 2);
    assert_true(roof.ghz > 0.0 && roof.latency_ns > 0.0);
    assert_true(roof.read_gbps >= roof.read_median_gbps && roof.read_median_gbps > 0.0);
    assert_true(roof.buffer_bytes >= 256u << 20);
    assert_true(roof.peaks >= 1);
    assert_string_equal(roof.peak[0].level, "scalar");
    for (uint32_t i = 0; i < roof.peaks; i++) {
        assert_true(roof.peak[i].gmacs > 0.0);
        best = roof.peak[i].gmacs > best ? roof.peak[i].gmacs : best;
    }
    assert_true(roof.gmacs == best);
    assert_true(roof.instruction[0] != '\0');
}

static void a_cap_leaves_the_peaks_of_portable_code(void **state)
{
    const tern_pin anywhere = {0};
    tern_roof roof;

    (void)state;
    assert_int_equal(tern_roof_measure(&roof, &anywhere, 1, 0, 0, &patient, NULL), TERN_OK);
    assert_true(roof.peaks >= 1);
    for (uint32_t i = 0; i < roof.peaks; i++)
        assert_string_equal(roof.peak[i].level, "scalar");
}

static bool stop_at_once(void *context)
{
    (void)context;
    return false;
}

static void a_stop_is_told(void **state)
{
    const tern_child_options stopping = {.deadline_s = 120.0, .tick = stop_at_once};
    const tern_pin anywhere = {0};
    tern_roof roof;
    tern_error error;

    (void)state;
    assert_int_equal(tern_roof_measure(&roof, &anywhere, 1, 0, 0, &stopping, &error), TERN_ENVIRONMENT);
    assert_non_null(strstr(error.text, "stopped"));
}

/* Every byte counts: a reader that skips some would give bandwidth that is not there. */
static void readers_read_every_byte(void **state)
{
    enum { BYTES = 4096 };
    unsigned char *data = aligned_alloc(64, BYTES);

    (void)state;
    assert_non_null(data);
    for (const tern_probe *const *probe = tern_probes; *probe != NULL; probe++) {
        if ((*probe)->read == NULL || ((*probe)->isa & ~tern_isa_detect()) != 0)
            continue;
        memset(data, 0, BYTES);
        for (size_t i = 0; i < BYTES; i++) {
            data[i] = 1;
            assert_true((*probe)->read(data, BYTES, i % 2 * 512) != 0);
            data[i] = 0;
        }
        assert_true((*probe)->read(data, BYTES, 0) == 0);
    }
    free(data);
}

static void clocks_advance(void **state)
{
    const double start_ns = tern_clock_ns();
    const uint64_t start_ticks = tern_clock_ticks();

    (void)state;
    assert_true(tern_clock_overhead_ns() >= 0.0);
    assert_true(tern_clock_chain_ns() > 0.0);
    assert_true(tern_clock_ns() > start_ns);
    assert_true(tern_clock_ticks() > start_ticks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roofs_of_two_threads), cmocka_unit_test(a_cap_leaves_the_peaks_of_portable_code),
        cmocka_unit_test(a_stop_is_told),       cmocka_unit_test(readers_read_every_byte),
        cmocka_unit_test(clocks_advance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
