/*
 * avx2 - 2-bit weights, VPMADDUBSW.
 *
 * Rows stand in panels of four, chunk by chunk (trits2.h), so that one pass over X serves four rows and packed W is read in one
 * stream. One token: two of a chunk's four fields are used where they are, masked with 0x03 and 0x0C, and the other two after one
 * shift by 4; the sums of the 0x0C fields are four times too large and divided when they are widened, exactly, since each
 * product is a multiple of 4. Eight chunks then add at most 8 * 2 * 2048 = 32768 in magnitude below zero and 32512 above, which
 * 16 bits just hold. More tokens: a panel is unpacked to codes a block at a time, in the nearest cache, and used by all tokens in
 * register tiles of 4 rows x 2 tokens. One token is bound by memory when W streams and by the 13 instructions a chunk
 * when it lies in cache; more tokens by the multiply-add and add pairs.
 */
#include "trits2.h"

enum { PANEL = TRITS2_ROWS, BLOCK_CODES = TRITS2_BLOCK * TRITS2_CHUNK, PANEL_CHUNK_BYTES = PANEL * TRITS2_CHUNK_BYTES };

enum { PREFETCH };

static const tern_toggle toggles[] = {
    {"prefetch", "cache lines of packed W to prefetch ahead", NULL, 16, 0, 256},
    {NULL, NULL, NULL, 0, 0, 0},
};

static size_t panels(const tern_problem *problem)
{
    return (problem->shape.m + PANEL - 1) / PANEL;
}

static size_t panel_bytes(const tern_problem *problem)
{
    return trits2_chunks(problem->shape.k) * PANEL_CHUNK_BYTES;
}

static size_t packed_bytes(const tern_problem *problem)
{
    return panels(problem) * panel_bytes(problem);
}

static size_t pack(const tern_problem *problem, const int8_t *w, void *packed)
{
    const tern_shape shape = problem->shape;
    uint8_t *chunk = packed;

    for (size_t m = 0; m < panels(problem) * PANEL; m += PANEL)
        for (size_t k = 0; k < shape.k; k += TRITS2_CHUNK)
            for (size_t r = 0; r < PANEL; r++, chunk += TRITS2_CHUNK_BYTES) {
                const size_t row = m + r;
                trits2_pack_chunk(row < shape.m ? w + row * shape.k + k : w, row < shape.m ? shape.k - k : 0, chunk);
            }
    return packed_bytes(problem);
}

static size_t scratch_bytes(const tern_problem *problem)
{
    return trits2_padded_bytes(problem->shape);
}

static void prepare(const tern_call *call, tern_slice tokens)
{
    for (size_t n = tokens.begin; n < tokens.end; n++)
        trits2_pad_token(call, n);
}

/* 16-bit sums of one row: fields 0 and 2 as they are, fields 1 and 3 times four. */
typedef struct row_sums {
    __m256i plain, times4;
} row_sums;

static inline __attribute__((always_inline)) void add_chunk(row_sums *sums, const uint8_t *chunk, const __m256i x[4])
{
    const __m256i low = _mm256_set1_epi8(0x03), high = _mm256_set1_epi8(0x0C);
    const __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)chunk), u = _mm256_srli_epi16(v, 4);

    sums->plain = _mm256_add_epi16(sums->plain, _mm256_maddubs_epi16(_mm256_and_si256(v, low), x[0]));
    sums->times4 = _mm256_add_epi16(sums->times4, _mm256_maddubs_epi16(_mm256_and_si256(v, high), x[1]));
    sums->plain = _mm256_add_epi16(sums->plain, _mm256_maddubs_epi16(_mm256_and_si256(u, low), x[2]));
    sums->times4 = _mm256_add_epi16(sums->times4, _mm256_maddubs_epi16(_mm256_and_si256(u, high), x[3]));
}

static inline __m256i widen_sums(row_sums sums)
{
    return _mm256_add_epi32(trits2_widen(sums.plain), _mm256_srai_epi32(trits2_widen(sums.times4), 2));
}

