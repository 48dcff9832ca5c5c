/*
 * A choice is what a full sort would have made of the same random number, and tokens come up as often as they should.
 */
#include "decode/loop/token_choice.h"

#include "base/heap.h"
#include "floats.h"

#include <stdlib.h>

enum { VOCABULARY = 5003, DRAWS = 200000 };

static tern_token_choice *sampler_of(double temperature, uint32_t top_k, double top_p, uint64_t seed,
                                     uint32_t vocabulary)
{
    const tern_token_choice_options options = {temperature, top_k, top_p, seed};
    tern_token_choice *sampler;

    assert_int_equal(tern_token_choice_new(&sampler, &options, vocabulary, NULL), TERN_OK);
    return sampler;
}

static void greedy_takes_the_lowest_of_the_largest(void **state)
{
    static float logits[VOCABULARY];
    uint64_t seed = 1;

    (void)state;
    for (uint32_t vocabulary = 1; vocabulary <= 70; vocabulary++) {
        tern_token_choice *sampler = sampler_of(0.0, 0, 1.0, 1, vocabulary);
        for (uint32_t id = 0; id < vocabulary; id++) {
            floats_fill(logits, VOCABULARY, &seed, TAME);
            logits[vocabulary - 1] = 5.0f;
            logits[id] = 5.0f;
            assert_int_equal(tern_token_choice_next(sampler, logits, 0, 0), id);
        }
        tern_token_choice_free(sampler);
    }
}

static void greedy_survives_what_is_not_a_number(void **state)
{
    const float logits[] = {NAN, -INFINITY, NAN, -3.0f, -4.0f}, none[] = {NAN, NAN, NAN, NAN, NAN};

    (void)state;
    for (int hot = 0; hot < 3; hot++) {
        tern_token_choice *sampler = sampler_of(hot ? 1e-3 : 0.0, hot == 2 ? 2 : 0, 1.0, 1, 5);
        assert_int_equal(tern_token_choice_next(sampler, logits, 0, 0), 3);
        assert_true(tern_token_choice_next(sampler, none, 0, 0) < 5);
        tern_token_choice_free(sampler);
    }
}

/* Descending, then by id. */
static int by_logit(const void *a, const void *b)
{
    const float *x = *(const float *const *)a, *y = *(const float *const *)b;

    return *x > *y ? -1 : *x < *y ? 1 : x < y ? -1 : 1;
}

/* How likely each token is, by the definition: sort, cut to k, cut to p of what is left. */
static void likelihoods(const float *logits, uint32_t n, double temperature, uint32_t k, double p, double *share)
{
    static const float *sorted[VOCABULARY];
    double total = 0.0, nucleus = 0.0;
    uint32_t count = 0;

    k = k == 0 || k > n ? n : k;
    for (uint32_t i = 0; i < n; i++) {
        sorted[i] = &logits[i];
        share[i] = 0.0;
    }
    qsort(sorted, n, sizeof *sorted, by_logit);
    for (uint32_t i = 0; i < k; i++)
        total += exp((*sorted[i] - *sorted[0]) / temperature);
    while (count < k && nucleus < p * total) {
        share[sorted[count] - logits] = exp((*sorted[count] - *sorted[0]) / temperature);
        nucleus += exp((*sorted[count++] - *sorted[0]) / temperature);
    }
    for (uint32_t i = 0; i < n; i++)
        share[i] /= nucleus;
}

typedef struct fixture {
    double temperature;
    uint32_t top_k;
    double top_p;
    uint32_t vocabulary;
} fixture;

static void tokens_come_up_as_often_as_they_should(void **state)
{
    static const fixture fixtures[] = {
        {1.0, 0, 1.0, 20},         {0.7, 5, 1.0, 20},           {1.5, 0, 0.6, 20},
        {1.0, 7, 0.8, 20},         {2.0, 40, 0.95, VOCABULARY}, {0.5, 0, 0.3, VOCABULARY},
        {1.0, 1, 1.0, VOCABULARY}, {1.0, 0, 1e-9, VOCABULARY},  {1.0, VOCABULARY, 0.999, 50},
    };
    static float logits[VOCABULARY];
    static double share[VOCABULARY];
    static uint32_t drawn[VOCABULARY];
    uint64_t seed = 2;

    (void)state;
    for (size_t i = 0; i < sizeof fixtures / sizeof *fixtures; i++) {
        const fixture *s = &fixtures[i];
        const uint32_t draws = s->vocabulary == VOCABULARY ? DRAWS / 20 : DRAWS;
        tern_token_choice *sampler = sampler_of(s->temperature, s->top_k, s->top_p, i, s->vocabulary);
        floats_fill(logits, s->vocabulary, &seed, TAME);
        logits[1] = logits[s->vocabulary - 1]; /* equals at the edge of a cut too */
        likelihoods(logits, s->vocabulary, s->temperature, s->top_k, s->top_p, share);
        memset(drawn, 0, sizeof drawn);
        for (uint32_t step = 0; step < draws; step++)
            drawn[tern_token_choice_next(sampler, logits, 3, step)]++;
        for (uint32_t id = 0; id < s->vocabulary; id++) { /* five standard deviations */
            const double expected = draws * share[id];
            if (share[id] == 0.0 ? drawn[id] != 0 : fabs(drawn[id] - expected) > 5.0 * sqrt(expected) + 3.0)
                fail_msg("setting %zu, token %u: drawn %u times, not %g", i, id, drawn[id], expected);
        }
        tern_token_choice_free(sampler);
    }
}

