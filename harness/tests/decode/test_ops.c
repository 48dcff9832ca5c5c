/*
 * Every body gives the bits of the portable one; the portable one gives those of the order that ops.h lays down, and
 * numbers near what the formulas say.
 */
#include "floats.h"

enum { SIZES = 200, TOKENS = 6, ROWS = 11 };

typedef struct input {
    float x[TOKENS * SIZES], gain[SIZES], scale[ROWS];
    int32_t gate[SIZES], up[SIZES];
    int8_t rows_i8[ROWS * SIZES];
    uint16_t rows_f16[ROWS * SIZES];
} input;

typedef struct output {
    float norm[SIZES], quantum, quantum_normed, scaled[SIZES], added[SIZES], swiglu[SIZES], relu2[SIZES];
    float scaled_rows[SIZES], added_rows[SIZES], swiglu_floats[SIZES];
    float pairs[SIZES], halves[SIZES], y_i8[TOKENS * ROWS], y_f16[TOKENS * ROWS], wide[SIZES], exps[SIZES], sum;
    int8_t q[SIZES], q_normed[SIZES];
    uint16_t half[SIZES];
} output;

static void fill(input *in, floats_kind kind, uint64_t *seed)
{
    floats_fill(in->x, TOKENS * SIZES, seed, kind);
    floats_fill(in->gain, SIZES, seed, TAME);
    floats_fill(in->scale, ROWS, seed, TAME);
    for (size_t i = 0; i < SIZES; i++) {
        in->gate[i] = (int32_t)floats_random(seed) >> (kind == TAME ? 18 : 0);
        in->up[i] = (int32_t)floats_random(seed) >> (kind == TAME ? 18 : 0);
    }
    for (size_t i = 0; i < ROWS * SIZES; i++) {
        in->rows_i8[i] = (int8_t)(floats_random(seed) >> 56);
        in->rows_f16[i] = (uint16_t)(floats_random(seed) & 0xBBFFu); /* below 2 */
    }
}

/* Everything that ops do with n elements. */
static void apply(const tern_ops *ops, const input *in, size_t n, output *out)
{
    const float epsilon = 1e-5f;
    const uint32_t head_dim = (uint32_t)(n / 2 * 2);
    float top = in->x[0];

    memset(out, 0, sizeof *out);
    ops->norm(in->x, in->gain, n, epsilon, out->norm);
    out->quantum = ops->quantise(in->x, n, out->q);
    out->quantum_normed = ops->norm_quantise(in->x, in->gain, n, epsilon, out->q_normed);
    ops->scale(in->gate, in->scale[0], n, out->scaled);
    memcpy(out->added, in->x, sizeof out->added);
    ops->scale_add(in->gate, in->scale[1], n, out->added);
    ops->scale_rows(in->gate, in->scale[0], in->gain, n, out->scaled_rows);
    memcpy(out->added_rows, in->x, sizeof out->added_rows);
    ops->scale_add_rows(in->gate, in->scale[1], in->gain, n, out->added_rows);
    ops->gate_floats(TERN_SWIGLU, in->x, in->gain, n, out->swiglu_floats);
    ops->gate(TERN_SWIGLU, in->gate, 0x1p-9f, in->up, in->scale[2], n, out->swiglu);
    ops->gate(TERN_RELU2, in->gate, in->scale[3], in->up, in->scale[2], n, out->relu2);
    memcpy(out->pairs, in->x, sizeof out->pairs);
    memcpy(out->halves, in->x, sizeof out->halves);
    ops->rope(TERN_ROPE_PAIRS, in->gain, in->gain + n / 2, head_dim, out->pairs);
    ops->rope(TERN_ROPE_HALVES, in->gain, in->gain + n / 2, head_dim, out->halves);
    for (size_t tokens = 1; tokens <= TOKENS; tokens++) { /* the last one stays, and must not depend on those before */
        ops->rows_i8(in->rows_i8, in->scale, ROWS, n, in->x, tokens, out->y_i8, ROWS);
        ops->rows_f16(in->rows_f16, ROWS, n, in->x, tokens, out->y_f16, ROWS);
    }
    ops->to_f16(in->x, n, out->half);
    ops->from_f16(in->rows_f16, n, out->wide);
    for (size_t i = 1; i < n; i++)
        top = in->x[i] > top ? in->x[i] : top;
    out->sum = ops->exps(in->x, top, 0.7f, n, out->exps);
}

static void assert_same_output(const output *a, const output *b)
{
    floats_assert_same(&a->norm[0], &b->norm[0], offsetof(output, q) / sizeof(float));
    assert_memory_equal(a->q, b->q, sizeof a->q);
    assert_memory_equal(a->q_normed, b->q_normed, sizeof a->q_normed);
    assert_memory_equal(a->half, b->half, sizeof a->half);
}

static void all_bodies_give_the_same_bits(void **state)
{
    static input in;
    static output expected, got;
    uint64_t seed = 1;

    (void)state;
    for (const tern_ops *const *ops = tern_ops_list; *ops != NULL; ops++)
        for (size_t n = 1, most = floats_runs(*ops) ? SIZES : 0; n <= most; n++)
            for (int i = 0; i < 6; i++) {
                fill(&in, i % 2 ? WILD : TAME, &seed);
                apply(&tern_ops_portable, &in, n, &expected);
                apply(*ops, &in, n, &got);
                assert_same_output(&expected, &got);
            }
}