/* Four rows times one token. distance: bytes to prefetch ahead, 0 for none; a constant 0 or not at the call. */
static inline __attribute__((always_inline)) __m128i panel_dot(const uint8_t *panel, const int8_t *x, size_t chunks,
                                                               size_t distance)
{
    __m256i sum[PANEL];

    for (int r = 0; r < PANEL; r++)
        sum[r] = _mm256_setzero_si256();
    for (size_t begin = 0; begin < chunks; begin += TRITS2_BLOCK) {
        const size_t end = begin + TRITS2_BLOCK < chunks ? begin + TRITS2_BLOCK : chunks;
        row_sums sums[PANEL];
        memset(sums, 0, sizeof sums);
        for (size_t c = begin; c < end; c++, panel += PANEL_CHUNK_BYTES, x += TRITS2_CHUNK) {
            __m256i v[4];
            for (int i = 0; i < 4; i++)
                v[i] = _mm256_loadu_si256((const __m256i *)(const void *)(x + 32 * i));
            if (distance != 0) {
                _mm_prefetch((const char *)panel + distance, _MM_HINT_T0);
                _mm_prefetch((const char *)panel + distance + 64, _MM_HINT_T0);
            }
            for (int r = 0; r < PANEL; r++)
                add_chunk(&sums[r], panel + r * TRITS2_CHUNK_BYTES, v);
        }
        for (int r = 0; r < PANEL; r++)
            sum[r] = _mm256_add_epi32(sum[r], widen_sums(sums[r]));
    }
    return trits2_reduce4(sum[0], sum[1], sum[2], sum[3]);
}

static void store_rows(int32_t *y, __m128i sums, size_t rows)
{
    int32_t value[PANEL];

    _mm_storeu_si128((__m128i *)(void *)value, sums);
    memcpy(y, value, rows * sizeof *y);
}

static inline __attribute__((always_inline)) void run_token(const tern_call *call, tern_slice rows, size_t distance)
{
    const size_t bytes = panel_bytes(call->problem), chunks = trits2_chunks(call->problem->shape.k);
    const uint8_t *panel = (const uint8_t *)call->packed + rows.begin / PANEL * bytes;
    const __m128i sum_x = _mm_set1_epi32(trits2_sums(call)[0]);

    for (size_t m = rows.begin; m < rows.end; m += PANEL, panel += bytes) {
        const __m128i sums = panel_dot(panel, trits2_padded_x(call, 0), chunks, distance);
        store_rows(call->y + m, _mm_sub_epi32(sums, sum_x), rows.end - m < PANEL ? rows.end - m : PANEL);
    }
}

static void run_token_plain(const tern_call *call, tern_slice rows)
{
    run_token(call, rows, 0);
}

static void run_token_prefetch(const tern_call *call, tern_slice rows)
{
    run_token(call, rows, (size_t)call->problem->toggle[PREFETCH] * 64);
}

static void start_sums(const tern_call *call, size_t m, size_t rows)
{
    const tern_shape shape = call->problem->shape;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t r = 0; r < rows; r++)
            call->y[n * shape.m + m + r] = -trits2_sums(call)[n];
}

static void unpack_panel(const uint8_t *panel, size_t chunks, uint8_t codes[PANEL][BLOCK_CODES])
{
    for (size_t c = 0; c < chunks; c++)
        for (size_t r = 0; r < PANEL; r++, panel += TRITS2_CHUNK_BYTES)
            trits2_unpack_chunk(panel, codes[r] + c * TRITS2_CHUNK);
}

static void run_tokens(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    const size_t bytes = panel_bytes(call->problem), chunks = trits2_chunks(shape.k);
    const uint8_t *panel = (const uint8_t *)call->packed + rows.begin / PANEL * bytes;
    uint8_t codes[PANEL][BLOCK_CODES];

    for (size_t m = rows.begin; m < rows.end; m += PANEL, panel += bytes) {
        const size_t count = rows.end - m < PANEL ? rows.end - m : PANEL;
        start_sums(call, m, count);
        for (size_t c = 0; c < chunks; c += TRITS2_BLOCK) {
            const size_t width = chunks - c < TRITS2_BLOCK ? chunks - c : TRITS2_BLOCK;
            unpack_panel(panel + c * PANEL_CHUNK_BYTES, width, codes);
            trits2_tiles(codes[0], BLOCK_CODES, trits2_padded_x(call, 0) + c * TRITS2_CHUNK, chunks * TRITS2_CHUNK,
                         width, shape.n, count, call->y + m, shape.m);
        }
    }
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    stages->prepare = prepare;
    stages->prepare_units = problem->shape.n;
    stages->run = problem->shape.n > 1            ? run_tokens
                  : problem->toggle[PREFETCH] > 0 ? run_token_prefetch
                                                  : run_token_plain;
    return NULL;
}

const tern_kernel tern_kernel_avx2 = {
    TERN_KERNEL_HEAD,
    .name = "avx2",
    .summary = "2-bit weights, AVX2 multiply-adds of unsigned codes",
    .refines = "scalar",
    .isa = TERN_ISA_AVX2,
    .bits_per_weight = 2.0,
    .multiple = {1, 1, 1},
    .tile = {PANEL, TRITS2_CHUNK, TRITS2_TOKENS},
    .row_step = PANEL,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
};
