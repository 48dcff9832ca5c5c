/*
 * Seeded weights are a function of seed and place, the same on every machine, with the share of zeros that was asked
 * for.
 */
#include "model/weights.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include <cmocka.h>

enum { HIDDEN = 203, FFN = 301 }; /* not multiples of a block */

static const tern_geometry geometry = {.layers = 3,
                                       .hidden = HIDDEN,
                                       .heads = 4,
                                       .kv_heads = 2,
                                       .head_dim = 32,
                                       .ffn = FFN,
                                       .vocabulary = 40,
                                       .context = 8,
                                       .rope_base = 1e4,
                                       .epsilon = 1e-5};

static tern_weights open_weights(uint64_t seed, double p0)
{
    tern_weights weights;

    assert_int_equal(tern_weights_seeded(&weights, &geometry, seed, p0, NULL), TERN_OK);
    return weights;
}

static XXH64_hash_t hash_of(const tern_weights *weights, uint32_t layer, tern_matrix matrix)
{
    static int8_t w[FFN * FFN];
    const size_t rows = tern_geometry_rows(&geometry, matrix), columns = tern_geometry_columns(&geometry, matrix);

    weights->trits(weights, layer, matrix, 0, rows, w);
    return XXH3_64bits(w, rows * columns);
}

static void gives_the_same_numbers_on_every_machine(void **state)
{
    tern_weights weights = open_weights(7, 0.42);
    float value[2 * HIDDEN], gain[HIDDEN];

    (void)state;
    assert_string_equal(weights.source, "seed 7, P(0) 0.42");
    assert_int_equal(hash_of(&weights, 2, TERN_MATRIX_DOWN), UINT64_C(0x768aba5fb2b05e71));
    weights.rows(&weights, TERN_TABLE_EMBEDDING, 3, 5, value);
    assert_int_equal(XXH3_64bits(value, sizeof value), UINT64_C(0x169018d2f750460f));
    weights.norm(&weights, 1, TERN_NORM_FFN, gain);
    assert_int_equal(XXH3_64bits(gain, sizeof gain), UINT64_C(0x52cb538856ec4536));
    assert_true(weights.scale(&weights, 1, TERN_MATRIX_O) == 0.05078125f);
    tern_weights_close(&weights);
    tern_weights_close(&weights);
}

static void differs_by_seed_layer_and_matrix(void **state)
{
    tern_weights weights = open_weights(7, 0.42), other = open_weights(8, 0.42);
    const XXH64_hash_t hash = hash_of(&weights, 1, TERN_MATRIX_GATE);

    (void)state;
    assert_int_not_equal(hash, hash_of(&other, 1, TERN_MATRIX_GATE));
    assert_int_not_equal(hash, hash_of(&weights, 2, TERN_MATRIX_GATE));
    assert_int_not_equal(hash, hash_of(&weights, 1, TERN_MATRIX_UP));
    tern_weights_close(&weights);
    tern_weights_close(&other);
}

static void rows_do_not_depend_on_how_they_are_asked_for(void **state)
{
    static int8_t whole[FFN * HIDDEN], part[FFN * HIDDEN];
    tern_weights weights = open_weights(1, 0.42);

    (void)state;
    weights.trits(&weights, 0, TERN_MATRIX_UP, 0, FFN, whole);
    for (size_t begin = 0, end; begin < FFN; begin = end) {
        end = begin + 7 < FFN ? begin + 7 : FFN;
        weights.trits(&weights, 0, TERN_MATRIX_UP, begin, end, part + begin * HIDDEN);
    }
    assert_memory_equal(whole, part, sizeof whole);
    tern_weights_close(&weights);
}

/* Every trit has the share it should, within five standard deviations. */
static void has_the_share_of_zeros(void **state)
{
    static const double p0s[] = {0.0, 0.33, 0.42, 0.85, 1.0};
    static int8_t w[FFN * HIDDEN];
    const double n = sizeof w;

    (void)state;
    for (size_t i = 0; i < sizeof p0s / sizeof *p0s; i++) {
        const double expected[] = {0.5 * (1.0 - p0s[i]), p0s[i], 0.5 * (1.0 - p0s[i])};
        tern_weights weights = open_weights(3, p0s[i]);
        double seen[3] = {0.0};
        weights.trits(&weights, 0, TERN_MATRIX_GATE, 0, FFN, w);
        for (size_t j = 0; j < sizeof w; j++)
            seen[w[j] + 1]++;
        for (size_t j = 0; j < 3; j++)
            assert_true(fabs(seen[j] / n - expected[j]) <= 5.0 * sqrt(expected[j] * (1.0 - expected[j]) / n));
        tern_weights_close(&weights);
    }
}

static void table_values_are_spread_like_a_normal_distribution(void **state)
{
    static float value[40 * HIDDEN];
    tern_weights weights = open_weights(3, 0.5);
    double sum = 0.0, squares = 0.0, fourth = 0.0;
    const double n = 40 * HIDDEN;

    (void)state;
    weights.rows(&weights, TERN_TABLE_EMBEDDING, 0, 40, value);
    for (size_t i = 0; i < 40 * HIDDEN; i++) {
        sum += value[i];
        squares += pow(value[i], 2.0);
        fourth += pow(value[i], 4.0);
    }
    assert_true(fabs(sum / n) < 0.05);
    assert_true(sqrt(squares / n) > 0.78 && sqrt(squares / n) < 0.85);
    assert_true(fourth * n / (squares * squares) > 2.6 && fourth * n / (squares * squares) < 3.1);
    tern_weights_close(&weights);
}

static void refuses_a_share_that_is_none(void **state)
{
    tern_weights weights;
    tern_error error = {""};

    (void)state;
    assert_int_equal(tern_weights_seeded(&weights, &geometry, 1, 1.5, &error), TERN_USAGE);
    assert_string_equal(error.text, "P(0) is a share from 0 to 1, not 1.5");
    assert_int_equal(tern_weights_seeded(&weights, &geometry, 1, (double)NAN, &error), TERN_USAGE);
    tern_weights_close(&weights);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_same_numbers_on_every_machine),
        cmocka_unit_test(differs_by_seed_layer_and_matrix),
        cmocka_unit_test(rows_do_not_depend_on_how_they_are_asked_for),
        cmocka_unit_test(has_the_share_of_zeros),
        cmocka_unit_test(table_values_are_spread_like_a_normal_distribution),
        cmocka_unit_test(refuses_a_share_that_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