/* The order as ops.h says it: lane l adds elements l, l + 16, ...; then l with l + 8, l + 4, l + 2, l + 1. */
static float sum_of_products(const float *a, const float *b, size_t n)
{
    float lane[16] = {0};

    for (size_t i = 0; i < n; i++)
        /* cppcheck-suppress uninitvar ; callers fill n values of both */
        lane[i % 16] = fmaf(a[i], b[i], lane[i % 16]);
    for (size_t width = 8; width > 0; width /= 2)
        for (size_t l = 0; l < width; l++)
            lane[l] += lane[l + width];
    return lane[0];
}

static void sums_run_in_16_lanes(void **state)
{
    static input in;
    static output out;
    float row[SIZES], expected[SIZES];
    uint64_t seed = 2;

    (void)state;
    for (size_t n = 1; n <= SIZES; n++) {
        fill(&in, TAME, &seed);
        apply(&tern_ops_portable, &in, n, &out);
        const float factor = 1.0f / sqrtf(sum_of_products(in.x, in.x, n) / (float)n + 1e-5f);
        for (size_t i = 0; i < n; i++)
            expected[i] = in.x[i] * factor * in.gain[i];
        floats_assert_same(out.norm, expected, n);
        for (size_t t = 0; t < TOKENS; t++)
            for (size_t r = 0; r < ROWS; r++) {
                for (size_t i = 0; i < n; i++)
                    row[i] = (float)in.rows_i8[r * n + i];
                expected[0] = in.scale[r] * sum_of_products(row, in.x + t * n, n);
                floats_assert_same(&out.y_i8[t * ROWS + r], expected, 1);
                tern_ops_portable.from_f16(in.rows_f16 + r * n, n, row);
                expected[0] = sum_of_products(row, in.x + t * n, n);
                floats_assert_same(&out.y_f16[t * ROWS + r], expected, 1);
            }
    }
}

static void assert_near(double got, double expected, double bound)
{
    if (!(fabs(got - expected) <= bound))
        fail_msg("%.9g is not %.9g, not even within %.3g", got, expected, bound);
}

static void elements_follow_the_formulas(void **state)
{
    static input in;
    static output out;
    uint64_t seed = 3;

    (void)state;
    fill(&in, TAME, &seed);
    apply(&tern_ops_portable, &in, SIZES, &out);
    for (size_t i = 0; i < SIZES; i++) {
        const double g = (double)in.gate[i], u = in.scale[2] * (double)in.up[i], silu = g / 512 / (1 + exp(-g / 512));
        const double relu = g * (double)in.scale[3] > 0 ? g * (double)in.scale[3] : 0;
        assert_near(out.scaled[i], g * in.scale[0], 1e-7 * fabs(g * in.scale[0]));
        assert_near(out.added[i], in.x[i] + g * in.scale[1], 1e-7 * fabs((double)out.added[i]));
        assert_near(out.swiglu[i], silu * u, 1e-6 * fabs(silu * u));
        const double row = (double)in.gain[i], x = in.x[i], silu_x = x / (1 + exp(-x)) * row;
        assert_near(out.scaled_rows[i], g * in.scale[0] * row, 2e-7 * fabs(g * in.scale[0] * row));
        assert_near(out.added_rows[i], x + g * in.scale[1] * row, 2e-7 * (fabs(x) + fabs(g * in.scale[1] * row)));
        assert_near(out.swiglu_floats[i], silu_x, 1e-6 * fabs(silu_x));
        assert_near(out.relu2[i], relu * relu * u, 1e-6 * fabs(relu * relu * u));
        assert_near(out.q[i] * (double)out.quantum, in.x[i], 0.5001 * out.quantum);
        assert_near(out.q_normed[i] * (double)out.quantum_normed, out.norm[i], 0.5001 * out.quantum_normed);
    }
    for (size_t i = 0; i < SIZES / 2; i++) {
        const double c = in.gain[i], s = in.gain[SIZES / 2 + i], *x = (const double[]){in.x[2 * i], in.x[2 * i + 1]};
        const double low = in.x[i], high = in.x[SIZES / 2 + i];
        assert_near(out.pairs[2 * i], c * x[0] - s * x[1], 4e-6);
        assert_near(out.pairs[2 * i + 1], s * x[0] + c * x[1], 4e-6);
        assert_near(out.halves[i], c * low - s * high, 4e-6);
        assert_near(out.halves[SIZES / 2 + i], s * low + c * high, 4e-6);
    }
}

static void norm_and_quantise_in_one_are_the_two_one_after_the_other(void **state)
{
    static input in;
    static output out;
    uint64_t seed = 4;

    (void)state;
    for (size_t n = 1; n <= SIZES; n++) {
        int8_t q[SIZES] = {0};
        fill(&in, TAME, &seed);
        apply(&tern_ops_portable, &in, n, &out);
        const float quantum = tern_ops_portable.quantise(out.norm, n, q);
        floats_assert_same(&quantum, &out.quantum_normed, 1);
        assert_memory_equal(q, out.q_normed, n);
    }
}

