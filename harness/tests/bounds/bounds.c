/*
 * Kernels that are bound by one thing each, so that it is known what must be said of them: a plug-in for ci/selftest bounds
 * and cli_bounds.sh. All are exact, and hold W in rows.
 *
 *     made.memory         reads two bytes a weight and does little else
 *     made.multiply       vpmaddubsw from registers and the first cache, as often as the core can (x86-64)
 *     made.instructions   adds by masks, one weight at a time, four rows side by side
 *     made.latency        each addition waits for the one before, and for two multiplications by 1
 */
#include "kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { ROWS = 4 };

/* Hides from the compiler what a value is, and that neighbours could be computed as one vector. */
#define OPAQUE(value) __asm__ volatile("" : "+r"(value))

static size_t packed_bytes16(const tern_problem *problem)
{
    return problem->shape.m * problem->shape.k * sizeof(int16_t);
}

static void pack_rows16(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    int16_t *to = (int16_t *)packed + rows.begin * problem->shape.k;

    for (size_t i = 0; i < (rows.end - rows.begin) * problem->shape.k; i++)
        to[i] = w[i];
}

static size_t packed_bytes8(const tern_problem *problem)
{
    return problem->shape.m * problem->shape.k;
}

/* A byte a weight: bit 0 for +1, bit 1 for -1. */
static void pack_rows8(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    uint8_t *to = (uint8_t *)packed + rows.begin * problem->shape.k;

    for (size_t i = 0; i < (rows.end - rows.begin) * problem->shape.k; i++)
        to[i] = w[i] < 0 ? 2 : (uint8_t)w[i];
}

static size_t scratch_bytes16(const tern_problem *problem)
{
    return problem->shape.n * problem->shape.k * sizeof(int16_t);
}

/* X as int16; units are tokens. */
static void widen(const tern_call *call, tern_slice tokens)
{
    const size_t k = call->problem->shape.k;
    int16_t *to = call->scratch;

    for (size_t i = tokens.begin * k; i < tokens.end * k; i++)
        to[i] = call->x[i];
}

static void run_memory(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    const int16_t *x = call->scratch;

    for (size_t m = rows.begin; m < rows.end; m++)
        for (size_t n = 0; n < shape.n; n++) {
            const int16_t *w = (const int16_t *)call->packed + m * shape.k;
            int32_t sum = 0;
            for (size_t k = 0; k < shape.k; k++)
                sum += w[k] * x[n * shape.k + k];
            call->y[n * shape.m + m] = sum;
        }
}

#if defined(__x86_64__)
enum { MULTIPLY_ROWS = 4, TOKENS = 2, COLUMNS = 32, MULTIPLY_ISA = TERN_ISA_AVX2 };

/* Products of 0, 1 or 2 come in pairs of up to 512: int16 holds 63 of them. */
enum { STEPS_IN_16_BITS = 32 };

/* Weights as 0, 1, 2: what that adds to a sum of products is the sum of X. */
static void pack_rows_multiply(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    uint8_t *to = (uint8_t *)packed + rows.begin * problem->shape.k;

    for (size_t i = 0; i < (rows.end - rows.begin) * problem->shape.k; i++)
        to[i] = (uint8_t)(w[i] + 1);
}

static size_t scratch_bytes_multiply(const tern_problem *problem)
{
    return problem->shape.n * sizeof(int32_t);
}

static void add_tokens(const tern_call *call, tern_slice tokens)
{
    const size_t k = call->problem->shape.k;

    for (size_t n = tokens.begin; n < tokens.end; n++) {
        int32_t sum = 0;
        for (size_t c = 0; c < k; c++)
            sum += call->x[n * k + c];
        ((int32_t *)call->scratch)[n] = sum;
    }
}

#define AVX2 __attribute__((target("avx2")))

AVX2 static int32_t sum_of(__m256i sums)
{
    int32_t sum[8], all = 0;

    _mm256_storeu_si256((__m256i *)(void *)sum, sums);
    for (size_t i = 0; i < 8; i++)
        all += sum[i];
    return all;
}

/* One row and two tokens. */
AVX2 static inline void multiply_row(const uint8_t *w, __m256i x0, __m256i x1, __m256i *sum0, __m256i *sum1)
{
    const __m256i weights = _mm256_loadu_si256((const __m256i *)(const void *)w);

    *sum0 = _mm256_add_epi16(*sum0, _mm256_maddubs_epi16(weights, x0));
    *sum1 = _mm256_add_epi16(*sum1, _mm256_maddubs_epi16(weights, x1));
}

AVX2 static inline __m256i widened(__m256i sums)
{
    return _mm256_madd_epi16(sums, _mm256_set1_epi16(1));
}

/* Four rows and two tokens over some columns: eight sums, which wait for nothing, each by name so that it has a register. */
AVX2 static void multiply_block(const uint8_t *w, const int8_t *x, size_t k, size_t columns,
                                __m256i sum[MULTIPLY_ROWS][TOKENS])
{
    __m256i a0 = _mm256_setzero_si256(), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;

    for (size_t c = 0; c < columns; c += COLUMNS) {
        const __m256i x0 = _mm256_loadu_si256((const __m256i *)(const void *)(x + c));
        const __m256i x1 = _mm256_loadu_si256((const __m256i *)(const void *)(x + k + c));
        multiply_row(w + c, x0, x1, &a0, &a1);
        multiply_row(w + k + c, x0, x1, &b0, &b1);
        multiply_row(w + 2 * k + c, x0, x1, &c0, &c1);
        multiply_row(w + 3 * k + c, x0, x1, &d0, &d1);
    }
    const __m256i all[MULTIPLY_ROWS][TOKENS] = {{a0, a1}, {b0, b1}, {c0, c1}, {d0, d1}};
    for (size_t r = 0; r < MULTIPLY_ROWS; r++)
        for (size_t t = 0; t < TOKENS; t++)
            sum[r][t] = _mm256_add_epi32(sum[r][t], widened(all[r][t]));
}

