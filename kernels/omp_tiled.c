/*
 * omp.tiled - tiles of M x N x K shared by an OpenMP team of its own.
 *
 * A thread owns the tiles of Y of block_m rows by block_n tokens that the schedule gives it, so that no two write the same
 * value, and goes through K in blocks of block_k: it unpacks block_m x block_k weights to codes once, in a part of scratch of its own
 * that stays in its nearest cache, and uses them for the block_n tokens. X is padded to whole chunks first, by the team. Rows of packed W
 * stand alone, chunk by chunk (trits2.h), so that any block_m begins where a row does; block_k is rounded up to whole chunks.
 * For one token a tile has too little work for what unpacking costs: that bounds it there, and the multiply-adds for many.
 */
#include "trits2.h"

#include <omp.h>

enum { BLOCK_M, BLOCK_N, BLOCK_K, THREADS, STEP_CHUNKS = TRITS2_BLOCK };

static const tern_toggle toggles[] = {
    {"block_m", "rows of a tile", NULL, 32, 1, 4096},
    {"block_n", "tokens of a tile", NULL, 64, 1, 4096},
    {"block_k", "weights of a row unpacked at a time, rounded up to chunks of 128", NULL, 256, 1, 4096},
    {"threads", "share the tiles among the threads; off: one thread does all", NULL, 1, 0, 1},
    {NULL, NULL, NULL, 0, 0, 0},
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Sizes of a tile of this problem: those of the toggles, and no larger than the matrix. */
typedef struct tile {
    size_t rows, tokens, chunks;
} tile;

static tile tile_of(const tern_problem *problem)
{
    const tern_shape shape = problem->shape;

    return (tile){smaller((size_t)problem->toggle[BLOCK_M], shape.m),
                  smaller((size_t)problem->toggle[BLOCK_N], shape.n),
                  smaller(trits2_chunks((size_t)problem->toggle[BLOCK_K]), trits2_chunks(shape.k))};
}

static size_t row_bytes(const tern_problem *problem)
{
    return trits2_chunks(problem->shape.k) * TRITS2_CHUNK_BYTES;
}

/* A whole number of cache lines. */
static size_t packed_bytes(const tern_problem *problem)
{
    return (problem->shape.m * row_bytes(problem) + 63) / 64 * 64;
}

static size_t pack(const tern_problem *problem, const int8_t *w, void *packed)
{
    const tern_shape shape = problem->shape;
    uint8_t *chunk = packed;

    memset(packed, 0, packed_bytes(problem));
    for (size_t m = 0; m < shape.m; m++)
        for (size_t k = 0; k < shape.k; k += TRITS2_CHUNK, chunk += TRITS2_CHUNK_BYTES)
            trits2_pack_chunk(w + m * shape.k + k, shape.k - k, chunk);
    return packed_bytes(problem);
}

/* Rows of the tile, rounded up to whole register tiles: those that are not there are read and not used. */
static size_t codes_bytes(const tern_problem *problem)
{
    const tile t = tile_of(problem);

    return (t.rows + TRITS2_ROWS - 1) / TRITS2_ROWS * TRITS2_ROWS * t.chunks * TRITS2_CHUNK;
}

static size_t scratch_bytes(const tern_problem *problem)
{
    return trits2_padded_bytes(problem->shape) + problem->threads * codes_bytes(problem);
}

/* Y[n][m] of the tile += codes of its rows times X, for the chunks [chunk, chunk + count). */
static void multiply_block(const tern_call *call, const uint8_t *codes, size_t m, size_t rows, size_t n, size_t tokens,
                           size_t chunk, size_t count)
{
    const tern_shape shape = call->problem->shape;
    const size_t x_stride = trits2_chunks(shape.k) * TRITS2_CHUNK, width = count * TRITS2_CHUNK;

    for (size_t r = 0; r < rows; r += TRITS2_ROWS)
        for (size_t c = 0; c < count; c += STEP_CHUNKS)
            trits2_tiles(codes + r * width + c * TRITS2_CHUNK, width,
                         trits2_padded_x(call, n) + (chunk + c) * TRITS2_CHUNK, x_stride,
                         smaller(STEP_CHUNKS, count - c), tokens, smaller(TRITS2_ROWS, rows - r),
                         call->y + n * shape.m + m + r, shape.m);
}

static void unpack_block(const tern_call *call, uint8_t *codes, size_t m, size_t rows, size_t chunk, size_t count)
{
    const size_t bytes = row_bytes(call->problem);

    for (size_t r = 0; r < rows; r++) {
        const uint8_t *row = (const uint8_t *)call->packed + (m + r) * bytes + chunk * TRITS2_CHUNK_BYTES;
        for (size_t c = 0; c < count; c++, codes += TRITS2_CHUNK)
            trits2_unpack_chunk(row + c * TRITS2_CHUNK_BYTES, codes);
    }
}

static void do_tile(const tern_call *call, tile size, size_t m, size_t n, uint8_t *codes)
{
    const tern_shape shape = call->problem->shape;
    const size_t rows = smaller(size.rows, shape.m - m), tokens = smaller(size.tokens, shape.n - n);
    const size_t chunks = trits2_chunks(shape.k);

    for (size_t t = n; t < n + tokens; t++)
        for (size_t r = m; r < m + rows; r++)
            call->y[t * shape.m + r] = -trits2_sums(call)[t];
    for (size_t chunk = 0; chunk < chunks; chunk += size.chunks) {
        const size_t count = smaller(size.chunks, chunks - chunk);
        unpack_block(call, codes, m, rows, chunk, count);
        multiply_block(call, codes, m, rows, n, tokens, chunk, count);
    }
}

static void run(const tern_call *call, tern_slice all)
{
    const tern_shape shape = call->problem->shape;
    const tile size = tile_of(call->problem);
    const size_t bytes = codes_bytes(call->problem);
    const int threads = call->problem->toggle[THREADS] ? (int)call->problem->threads : 1;
    uint8_t *codes = (uint8_t *)call->scratch + trits2_padded_bytes(shape);

    (void)all;
#pragma omp parallel num_threads(threads)
    {
        uint8_t *own = codes + (size_t)omp_get_thread_num() * bytes;
#pragma omp for schedule(static)
        for (size_t n = 0; n < shape.n; n++)
            trits2_pad_token(call, n);
#pragma omp for collapse(2) schedule(static)
        for (size_t m = 0; m < shape.m; m += size.rows)
            for (size_t n = 0; n < shape.n; n += size.tokens)
                do_tile(call, size, m, n, own);
    }
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    (void)problem;
    stages->run = run;
    return NULL;
}

const tern_kernel tern_kernel_omp_tiled = {
    TERN_KERNEL_HEAD,
    .name = "omp.tiled",
    .summary = "2-bit weights, AVX2, tiles in M, N and K shared by an OpenMP team",
    .refines = "avx2",
    .isa = TERN_ISA_AVX2,
    .flags = TERN_KERNEL_OWNS_TEAM,
    .bits_per_weight = 2.0,
    .multiple = {1, 1, 1},
    .tile = {32, 256, 64},
    .row_step = 1,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
};
