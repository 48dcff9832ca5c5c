/*
 * portable - 2-bit weights in plain C, laid out so that compilers vectorise it for any processor.
 *
 * Every loop that takes time has one index, unit strides, and products of 16-bit numbers that are added up in 32 bits,
 * which is what PMADDWD does on x86-64 and SMLAL on ARM; x is widened to 16 bits once a token. A row goes in blocks of
 * up to 2048 columns, a block in eight planes of P columns: bits 2j and 2j + 1 of word i are the code w + 1 of column j
 * P + i, so that x is read in its own order. One token: fields are masked where they lie, the upper four after one
 * shift by 8 for all, and the sums of those that lie 2, 4 and 6 bits up are divided at the end, exactly. More tokens:
 * blocks of four rows are unpacked to 16-bit codes, once for all tokens, and share each load of x. The sum of x is
 * taken off: sum (w + 1) x - sum x. What bounds it: one token, three instructions for eight weights in 128-bit vectors,
 * about seven times as fast as scalar; more, multiply-adds and adds.
 */
#include "common.h"
#include "kernel.h"

#include <string.h>

enum {
    FIELDS = 8,  /* codes of a word, planes of a block */
    WORDS = 256, /* of a block, at most */
    LANES = 16,  /* the words of a block are a multiple of this */
    ROWS = 4,    /* unpacked at a time */
    ALIGN = 2 * LANES
};

/* Before a loop. Left alone, clang takes 4 values at a time on x86-64, half of what PMADDWD multiplies. */
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpass-failed" /* a sanitizer's loop cannot be vectorised */
#define EIGHT_AT_A_TIME _Pragma("clang loop vectorize_width(8) interleave_count(1)")
#else
#define EIGHT_AT_A_TIME
#endif

enum { UNPACK };

static const tern_toggle toggles[] = {
    {"unpack", "unpack rows once for all tokens; off: as with one token", NULL, 1, 0, 1},
    {NULL, NULL, NULL, 0, 0, 0},
};

/* Words of a block that begins where `columns` columns are left. */
static size_t block_words(size_t columns)
{
    const size_t words = common_parts(columns, FIELDS);

    return common_smaller(common_round_up(words, LANES), WORDS);
}

static size_t row_words(size_t columns)
{
    const size_t whole = columns / (WORDS * FIELDS) * WORDS;

    return whole + block_words(columns - whole * FIELDS);
}

static size_t packed_bytes(const tern_problem *problem)
{
    return problem->shape.m * row_words(problem->shape.k) * sizeof(int16_t);
}

/* One block; columns past the last get any code. */
static void pack_block(const int8_t *w, size_t columns, size_t words, uint16_t *word)
{
    memset(word, 0, words * sizeof *word);
    for (size_t j = 0; j < FIELDS && j * words < columns; j++) {
        const size_t count = common_smaller(words, columns - j * words);
        for (size_t i = 0; i < count; i++)
            word[i] = (uint16_t)(word[i] | (w[j * words + i] + 1) << 2 * j);
    }
}

static void pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    const size_t k_end = problem->shape.k;
    uint16_t *word = (uint16_t *)packed + rows.begin * row_words(k_end);

    for (size_t m = rows.begin; m < rows.end; m++)
        for (size_t left = k_end; left > 0;) {
            const size_t words = block_words(left), columns = common_smaller(words * FIELDS, left);
            pack_block(w, columns, words, word);
            w += columns;
            word += words;
            left -= columns;
        }
}

/* Scratch: sums of x, one a token, then X, 16 bits a value, each row filled up with zeros to whole blocks. */
static size_t sums_bytes(const tern_problem *problem)
{
    return common_round_up(problem->shape.n * sizeof(int32_t), ALIGN);
}

static size_t wide_row(const tern_problem *problem)
{
    return row_words(problem->shape.k) * FIELDS;
}

static size_t scratch_bytes(const tern_problem *problem)
{
    return sums_bytes(problem) + problem->shape.n * wide_row(problem) * sizeof(int16_t);
}

static int16_t *wide_x(const tern_call *call, size_t n)
{
    return (int16_t *)(void *)((char *)call->scratch + sums_bytes(call->problem)) + n * wide_row(call->problem);
}

static void prepare(const tern_call *call, tern_slice tokens)
{
    const size_t k_end = call->problem->shape.k;
    int32_t *sums = call->scratch;

    for (size_t n = tokens.begin; n < tokens.end; n++) {
        const int8_t *x = call->x + n * k_end;
        int16_t *wide = wide_x(call, n);
        int32_t sum = 0;
        for (size_t k = 0; k < k_end; k++) {
            wide[k] = x[k];
            sum += x[k];
        }
        memset(wide + k_end, 0, (wide_row(call->problem) - k_end) * sizeof *wide);
        sums[n] = sum;
    }
}

