/*
 * Raw samples of short calls: as many as the schedule says, of arms that are right; equal packings are one; a child
 * may choose its kernels itself. No test looks at how long anything took.
 */
#include "measure/paired.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "timed.h"

enum { ARMS = 2, MANY = 70, ROUNDS = 12 };

static tern_case c[MANY];

static tern_paired_request request_of(uint32_t arms, tern_order order, tern_cache cache)
{
    for (uint32_t i = 0; i < arms; i++)
        c[i] = timed_case(&timed_kernel, TIMED_RIGHT, 1, cache);
    return (tern_paired_request){
        .c = c,
        .arms = arms,
        .schedule = {.order = order, .until = TERN_UNTIL_ROUNDS, .rounds = ROUNDS, .seed = 5},
        .min_sample_ms = 0.01,
        .deadline_s = 60.0,
    };
}

static void go(const tern_paired_request *request, tern_paired_samples *samples)
{
    assert_int_equal(tern_paired_sample(request, &timed_patiently, samples, NULL), TERN_OK);
    assert_int_equal(samples->arms, request->arms);
}

static void quads_have_two_samples_of_each(void **state)
{
    static const tern_cache caches[] = {TERN_HOT, TERN_COLD};
    tern_paired_samples samples;

    (void)state;
    for (size_t i = 0; i < sizeof caches / sizeof *caches; i++) {
        const tern_paired_request request = request_of(ARMS, TERN_ORDER_QUADS, caches[i]);
        go(&request, &samples);
        assert_int_equal(samples.rounds, ROUNDS);
        for (uint32_t arm = 0; arm < ARMS; arm++) {
            const tern_paired_arm *a = &samples.arm[arm];
            assert_int_equal(a->finding.verdict, TERN_EXACT);
            assert_int_equal(a->visits, 2);
            assert_int_equal(a->samples, 2 * ROUNDS);
            assert_true(a->calls_per_sample >= 1);
            for (uint32_t j = 0; j < a->samples; j++)
                assert_true(a->ns[j] > 0.0);
        }
        tern_paired_samples_free(&samples);
    }
}

static void blocks_have_any_number_of_arms(void **state)
{
    const tern_paired_request request = request_of(MANY, TERN_ORDER_BLOCKS, TERN_HOT);
    tern_paired_samples samples;

    (void)state;
    go(&request, &samples);
    for (uint32_t arm = 0; arm < MANY; arm++) {
        assert_int_equal(samples.arm[arm].finding.verdict, TERN_EXACT);
        assert_int_equal(samples.arm[arm].samples, arm == 0 ? 2 * ROUNDS : ROUNDS);
        assert_int_equal(samples.arm[arm].shares_packed, arm > 0);
    }
    tern_paired_samples_free(&samples);
}

static size_t pack_otherwise(const tern_problem *problem, const int8_t *w, void *packed)
{
    const size_t bytes = timed_pack(problem, w, packed);

    ((int8_t *)packed)[bytes] = 1; /* a last byte that nobody reads */
    return bytes + 1;
}

static size_t packed_bytes_otherwise(const tern_problem *problem)
{
    return timed_packed_bytes(problem) + 1;
}

static void other_packings_are_apart(void **state)
{
    tern_paired_request request = request_of(ARMS, TERN_ORDER_QUADS, TERN_HOT);
    tern_kernel other = timed_kernel;
    tern_paired_samples samples;

    (void)state;
    other.pack = pack_otherwise;
    other.packed_bytes = packed_bytes_otherwise;
    c[1].kernel = &other;
    go(&request, &samples);
    assert_false(samples.arm[1].shares_packed);
    assert_int_equal(samples.arm[1].packed_bytes, samples.arm[0].packed_bytes + 1);
    assert_int_equal(samples.arm[1].samples, 2 * ROUNDS);
    tern_paired_samples_free(&samples);
}

/* All copies but the first are spoilt, or the first as well: the next process either reads them, or makes its own. */
static void spoil(tern_ring_stock *stock, uint32_t from)
{
    for (uint32_t i = from; i < stock->ring.slots; i++)
        stock->ring.first[i * stock->ring.stride] ^= 1;
}

/* One process, whose arms must have so many samples each. */
static void go_for(const tern_paired_request *request, uint32_t wanted)
{
    tern_paired_samples samples;

    go(request, &samples);
    for (uint32_t arm = 0; arm < samples.arms; arm++)
        assert_int_equal(samples.arm[arm].samples, wanted);
    tern_paired_samples_free(&samples);
}

static void the_next_process_reads_the_copies_of_the_parent(void **state)
{
    tern_ring_stock stock = {0};
    tern_paired_request request = request_of(ARMS, TERN_ORDER_QUADS, TERN_COLD);
    tern_paired_samples samples;

    (void)state;
    request.stock = &stock;
    for (int process = 0; process < 2; process++) {
        go(&request, &samples);
        assert_int_equal(samples.arm[1].samples, 2 * ROUNDS);
        assert_true(stock.ring.slots > 1);
        assert_int_equal(stock.packed_bytes, samples.arm[0].packed_bytes);
        tern_paired_samples_free(&samples);
    }
    spoil(&stock, 1);
    go_for(&request, 0);
    spoil(&stock, 0);
    go_for(&request, 2 * ROUNDS);
    tern_ring_stock_free(&stock);
}

