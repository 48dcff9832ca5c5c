/*
 * trits2_gemm.h - many tokens, with W as trits2.h packs it: a block of W is unpacked to codes once and used for all of
 * them.
 *
 * A register tile is a panel of 16 rows by up to 6 tokens: 12 sums, 2 vectors of codes, one of x and one product fill
 * the 16 registers, and a step's 12 multiply-adds need 8 loads. (GCC multiplies ahead and keeps five of the sums in
 * memory, once a line; made to keep them in registers it was no faster.) Sums of 16 bits go to 32 in memory after 16
 * lines. X is re-ordered so that a tile reads it as one stream. What bounds it: multiplications and additions, of which
 * three start each cycle.
 */
#ifndef TERN_TRITS2_GEMM_H
#define TERN_TRITS2_GEMM_H

#include "common.h"
#include "token_tiling.h"
#include "trits2.h"

enum {
    TRITS2_CODES = 256, /* bytes that a line unpacks to */
    TRITS2_TOKENS = 6   /* of a tile, at most */
};

/* How many tiles a block of `tokens` tokens has: at least one. */
static inline size_t trits2_block_tiles(token_tiling tiling, size_t tokens)
{
    const size_t tiles = tokens / token_tile_count(tiling, 0);

    return tiles < 1 ? 1 : common_smaller(tiles, tiling.tiles);
}

/* Tokens of such a block, at most. */
static inline size_t trits2_most_tokens(token_tiling tiling, size_t tokens)
{
    return trits2_block_tiles(tiling, tokens) * token_tile_count(tiling, 0);
}

/*
 * Scratch begins with minus the sum of x of each token, then X: of a tile, the 4 bytes of each token at step 0, then
 * those at step 1, and so on, with zeros past the last column.
 */
static inline size_t trits2_round_up(size_t bytes)
{
    return common_round_up(bytes, TRITS2_LINE);
}

static inline size_t trits2_starts_bytes(size_t n)
{
    return trits2_round_up(n * sizeof(int32_t));
}

static inline size_t trits2_tokens_bytes(tern_shape shape)
{
    return common_apart(trits2_starts_bytes(shape.n) + shape.n * trits2_lines(shape.k) * TRITS2_COLUMNS);
}

static inline int32_t *trits2_starts(const tern_call *call)
{
    return call->scratch;
}

/* X of the tile that begins at token n, from `line` on. */
static inline int8_t *trits2_tile_x(const tern_call *call, size_t n, size_t tokens, size_t line)
{
    const tern_shape shape = call->problem->shape;

    return (int8_t *)call->scratch + trits2_starts_bytes(shape.n) +
           (n * trits2_lines(shape.k) + tokens * line) * TRITS2_COLUMNS;
}

static inline void trits2_prepare(const tern_call *call, token_tiling tiling, size_t tile)
{
    const size_t begin = token_tile_begin(tiling, tile), count = token_tile_count(tiling, tile);
    const size_t k_end = call->problem->shape.k, whole = k_end / TRITS2_STEP * TRITS2_STEP;
    const int8_t *x = call->x + begin * k_end;
    int8_t *out = trits2_tile_x(call, begin, 0, 0);

    for (size_t n = 0; n < count; n++)
        trits2_starts(call)[begin + n] = -trits2_sum(x + n * k_end, k_end);
    for (size_t k = 0; k < whole; k += TRITS2_STEP)
        for (size_t n = 0; n < count; n++, out += TRITS2_STEP)
            memcpy(out, x + n * k_end + k, TRITS2_STEP);
    memset(out, 0, (trits2_lines(k_end) * TRITS2_COLUMNS - whole) * count);
    for (size_t n = 0; n < count && whole < k_end; n++)
        memcpy(out + n * TRITS2_STEP, x + n * k_end + whole, k_end - whole);
}

/* Turns lines into codes, step by step, and asks for those `ahead` bytes further on. */
static inline void trits2_unpack(const uint8_t *line, size_t lines, size_t ahead, uint8_t *codes)
{
    const __m256i mask = _mm256_set1_epi8(3);

    for (; lines > 0; lines--, line += TRITS2_LINE, codes += TRITS2_CODES) {
        if (ahead > 0)
            _mm_prefetch((const char *)line + ahead, _MM_HINT_T1);
        for (size_t half = 0; half < TRITS2_LINE; half += TRITS2_VECTOR) {
            const __m256i v = ymm_load(line + half);
            ymm_store(codes + half, _mm256_and_si256(v, mask));
            ymm_store(codes + half + TRITS2_LINE, _mm256_and_si256(_mm256_srli_epi16(v, 2), mask));
            ymm_store(codes + half + 2 * TRITS2_LINE, _mm256_and_si256(_mm256_srli_epi16(v, 4), mask));
            ymm_store(codes + half + 3 * TRITS2_LINE, _mm256_and_si256(_mm256_srli_epi16(v, 6), mask));
        }
    }
}

