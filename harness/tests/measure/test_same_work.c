/*
 * Which toggles a call reads, wherever they stand among those that it may read, and in a load of two as well.
 */
#include "measure/same_work.h"

#include "timed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { FIRST, SECOND, THIRD, FOURTH, TOGGLES };

static const tern_toggle toggles[] = {
    [FIRST] = {"first", "", NULL, 1, 0, 9},  [SECOND] = {"second", "", NULL, 1, 0, 9},
    [THIRD] = {"third", "", NULL, 1, 0, 9},  [FOURTH] = {"fourth", "", NULL, 1, 0, 9},
    [TOGGLES] = {NULL, NULL, NULL, 0, 0, 0},
};

static void read_nothing(const tern_call *call, tern_slice rows)
{
    timed_run_rows(call, rows);
}

static void read_third(const tern_call *call, tern_slice rows)
{
    for (size_t m = rows.begin; m < rows.end; m++)
        if (*(const volatile int32_t *)&call->problem->toggle[THIRD] >= 0)
            timed_run_rows(call, (tern_slice){m, m + 1, rows.thread});
}

/* In one load of eight bytes. */
static void read_second_and_third(const tern_call *call, tern_slice rows)
{
    uint64_t both;

    __asm__ volatile("" ::: "memory");
    memcpy(&both, &call->problem->toggle[SECOND], sizeof both);
    __asm__ volatile("" ::"r"(both));
    timed_run_rows(call, rows);
}

static void (*const readers[])(const tern_call *call, tern_slice rows) = {read_nothing, read_third,
                                                                          read_second_and_third};
static void (*chosen)(const tern_call *call, tern_slice rows);

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    *stages = (tern_stages){.run = problem->toggle[FOURTH] == 7 ? timed_run_rows : chosen};
    return NULL;
}

static const tern_kernel kernel = {
    TERN_KERNEL_HEAD,       .name = "reads",    .summary = "reads some toggles",
    .multiple = {1, 1, 1},  .tile = {1, 1, 1},  .row_step = 1,
    .packed_align = 1,      .x_align = 1,       .y_align = 4,
    .bits_per_weight = 8.0, .toggles = toggles, .packed_bytes = timed_packed_bytes,
    .bind = bind,           .pack = timed_pack,
};

static bool is_same_work(size_t toggle, int32_t value)
{
    const tern_child_options options = {.deadline_s = 60.0};
    tern_case a, b;
    bool same;

    tern_case_init(&a, &kernel);
    a.shape = (tern_shape){37, 64, 3};
    a.data = (tern_data){.w = TERN_W_RANDOM, .x = TERN_X_RANDOM, .p0 = 0.42, .seed = 1};
    b = a;
    b.toggle[toggle] = value;
    assert_int_equal(tern_same_work(&a, &b, &options, &same, NULL), TERN_OK);
    return same;
}

static void a_toggle_that_is_read_is_not_the_same_work(void **state)
{
    static const bool reads[][TOGGLES] = {{false}, {[THIRD] = true}, {[SECOND] = true, [THIRD] = true}};

    (void)state;
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        chosen = readers[i];
        for (size_t toggle = 0; toggle < TOGGLES; toggle++) {
#ifndef __x86_64__
            if (toggle < THIRD && reads[i][THIRD])
                continue; /* who reads one behind it cannot be let go on */
#endif
            assert_int_equal(is_same_work(toggle, 0), !reads[i][toggle]);
        }
    }
}

static void another_function_is_not_the_same_work(void **state)
{
    (void)state;
    chosen = read_nothing;
    assert_true(is_same_work(FOURTH, 6));
    assert_false(is_same_work(FOURTH, 7));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_toggle_that_is_read_is_not_the_same_work),
        cmocka_unit_test(another_function_is_not_the_same_work),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
