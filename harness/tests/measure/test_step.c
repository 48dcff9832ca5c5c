/*
 * Single-stepping: the number of a loop whose instructions are known, the same number twice, and why there is none.
 */
#include "measure/step.h"

#include "base/stats.h"
#include "skip.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static size_t packed_bytes(const tern_problem *problem)
{
    return problem->shape.m * problem->shape.k;
}

static size_t pack(const tern_problem *problem, const int8_t *w, void *packed)
{
    memcpy(packed, w, packed_bytes(problem));
    return packed_bytes(problem);
}

static const char *bind(const tern_problem *problem, tern_stages *stages);

static const tern_toggle toggles[] = {
    {"how", "which function", NULL, 0, 0, 4}, {"turns", "of a loop", NULL, 1, 1, 1 << 30}, {0}};

static const tern_kernel plain = {
    TERN_KERNEL_HEAD,
    .name = "plain",
    .bits_per_weight = 8.0,
    .multiple = {1, 1, 1},
    .tile = {1, 1, 1},
    .row_step = 1,
    .packed_align = 1,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .bind = bind,
};

/* Two instructions a turn, whatever the compiler thinks. */
static void run_loop(const tern_call *call, tern_slice rows)
{
    int64_t turns = call->problem->toggle[1];

    (void)rows;
#if defined(__x86_64__)
    __asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(turns) : : "cc");
#else
    __asm__ volatile("1: subs %0, %0, #1\n\tb.ne 1b" : "+r"(turns) : : "cc");
#endif
}

/* A repeated string instruction, as long as the other loop. */
static void run_string(const tern_call *call, tern_slice rows)
{
#if defined(__x86_64__)
    static char room[1 << 16];
    size_t count = (size_t)call->problem->toggle[1];
    char *to = room;

    (void)rows;
    __asm__ volatile("rep stosb" : "+c"(count), "+D"(to) : "a"(0) : "memory");
#else
    run_loop(call, rows);
#endif
}

static void run_and_crash(const tern_call *call, tern_slice rows)
{
    (void)call;
    (void)rows;
    raise(SIGSEGV);
}

static void run_and_leave(const tern_call *call, tern_slice rows)
{
    (void)call;
    (void)rows;
    _Exit(0);
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    static tern_stage_fn *const functions[] = {run_loop, run_string, run_and_crash, run_and_leave};

    if (problem->toggle[0] == 4)
        return "it will not";
    stages->run = functions[problem->toggle[0]];
    return NULL;
}

/*
 * The runtime of ThreadSanitizer adds instructions now and then, to what is counted or to what is taken off: there the
 * count of most calls is meant.
 */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SOMETIMES_MORE
#endif
#endif
#if defined(SOMETIMES_MORE) || defined(__SANITIZE_THREAD__)
enum { TRIES = 9 };
#else
enum { TRIES = 1 };
#endif

static tern_counter count_once(int32_t how, int32_t turns, uint64_t limit)
{
    static const tern_child_options patient = {.deadline_s = 60.0};
    tern_step_stages stages;
    tern_counter counter;
    tern_case c;

    tern_case_init(&c, &plain);
    c.toggle[0] = how;
    c.toggle[1] = turns;
    c.shape = (tern_shape){.m = 4, .k = 8, .n = 1};
    c.threads = 2;
    c.cache = TERN_COLD;
    assert_int_equal(tern_step_count(&c, limit, &patient, &counter, &stages, NULL), TERN_OK);
    assert_string_equal(counter.name, "instructions");
    assert_string_equal(counter.source, "step");
    assert_true(isnan(counter.per_call) || stages.prepare + stages.run == counter.per_call);
    return counter;
}

static tern_counter count(int32_t how, int32_t turns, uint64_t limit)
{
    tern_counter counter = count_once(how, turns, limit);
    double per_call[TRIES] = {counter.per_call};

    for (size_t i = 1; i < TRIES; i++)
        per_call[i] = count_once(how, turns, limit).per_call;
    if (isfinite(per_call[0])) {
        tern_stats_sort(per_call, TRIES);
        counter.per_call = per_call[TRIES / 2];
    }
    return counter;
}

/* Containers may forbid ptrace(2). */
static void need_ptrace(const tern_counter *counter)
{
    if (strstr(counter->reason, "not permitted") != NULL)
        skip_because(counter->reason);
    assert_string_equal(counter->reason, "");
}

static void a_loop_has_its_number_every_time(void **state)
{
    const tern_counter few = count(0, 100, 1000000), many = count(0, 1100, 1000000), again = count(0, 1100, 1000000);

    (void)state;
    need_ptrace(&few);
    assert_true(many.per_call - few.per_call == 2000.0);
    assert_true(many.per_call == again.per_call);
    assert_true(few.per_call > 200.0 && few.per_call < 1000.0); /* a sanitizer adds some */
    assert_true(many.running == 1.0);
}

static void a_repeated_instruction_counts_once(void **state)
{
#if defined(__x86_64__)
    const tern_counter few = count(1, 100, 1000000), many = count(1, 1100, 1000000);

    (void)state;
    need_ptrace(&few);
    assert_true(many.per_call == few.per_call);
#else
    (void)state;
    skip_because("only x86-64 has instructions that repeat");
#endif
}

static void where_there_is_no_number_there_is_a_reason(void **state)
{
    static const struct {
        int32_t how, turns;
        const char *says;
    } table[] = {
        {0, 1 << 20, "choose a smaller shape"}, {2, 1, "signal 11"}, {3, 1, "left the process"}, {4, 1, "refuses"}};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const tern_counter counter = count(table[i].how, table[i].turns, 10000);
        assert_true(isnan(counter.per_call));
        assert_true(counter.running == 0.0);
        if (strstr(counter.reason, "not permitted") == NULL)
            assert_non_null(strstr(counter.reason, table[i].says));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loop_has_its_number_every_time),
        cmocka_unit_test(a_repeated_instruction_counts_once),
        cmocka_unit_test(where_there_is_no_number_there_is_a_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