static void all_equal_logits_are_cut_by_id(void **state)
{
    static float logits[VOCABULARY];
    tern_token_choice *sampler = sampler_of(1.0, 3, 1.0, 1, VOCABULARY);
    uint32_t drawn[3] = {0};

    (void)state;
    for (uint64_t step = 0; step < 300; step++) {
        const uint32_t id = tern_token_choice_next(sampler, logits, 0, step);
        assert_true(id < 3);
        drawn[id]++;
    }
    assert_true(drawn[0] > 50 && drawn[1] > 50 && drawn[2] > 50);
    tern_token_choice_free(sampler);
}

static void a_choice_is_a_function_of_its_arguments(void **state)
{
    static float logits[VOCABULARY];
    tern_token_choice *one = sampler_of(1.0, 0, 0.9, 7, VOCABULARY), *two = sampler_of(1.0, 0, 0.9, 7, VOCABULARY);
    tern_token_choice *other = sampler_of(1.0, 0, 0.9, 8, VOCABULARY);
    uint32_t same_seed = 0, same_sequence = 0, same_step = 0;
    uint64_t seed = 3;

    (void)state;
    floats_fill(logits, VOCABULARY, &seed, TAME);
    for (uint64_t step = 100; step-- > 0;) {
        const uint32_t id = tern_token_choice_next(one, logits, 5, step);
        assert_int_equal(tern_token_choice_next(two, logits, 5, step), id);
        same_seed += tern_token_choice_next(other, logits, 5, step) == id;
        same_sequence += tern_token_choice_next(two, logits, 6, step) == id;
        same_step += tern_token_choice_next(two, logits, 5, step + 1) == id;
        assert_int_equal(tern_token_choice_next(one, logits, 5, step), id);
    }
    assert_true(same_seed < 10 && same_sequence < 10 && same_step < 10);
    tern_token_choice_free(one);
    tern_token_choice_free(two);
    tern_token_choice_free(other);
}

static void options_out_of_range_are_refused(void **state)
{
    static const tern_token_choice_options options[] = {{-1.0, 0, 1.0, 1}, {NAN, 0, 1.0, 1}, {1e-4, 0, 1.0, 1},
                                                        {1.0, 0, 0.0, 1},  {1.0, 0, 1.5, 1}, {1.0, 0, NAN, 1}};
    tern_token_choice *sampler;
    tern_error error;

    (void)state;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        assert_int_equal(tern_token_choice_new(&sampler, &options[i], 10, &error), TERN_USAGE);
        assert_null(sampler);
    }
    assert_int_equal(tern_token_choice_new(&sampler, &(tern_token_choice_options){0.0, 0, 1.0, 1}, 0, &error),
                     TERN_USAGE);
}

static void a_choice_allocates_nothing(void **state)
{
    static float logits[VOCABULARY];
    tern_token_choice *sampler = sampler_of(1.0, 40, 0.9, 7, VOCABULARY);
    uint64_t seed = 4;

    (void)state;
    floats_fill(logits, VOCABULARY, &seed, TAME);
    const uint64_t before = tern_heap_allocations();
    for (uint64_t step = 0; step < 100; step++)
        tern_token_choice_next(sampler, logits, 0, step);
    assert_true(tern_heap_allocations() == before);
    tern_token_choice_free(sampler);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greedy_takes_the_lowest_of_the_largest),
        cmocka_unit_test(greedy_survives_what_is_not_a_number),
        cmocka_unit_test(tokens_come_up_as_often_as_they_should),
        cmocka_unit_test(all_equal_logits_are_cut_by_id),
        cmocka_unit_test(a_choice_is_a_function_of_its_arguments),
        cmocka_unit_test(options_out_of_range_are_refused),
        cmocka_unit_test(a_choice_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