/* sums[t][row] += codes * x over `lines` lines. tokens must be a constant at the call. */
TRITS2_INLINE void trits2_multiply_tile(const uint8_t *codes, const int8_t *x, size_t lines, int tokens, int32_t *sums)
{
    while (lines > 0) {
        const size_t depth = common_smaller(lines, TRITS2_DEPTH);
        __m256i sum[TRITS2_TOKENS][2];
        for (int t = 0; t < TRITS2_TOKENS; t++)
            sum[t][0] = sum[t][1] = _mm256_setzero_si256();
        for (const uint8_t *end = codes + depth * TRITS2_CODES; codes < end; codes += TRITS2_CODES)
#pragma GCC unroll 4
            for (size_t i = 0; i < TRITS2_CODES; i += TRITS2_LINE, x += tokens * TRITS2_STEP) {
                const __m256i lower = ymm_load(codes + i), upper = ymm_load(codes + i + TRITS2_VECTOR);
                for (int t = 0; t < tokens; t++) {
                    const __m256i v = trits2_spread(x + t * TRITS2_STEP);
                    sum[t][0] = trits2_add(sum[t][0], lower, v);
                    sum[t][1] = trits2_add(sum[t][1], upper, v);
                }
            }
        for (int t = 0; t < tokens; t++)
            for (int half = 0; half < 2; half++) {
                int32_t *at = sums + t * TRITS2_ROWS + half * TRITS2_ROWS / 2;
                ymm_store(at, _mm256_add_epi32(ymm_load(at), trits2_widen(sum[t][half])));
            }
        lines -= depth;
    }
}

static inline void trits2_multiply(const uint8_t *codes, const int8_t *x, size_t lines, size_t tokens, int32_t *sums)
{
    switch (tokens) {
    case 1:
        trits2_multiply_tile(codes, x, lines, 1, sums);
        break;
    case 2:
        trits2_multiply_tile(codes, x, lines, 2, sums);
        break;
    case 3:
        trits2_multiply_tile(codes, x, lines, 3, sums);
        break;
    case 4:
        trits2_multiply_tile(codes, x, lines, 4, sums);
        break;
    case 5:
        trits2_multiply_tile(codes, x, lines, 5, sums);
        break;
    default:
        trits2_multiply_tile(codes, x, lines, TRITS2_TOKENS, sums);
    }
}

/* Tiles of tokens that a panel is multiplied with: sums is [token][row]. */
typedef struct trits2_block {
    const tern_call *call;
    token_tiling tiling;
    size_t tile, tiles;
    size_t ahead; /* bytes of packed W to prefetch ahead */
    uint8_t *codes;
} trits2_block;

static inline size_t trits2_block_begin(const trits2_block *block)
{
    return token_tile_begin(block->tiling, block->tile);
}

static inline size_t trits2_block_tokens(const trits2_block *block)
{
    return token_tile_begin(block->tiling, block->tile + block->tiles) - trits2_block_begin(block);
}

static inline void trits2_start(const trits2_block *block, int32_t *sums)
{
    const int32_t *starts = trits2_starts(block->call) + trits2_block_begin(block);
    const size_t tokens = trits2_block_tokens(block);

    for (size_t n = 0; n < tokens; n++)
        for (size_t r = 0; r < TRITS2_ROWS; r++)
            sums[n * TRITS2_ROWS + r] = starts[n];
}

/* sums += codes of lines [line, line + lines) of a panel times X. */
static inline void trits2_multiply_block(const trits2_block *block, const uint8_t *codes, size_t line, size_t lines,
                                         int32_t *sums)
{
    size_t n = trits2_block_begin(block);

    for (size_t t = 0; t < block->tiles; t++) {
        const size_t tokens = token_tile_count(block->tiling, block->tile + t);
        trits2_multiply(codes, trits2_tile_x(block->call, n, tokens, line), lines, tokens, sums);
        sums += tokens * TRITS2_ROWS;
        n += tokens;
    }
}

/* sums += lines [line, line + lines) of a panel times X. */
static inline void trits2_add_lines(const trits2_block *block, size_t panel, size_t line, size_t lines, int32_t *sums)
{
    const uint8_t *packed = (const uint8_t *)block->call->packed + panel * trits2_panel_bytes(block->call->problem);

    trits2_unpack(packed + line * TRITS2_LINE, lines, block->ahead, block->codes);
    trits2_multiply_block(block, block->codes, line, lines, sums);
}

/* Y = sums for a panel's rows below `end`. */
static inline void trits2_finish(const trits2_block *block, size_t panel, size_t end, const int32_t *sums)
{
    const size_t m_end = block->call->problem->shape.m, m = panel * TRITS2_ROWS;
    const size_t tokens = trits2_block_tokens(block);
    int32_t *y = block->call->y + trits2_block_begin(block) * m_end + m;

    for (size_t n = 0; n < tokens; n++)
        trits2_put_rows(y + n * m_end, sums + n * TRITS2_ROWS, end - m);
}

#endif