/* Where the parent's are spoilt, all arms are wrong: it is those that they are held against. */
static void a_process_takes_the_weights_of_the_parent(void **state)
{
    tern_case_weights weights = {0};
    tern_paired_request request = request_of(ARMS, TERN_ORDER_QUADS, TERN_HOT);

    (void)state;
    request.weights = tern_case_weights_keep(&weights, &c[0]);
    assert_ptr_equal(request.weights, &weights);
    go_for(&request, 2 * ROUNDS);

    weights.projection.u[0]++;
    assert_ptr_equal(tern_case_weights_keep(&weights, &c[0]), &weights);
    go_for(&request, 0);

    c[0].data.seed++;
    assert_ptr_equal(tern_case_weights_keep(&weights, &c[0]), &weights);
    c[1].data.seed++;
    go_for(&request, 2 * ROUNDS);
    tern_case_weights_free(&weights);
}

static void no_weights_are_kept_that_a_signal_would_wait_for(void **state)
{
    tern_case_weights weights = {0};
    tern_case huge = timed_case(&timed_kernel, TIMED_RIGHT, 1, TERN_HOT);

    (void)state;
    huge.shape = (tern_shape){.m = 1 << 16, .k = 1 << 16, .n = 1};
    assert_null(tern_case_weights_keep(&weights, &huge));
    assert_null(weights.w);
}

static void a_wrong_arm_has_no_samples(void **state)
{
    static const struct {
        timed_how how;
        tern_verdict verdict;
        bool others;
    } table[] = {
        {TIMED_WRONG, TERN_MISMATCH, true},
        {TIMED_TIRES, TERN_NONDETERMINISTIC, true},
        {TIMED_LAZY, TERN_NONDETERMINISTIC, true},
        {TIMED_CRASHES_LATE, TERN_CRASH, false},
    };
    tern_paired_samples samples;

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const tern_paired_request request = request_of(ARMS, TERN_ORDER_QUADS, TERN_HOT);
        c[1].toggle[0] = (int32_t)table[i].how;
        go(&request, &samples);
        assert_int_equal(samples.arm[1].finding.verdict, table[i].verdict);
        assert_int_equal(samples.arm[1].samples, 0);
        assert_int_equal(samples.arm[0].finding.verdict, TERN_EXACT);
        assert_int_equal(samples.arm[0].samples, table[i].others ? 2 * ROUNDS : 0);
        tern_paired_samples_free(&samples);
    }
}

static void threads_of_its_own_are_refused(void **state)
{
    const tern_paired_request request = request_of(ARMS, TERN_ORDER_QUADS, TERN_HOT);
    tern_paired_samples samples;

    (void)state;
    c[0].threads = c[1].threads = 2;
    c[1].kernel = &timed_openmp;
    go(&request, &samples);
    assert_int_equal(samples.arm[1].finding.verdict, TERN_UNSUPPORTED);
    assert_int_equal(samples.arm[0].samples + samples.arm[1].samples, 0);
    tern_paired_samples_free(&samples);
}

static tern_status make_the_second_wrong(void *context, tern_case *cases, uint32_t arms, tern_error *error)
{
    if (context != NULL)
        return tern_error_set(error, TERN_USAGE, "there is no such plug-in");
    cases[arms - 1].toggle[0] = TIMED_WRONG;
    return TERN_OK;
}

static void the_child_may_change_its_cases(void **state)
{
    tern_paired_request request = request_of(ARMS, TERN_ORDER_QUADS, TERN_HOT);
    tern_paired_samples samples;
    tern_error error;

    (void)state;
    request.enter = make_the_second_wrong;
    go(&request, &samples);
    assert_int_equal(samples.arm[1].finding.verdict, TERN_MISMATCH);
    assert_int_equal(c[1].toggle[0], TIMED_RIGHT);
    tern_paired_samples_free(&samples);
    request.context = &request;
    assert_int_equal(tern_paired_sample(&request, &timed_patiently, &samples, &error), TERN_USAGE);
    assert_string_equal(error.text, "there is no such plug-in");
    tern_paired_samples_free(&samples);
}

/* Longer than a warm-up, so that its first call is all of it. */
static void run_slowly(const tern_call *call, tern_slice rows)
{
    const struct timespec pause = {.tv_nsec = 25000000};

    nanosleep(&pause, NULL);
    timed_run_rows(call, rows);
}

static const char *bind_slowly(const tern_problem *problem, tern_stages *stages)
{
    (void)problem;
    stages->run = run_slowly;
    return NULL;
}

/* X changes from call to call of all arms: an answer is held against the X that it was made of. */
static void long_calls_are_judged_by_their_own_x(void **state)
{
    tern_paired_request request = request_of(ARMS, TERN_ORDER_QUADS, TERN_HOT);
    tern_kernel slow = timed_kernel;
    tern_paired_samples samples;

    (void)state;
    slow.bind = bind_slowly;
    c[0].kernel = c[1].kernel = &slow;
    request.schedule.rounds = 2;
    for (request.schedule.seed = 1; request.schedule.seed <= 3; request.schedule.seed++) {
        go(&request, &samples);
        for (uint32_t arm = 0; arm < ARMS; arm++) {
            assert_int_equal(samples.arm[arm].finding.verdict, TERN_EXACT);
            assert_int_equal(samples.arm[arm].samples, 4);
        }
        tern_paired_samples_free(&samples);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quads_have_two_samples_of_each),
        cmocka_unit_test(blocks_have_any_number_of_arms),
        cmocka_unit_test(other_packings_are_apart),
        cmocka_unit_test(the_next_process_reads_the_copies_of_the_parent),
        cmocka_unit_test(a_process_takes_the_weights_of_the_parent),
        cmocka_unit_test(no_weights_are_kept_that_a_signal_would_wait_for),
        cmocka_unit_test(a_wrong_arm_has_no_samples),
        cmocka_unit_test(threads_of_its_own_are_refused),
        cmocka_unit_test(the_child_may_change_its_cases),
        cmocka_unit_test(long_calls_are_judged_by_their_own_x),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
