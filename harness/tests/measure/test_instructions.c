/*
 * The part of a case that instructions are counted on, and the number that follows for the whole.
 */
#include "measure/instructions.h"

#include "base/sanitized.h"
#include "measure/step.h"
#include "skip.h"
#include "with_registry.h"

#include <math.h>
#include <string.h>

static tern_shape part_of(tern_shape tile, tern_shape multiple, size_t row_step, tern_shape shape, double macs)
{
    const tern_kernel kernel = {.tile = tile, .multiple = multiple, .row_step = row_step};

    return tern_instructions_part(&kernel, shape, macs);
}

static void same(tern_shape part, size_t m, size_t k, size_t n)
{
    if (part.m != m || part.k != k || part.n != n)
        fail_msg("%zux%zux%zu, not %zux%zux%zu", part.m, part.k, part.n, m, k, n);
}

static void rows_go_before_tokens_and_tokens_before_columns(void **state)
{
    const tern_shape one = {1, 1, 1}, tile = {16, 64, 4};

    (void)state;
    same(part_of(one, one, 1, (tern_shape){4096, 4096, 1}, 10000), 2, 4096, 1);
    same(part_of(tile, one, 1, (tern_shape){4096, 4096, 1}, 200000), 48, 4096, 1);
    same(part_of(tile, one, 1, (tern_shape){4096, 4096, 32}, 1000000), 16, 4096, 12);
    same(part_of(tile, one, 1, (tern_shape){4096, 4096, 32}, 20000), 16, 256, 4);
    /* Nothing is smaller than a tile, or larger than the case. */
    same(part_of(tile, one, 1, (tern_shape){4096, 4096, 32}, 1), 16, 64, 4);
    same(part_of(tile, one, 1, (tern_shape){40, 100, 3}, 1e9), 40, 100, 3);
    same(part_of(tile, one, 1, (tern_shape){8, 32, 2}, 1), 8, 32, 2);
    /* A part is a shape that the kernel takes, in whole slices. */
    same(part_of(tile, (tern_shape){1, 256, 1}, 24, (tern_shape){4096, 4096, 1}, 1), 48, 256, 1);
    same(part_of((tern_shape){3, 1, 1}, one, (size_t)1 << 40, (tern_shape){4096, 64, 1}, 1), 4096, 1, 1);
}

static void a_part_has_the_number_of_the_whole(void **state)
{
    static const tern_child_options patient = {.deadline_s = 60.0};
    tern_instructions small, large;
    tern_case c;

    (void)state;
    tern_case_init(&c, tern_registry_find(registry, "scalar"));
    c.shape = (tern_shape){32, 256, 1};
    c.threads = 2;
    c.cache = TERN_COLD;
    assert_int_equal(tern_instructions_count(&c, &patient, &small, NULL), TERN_OK);
    if (strstr(small.reason, "not permitted") != NULL)
        skip_because(small.reason);
    c.shape.m = 1 << 20;
    assert_int_equal(tern_instructions_count(&c, &patient, &large, NULL), TERN_OK);
    assert_string_equal(small.reason, "");
    assert_string_equal(large.reason, "");
    assert_true(small.per_mac > 0.1 && small.per_mac < 1000.0);
    assert_true(large.per_mac < 1.2 * small.per_mac && small.per_mac < 1.2 * large.per_mac);
    assert_non_null(strstr(large.counted_on, "x256x1"));
}

/*
 * The sum of X that a call begins with, and what a panel ends with, weigh in a part several times what they do in the
 * whole. What sanitizers add is no line: not with them.
 */
static void a_part_has_the_number_that_all_steps_have(void **state)
{
    static const char *const names[] = {"avx2", "tmac.lut", "tmac.tiered"};
    static const tern_child_options patient = {.deadline_s = 120.0};

    size_t compared = 0;

    (void)state;
    if (TERN_SANITIZED)
        skip_because("sanitizers add instructions");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        tern_instructions part;
        tern_step_stages stages;
        tern_counter counter;
        tern_case c;
        if (tern_registry_find(registry, names[i]) == NULL)
            continue;
        tern_case_init(&c, tern_registry_find(registry, names[i]));
        c.shape = (tern_shape){256, 1024, 1};
        c.threads = 1;
        c.cache = TERN_HOT;
        assert_int_equal(tern_instructions_count(&c, &patient, &part, NULL), TERN_OK);
        if (strstr(part.reason, "not permitted") != NULL)
            skip_because(part.reason);
        assert_string_equal(part.reason, "");
        assert_int_equal(tern_step_count(&c, TERN_STEP_LIMIT, &patient, &counter, &stages, NULL), TERN_OK);
        assert_string_equal(counter.reason, "");
        compared++;
        const double all = (stages.run + stages.prepare) / (256.0 * 1024.0);
        if (fabs(part.per_mac - all) > 0.06 * all)
            fail_msg("%s: %g of %s, not %g", names[i], part.per_mac, part.counted_on, all);
    }
    if (compared == 0)
        skip_because("no such kernel runs here");
}

static void what_would_take_minutes_is_not_stepped_through(void **state)
{
    static const tern_child_options patient = {.deadline_s = 60.0};
    tern_counter counter, all;
    tern_case c;

    (void)state;
    if (TERN_SANITIZED)
        skip_because("a sanitizer's own instructions are among those of a call");
    tern_case_init(&c, tern_registry_find(registry, "scalar"));
    c.shape = (tern_shape){32, 256, 1};
    c.threads = 1;
    c.cache = TERN_HOT;
    assert_int_equal(tern_instructions_step(&c, &patient, &counter, NULL), TERN_OK);
    if (strstr(counter.reason, "not permitted") != NULL)
        skip_because(counter.reason);
    assert_int_equal(tern_step_count(&c, TERN_STEP_LIMIT, &patient, &all, NULL, NULL), TERN_OK);
    assert_true(counter.per_call == all.per_call);
    c.shape = (tern_shape){16384, 4096, 1};
    assert_int_equal(tern_instructions_step(&c, &patient, &counter, NULL), TERN_OK);
    assert_true(isnan(counter.per_call));
    assert_non_null(strstr(counter.reason, "million instructions, more than 1;"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_go_before_tokens_and_tokens_before_columns),
        cmocka_unit_test(a_part_has_the_number_of_the_whole),
        cmocka_unit_test(a_part_has_the_number_that_all_steps_have),
        cmocka_unit_test(what_would_take_minutes_is_not_stepped_through),
    };

    return cmocka_run_group_tests(tests, open_registry, close_registry);
}