static void quantising_rounds_to_even_and_reaches_127(void **state)
{
    const float x[] = {-127.0f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 126.5f, 0.49999997f, -0.0f};
    const int8_t expected[] = {-127, 0, 2, 2, 0, -2, 126, 0, 0};
    const float tiny[] = {0x1p-101f, -0x1p-149f};
    int8_t q[16];

    (void)state;
    for (const tern_ops *const *ops = tern_ops_list; *ops != NULL; ops++) {
        if (!floats_runs(*ops))
            continue;
        assert_true((*ops)->quantise(x, sizeof expected, q) == 1.0f);
        assert_memory_equal(q, expected, sizeof expected);
        assert_true((*ops)->quantise(tiny, 2, q) == 0.0f);
        assert_memory_equal(q, ((int8_t[]){0, 0}), 2);
    }
}

/* From its definition: sign, exponent, fraction. */
static double value_of(uint16_t half)
{
    const int exponent = half >> 10 & 31, fraction = half & 1023;
    const double size = exponent == 0    ? ldexp(fraction, -24)
                        : exponent == 31 ? fraction == 0 ? INFINITY : NAN
                                         : ldexp(1024 + fraction, exponent - 25);

    return half & 0x8000 ? -size : size;
}

static void all_halves_are_read_right_and_come_back(void **state)
{
    (void)state;
    for (const tern_ops *const *ops = tern_ops_list; *ops != NULL; ops++)
        for (uint32_t i = 0, count = floats_runs(*ops) ? 65536 : 0; i < count; i++) {
            const uint16_t half = (uint16_t)i;
            float x, portable;
            uint16_t back;
            (*ops)->from_f16(&half, 1, &x);
            tern_ops_portable.from_f16(&half, 1, &portable);
            assert_int_equal(float_bits(x), float_bits(portable)); /* not-a-numbers too */
            assert_true(isnan(value_of(half)) ? isnan(x) : (double)x == value_of(half));
            (*ops)->to_f16(&x, 1, &back);
            assert_int_equal(back, isnan(x) ? half | 0x0200 : half);
        }
}

/* The middle between two halves goes to the even one; a little less and a little more to the nearer. */
static void halves_round_to_nearest_even(void **state)
{
    (void)state;
    for (const tern_ops *const *ops = tern_ops_list; *ops != NULL; ops++)
        for (uint32_t i = 0, count = floats_runs(*ops) ? 0x7C00 : 0; i < count; i++) {
            const double low = value_of((uint16_t)i), high = i == 0x7BFF ? 65536 : value_of((uint16_t)(i + 1));
            const float middle = (float)(0.5 * (low + high));
            const float x[] = {nextafterf(middle, 0.0f), middle, nextafterf(middle, INFINITY), -middle};
            const uint32_t even = i % 2 ? i + 1 : i;
            uint16_t half[4];
            (*ops)->to_f16(x, 4, half);
            assert_int_equal(half[0], i);
            assert_int_equal(half[1], even);
            assert_int_equal(half[2], i + 1);
            assert_int_equal(half[3], even | 0x8000);
        }
}

static void exponentials_are_within_2e_7(void **state)
{
    enum { COUNT = 1 << 20 };
    static float x[COUNT], y[COUNT];
    double worst = 0.0;

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        x[i] = (float)(-87.0 * (double)i / (COUNT - 1));
    tern_ops_for(tern_isa_detect())->exps(x, 0.0f, 1.0f, COUNT, y);
    for (size_t i = 0; i < COUNT; i++)
        worst = fmax(worst, fabs(y[i] / exp(x[i]) - 1.0));
    assert_near(worst, 0.0, 2e-7);
    assert_true(y[0] == 1.0f);
    x[0] = -87.01f;
    x[1] = -1e30f;
    x[2] = -INFINITY;
    assert_true(tern_ops_for(tern_isa_detect())->exps(x, 0.0f, 1.0f, 3, y) == 0.0f);
}

static void the_best_that_may_run_is_chosen(void **state)
{
    (void)state;
    assert_ptr_equal(tern_ops_for(0), &tern_ops_portable);
    for (const tern_ops *const *ops = tern_ops_list; *ops != NULL; ops++)
        if (floats_runs(*ops))
            assert_ptr_equal(tern_ops_for((*ops)->isa), *ops);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_bodies_give_the_same_bits),
        cmocka_unit_test(sums_run_in_16_lanes),
        cmocka_unit_test(elements_follow_the_formulas),
        cmocka_unit_test(norm_and_quantise_in_one_are_the_two_one_after_the_other),
        cmocka_unit_test(quantising_rounds_to_even_and_reaches_127),
        cmocka_unit_test(all_halves_are_read_right_and_come_back),
        cmocka_unit_test(halves_round_to_nearest_even),
        cmocka_unit_test(exponentials_are_within_2e_7),
        cmocka_unit_test(the_best_that_may_run_is_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