AVX2 static void run_multiply(const tern_call *call, tern_slice rows)
{
    enum { BLOCK = STEPS_IN_16_BITS * COLUMNS };
    const tern_shape shape = call->problem->shape;
    const size_t k = shape.k;
    const int32_t *added = call->scratch;

    for (size_t n = 0; n < shape.n; n += TOKENS)
        for (size_t m = rows.begin; m < rows.end; m += MULTIPLY_ROWS) {
            const uint8_t *w = (const uint8_t *)call->packed + m * k;
            __m256i sum[MULTIPLY_ROWS][TOKENS];
            for (size_t r = 0; r < MULTIPLY_ROWS; r++)
                sum[r][0] = sum[r][1] = _mm256_setzero_si256();
            for (size_t c = 0; c < k; c += BLOCK)
                multiply_block(w + c, call->x + n * k + c, k, k - c < BLOCK ? k - c : BLOCK, sum);
            for (size_t t = 0; t < TOKENS; t++)
                for (size_t r = 0; r < MULTIPLY_ROWS; r++)
                    call->y[(n + t) * shape.m + m + r] = sum_of(sum[r][t]) - added[n + t];
        }
}

static const char *bind_multiply(const tern_problem *problem, tern_stages *stages)
{
    *stages = (tern_stages){add_tokens, problem->shape.n, run_multiply};
    return NULL;
}
#endif

static void run_instructions(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    const size_t k = shape.k;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m += ROWS) {
            const uint8_t *w = (const uint8_t *)call->packed + m * k;
            const int8_t *x = call->x + n * k;
            int32_t sum[ROWS] = {0};
            for (size_t c = 0; c < k; c++)
                for (size_t r = 0; r < ROWS; r++) {
                    int32_t code = w[r * k + c];
                    OPAQUE(code);
                    sum[r] += (x[c] & -(code & 1)) - (x[c] & -(code >> 1));
                }
            for (size_t r = 0; r < ROWS; r++)
                call->y[n * shape.m + m + r] = sum[r];
        }
}

static void run_latency(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    int32_t one = 1;

    OPAQUE(one);
    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++) {
            const uint8_t *w = (const uint8_t *)call->packed + m * shape.k;
            int32_t sum = 0;
            for (size_t c = 0; c < shape.k; c++) {
                const int32_t code = w[c];
                sum = sum * one;
                OPAQUE(sum);
                sum = sum * one + ((code & 1) - (code >> 1)) * call->x[n * shape.k + c];
                OPAQUE(sum);
            }
            call->y[n * shape.m + m] = sum;
        }
}

static const char *bind_memory(const tern_problem *problem, tern_stages *stages)
{
    *stages = (tern_stages){widen, problem->shape.n, run_memory};
    return NULL;
}

static const char *bind_instructions(const tern_problem *problem, tern_stages *stages)
{
    (void)problem;
    stages->run = run_instructions;
    return NULL;
}

static const char *bind_latency(const tern_problem *problem, tern_stages *stages)
{
    (void)problem;
    stages->run = run_latency;
    return NULL;
}

#define KERNEL(its_name, bits, bind_fn, rows, columns, tokens)                                                         \
    TERN_KERNEL_HEAD, .name = (its_name), .summary = "bound by one thing", .bits_per_weight = (bits),                  \
                      .multiple = {rows, columns, tokens}, .tile = {rows, columns, tokens}, .row_step = (rows),        \
                      .packed_align = 64, .x_align = 1, .y_align = 4, .bind = (bind_fn)

static const tern_kernel memory = {KERNEL("made.memory", 16.0, bind_memory, 1, 1, 1), .packed_bytes = packed_bytes16,
                                   .scratch_bytes = scratch_bytes16, .pack_rows = pack_rows16};
#if defined(__x86_64__)
static const tern_kernel multiply = {KERNEL("made.multiply", 8.0, bind_multiply, MULTIPLY_ROWS, COLUMNS, TOKENS),
                                     .isa = MULTIPLY_ISA, .packed_bytes = packed_bytes8,
                                     .scratch_bytes = scratch_bytes_multiply, .pack_rows = pack_rows_multiply};
#endif
static const tern_kernel instructions = {KERNEL("made.instructions", 8.0, bind_instructions, ROWS, 1, 1),
                                         .packed_bytes = packed_bytes8, .pack_rows = pack_rows8};
static const tern_kernel latency = {KERNEL("made.latency", 8.0, bind_latency, 1, 1, 1), .packed_bytes = packed_bytes8,
                                    .pack_rows = pack_rows8};

#if defined(__x86_64__)
TERN_PLUGIN(&memory, &instructions, &latency, &multiply);
#else
TERN_PLUGIN(&memory, &instructions, &latency);
#endif