/* The sum of code * x over a block. */
static int32_t dot(const int16_t *restrict word, size_t words, const int16_t *restrict x)
{
    int32_t sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0, sum4 = 0, sum5 = 0, sum6 = 0, sum7 = 0;

    EIGHT_AT_A_TIME
    for (size_t i = 0; i < words; i++) {
        const int16_t low = word[i], high = (int16_t)(low >> 8);
        const int16_t c0 = low & 0x03, c1 = low & 0x0C, c2 = low & 0x30, c3 = low & 0xC0;
        const int16_t c4 = high & 0x03, c5 = high & 0x0C, c6 = high & 0x30, c7 = high & 0xC0;
        sum0 += c0 * x[i];
        sum1 += c1 * x[words + i];
        sum2 += c2 * x[2 * words + i];
        sum3 += c3 * x[3 * words + i];
        sum4 += c4 * x[4 * words + i];
        sum5 += c5 * x[5 * words + i];
        sum6 += c6 * x[6 * words + i];
        sum7 += c7 * x[7 * words + i];
    }
    return sum0 + sum4 + (sum1 + sum5) / 4 + (sum2 + sum6) / 16 + (sum3 + sum7) / 64;
}

static void run_each(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    const size_t row = row_words(shape.k);
    const int32_t *sums = call->scratch;

    for (size_t m = rows.begin; m < rows.end; m++)
        for (size_t n = 0; n < shape.n; n++) {
            const int16_t *word = (const int16_t *)call->packed + m * row, *x = wide_x(call, n);
            uint32_t sum = 0; /* at the largest K it needs 32 bits without a sign */
            for (size_t begin = 0, words; begin < row; begin += words) {
                words = common_smaller(row - begin, WORDS);
                sum += (uint32_t)dot(word + begin, words, x + begin * FIELDS);
            }
            call->y[n * shape.m + m] = (int32_t)(sum - (uint32_t)sums[n]);
        }
}

static void unpack(const int16_t *restrict word, size_t words, int16_t *restrict codes)
{
    for (int j = 0; j < FIELDS; j++)
        for (size_t i = 0; i < words; i++)
            codes[(size_t)j * words + i] = (int16_t)(word[i] >> 2 * j & 3);
}

/* The sums of code * x of four rows. */
static void dot4(int16_t codes[ROWS][WORDS * FIELDS], const int16_t *restrict x, size_t columns, int32_t sums[ROWS])
{
    const int16_t *restrict row0 = codes[0], *restrict row1 = codes[1], *restrict row2 = codes[2],
                            *restrict row3 = codes[3];
    int32_t sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;

    EIGHT_AT_A_TIME
    for (size_t i = 0; i < columns; i++) {
        sum0 += row0[i] * x[i];
        sum1 += row1[i] * x[i];
        sum2 += row2[i] * x[i];
        sum3 += row3[i] * x[i];
    }
    sums[0] = sum0;
    sums[1] = sum1;
    sums[2] = sum2;
    sums[3] = sum3;
}

/* Y of up to four rows, from row m on, += a block of them times X. */
static void add_block(const tern_call *call, size_t m, size_t rows, size_t begin, size_t words)
{
    const tern_shape shape = call->problem->shape;
    int16_t codes[ROWS][WORDS * FIELDS];
    int32_t sums[ROWS];

    for (size_t r = 0; r < ROWS; r++) {
        const size_t row = m + common_smaller(r, rows - 1);
        unpack((const int16_t *)call->packed + row * row_words(shape.k) + begin, words, codes[r]);
    }
    for (size_t n = 0; n < shape.n; n++) {
        int32_t *y = call->y + n * shape.m + m;
        dot4(codes, wide_x(call, n) + begin * FIELDS, words * FIELDS, sums);
        for (size_t r = 0; r < rows; r++)
            y[r] = (int32_t)((uint32_t)y[r] + (uint32_t)sums[r]);
    }
}

static void run_unpacked(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    const size_t row = row_words(shape.k);
    const int32_t *sums = call->scratch;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++)
            call->y[n * shape.m + m] = -sums[n];
    for (size_t m = rows.begin; m < rows.end; m += ROWS)
        for (size_t begin = 0; begin < row; begin += WORDS)
            add_block(call, m, common_smaller(ROWS, rows.end - m), begin, common_smaller(row - begin, WORDS));
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    *stages = (tern_stages){.prepare = prepare,
                            .prepare_units = problem->shape.n,
                            .run = problem->shape.n > 1 && problem->toggle[UNPACK] ? run_unpacked : run_each};
    return NULL;
}

const tern_kernel tern_kernel_portable = {
    TERN_KERNEL_HEAD,
    .name = "portable",
    .summary = "2-bit weights, plain C that compilers vectorise",
    .refines = "scalar",
    .bits_per_weight = 2.0,
    .multiple = {1, 1, 1},
    .tile = {ROWS, WORDS *FIELDS, 1},
    .row_step = ROWS,
    .packed_align = ALIGN,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = packed_bytes,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
    .pack_rows = pack_rows,
};
