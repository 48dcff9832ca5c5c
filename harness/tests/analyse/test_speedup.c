/*
 * Ratios round by round where there are rounds, of medians otherwise.
 */
#include "analyse/speedup.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void pairs_of_different_races_are_no_pairs(void **state)
{
    static double mine[7], theirs[7];
    static tern_record a = {.timed = true, .paired = 1}, b = {.timed = true, .paired = 2};

    (void)state;
    a.timing.samples = b.timing.samples = a.timing.rounds = b.timing.rounds = 7;
    for (size_t i = 0; i < 7; i++) {
        mine[i] = (double)(i + 1);
        theirs[i] = 3.0 * (double)(i + 1);
    }
    a.timing.sample_ns = mine, b.timing.sample_ns = theirs;
    a.timing.median_ns = 4.0, a.timing.low_ns = 1.0, a.timing.high_ns = 7.0;
    b.timing.median_ns = 12.0, b.timing.low_ns = 3.0, b.timing.high_ns = 21.0;
    assert_false(tern_speedup_is_paired(&a, &b));
    tern_estimate speedup = tern_speedup_estimate(&a, &b);
    assert_true(speedup.median == 3.0 && speedup.low == 3.0 / 7.0 && speedup.high == 21.0);
    b.paired = 1;
    assert_true(tern_speedup_is_paired(&a, &b));
    speedup = tern_speedup_estimate(&a, &b);
    assert_true(speedup.median == 3.0 && speedup.low == 3.0 && speedup.high == 3.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_of_different_races_are_no_pairs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
