/*
 * tmac_t3_codes.h - many tokens by tmac.t3: packed W becomes codes w + 1 again, once for a block of tokens, which are
 * multiplied as avx2 does (trits2_gemm.h).
 *
 * A piece of half a panel, 32 rows, is 15 lines of codes of two panels of trits2.h, 16 rows each.
 */
#ifndef TERN_TMAC_T3_CODES_H
#define TERN_TMAC_T3_CODES_H

#include "tmac_t3.h"
#include "trits2_gemm.h"

enum {
    TMAC_T3_CODE_LINES = TMAC_T3_PIECE * TMAC_T3_COLUMNS / TRITS2_COLUMNS, /* of a piece */
    TMAC_T3_CODE_BYTES = TMAC_T3_CODE_LINES * TRITS2_CODES,                /* of 16 rows in a piece */
    TMAC_T3_PARTS = TMAC_T3_HALF / TRITS2_ROWS                             /* of half a panel */
};

/* Codes of a group's columns: a vector each. No sign may be 0. */
LUT_INLINE void tmac_t3_digits(__m256i index, __m256i sign, __m256i codes[TMAC_T3_GROUP])
{
    const __m128i w[TMAC_T3_GROUP] = {_mm_setr_epi8(TMAC_T3_W0), _mm_setr_epi8(TMAC_T3_W1), _mm_setr_epi8(TMAC_T3_W2)};

    for (size_t i = 0; i < TMAC_T3_GROUP; i++)
        codes[i] = _mm256_add_epi8(
            _mm256_sign_epi8(_mm256_shuffle_epi8(_mm256_broadcastsi128_si256(w[i]), index), sign), _mm256_set1_epi8(1));
}

/* A step of both parts, 4 columns: from vectors of 32 rows to lanes of a row. */
LUT_INLINE void tmac_t3_put_step(const __m256i column[TRITS2_STEP], uint8_t *codes)
{
    const __m256i first[TMAC_T3_PARTS] = {_mm256_unpacklo_epi8(column[0], column[1]),
                                          _mm256_unpackhi_epi8(column[0], column[1])};
    const __m256i second[TMAC_T3_PARTS] = {_mm256_unpacklo_epi8(column[2], column[3]),
                                           _mm256_unpackhi_epi8(column[2], column[3])};

    for (size_t part = 0; part < TMAC_T3_PARTS; part++, codes += TMAC_T3_CODE_BYTES) {
        const __m256i low = _mm256_unpacklo_epi16(first[part], second[part]);
        const __m256i high = _mm256_unpackhi_epi16(first[part], second[part]);
        ymm_store(codes, _mm256_permute2x128_si256(low, high, 0x20));
        ymm_store(codes + TRITS2_VECTOR, _mm256_permute2x128_si256(low, high, 0x31));
    }
}

/*
 * The 4 groups, 12 columns, whose indices stand in two lines; signs: shifted so that the highest bit is the last one's.
 */
LUT_INLINE void tmac_t3_put_groups(const uint8_t *line, __m256i signs, uint8_t *codes)
{
    const __m256i nibble = _mm256_set1_epi8(0x0F), one = _mm256_set1_epi8(1);
    __m256i column[4 * TMAC_T3_GROUP];

    LUT_UNROLL
    for (size_t g = 4; g > 0; g--) {
        const __m256i v = ymm_load(line + (g - 1) / 2 * TMAC_T3_LINE);
        const __m256i index = _mm256_and_si256(g % 2 == 0 ? _mm256_srli_epi16(v, 4) : v, nibble);
        tmac_t3_digits(index, _mm256_or_si256(signs, one), column + (g - 1) * TMAC_T3_GROUP);
        signs = _mm256_add_epi8(signs, signs);
    }
    for (size_t step = 0; step < 3; step++)
        tmac_t3_put_step(column + step * TRITS2_STEP, codes + step * TRITS2_LINE);
}

/* Units of half a panel; codes: [part][step], 64 bytes each. */
static inline void tmac_t3_unpack(const uint8_t *line, size_t units, uint8_t *codes)
{
    enum { HALF_UNIT = TMAC_T3_COLUMNS / 2 / TRITS2_STEP * TRITS2_LINE };

    for (; units > 0; units--, line += TMAC_T3_UNIT, codes += 2 * HALF_UNIT) {
        const __m256i signs = ymm_load(line + TMAC_T3_SIGNS);
        tmac_t3_put_groups(line, _mm256_slli_epi16(signs, 4), codes);
        tmac_t3_put_groups(line + 2 * TMAC_T3_LINE, signs, codes + HALF_UNIT);
    }
}

static inline token_tiling tmac_t3_tiling(const tern_problem *problem)
{
    return token_tiling_of(problem->shape.n, TRITS2_TOKENS);
}

/* Codes and sums of a thread, [part] each, for blocks of about so many tokens: at least a tile. */
static inline size_t tmac_t3_block_bytes(const tern_problem *problem, size_t tokens)
{
    const size_t most = trits2_most_tokens(tmac_t3_tiling(problem), tokens);

    return common_apart(TMAC_T3_PARTS * (TMAC_T3_CODE_BYTES + most * TRITS2_ROWS * sizeof(int32_t)));
}

static inline void tmac_t3_prepare_tiles(const tern_call *call, tern_slice tiles)
{
    for (size_t t = tiles.begin; t < tiles.end; t++)
        trits2_prepare(call, tmac_t3_tiling(call->problem), t);
}

/* sums, [part][token][row], += the piece of half a panel, from row m and from `unit` on. */
static inline void tmac_t3_add_piece(const trits2_block *block, size_t m, size_t unit, int32_t *sums)
{
    const tern_problem *problem = block->call->problem;
    const uint8_t *piece = (const uint8_t *)block->call->packed + tmac_t3_place(problem, m / TMAC_T3_ROWS, unit);
    const size_t line = unit * TMAC_T3_COLUMNS / TRITS2_COLUMNS, stride = trits2_block_tokens(block) * TRITS2_ROWS;
    const size_t lines = common_smaller(trits2_lines(problem->shape.k) - line, TMAC_T3_CODE_LINES);

    tmac_t3_unpack(piece + m % TMAC_T3_ROWS, tmac_t3_units_of_piece(problem, unit), block->codes);
    for (size_t part = 0; part < TMAC_T3_PARTS; part++)
        trits2_multiply_block(block, block->codes + part * TMAC_T3_CODE_BYTES, line, lines, sums + part * stride);
}

/* Y of half a panel from row m on, below `end`. Its parts are panels of trits2.h. */
static inline void tmac_t3_run_half(const trits2_block *block, size_t m, size_t end, int32_t *sums)
{
    const size_t stride = trits2_block_tokens(block) * TRITS2_ROWS;

    for (size_t part = 0; part < TMAC_T3_PARTS; part++)
        trits2_start(block, sums + part * stride);
    for (size_t unit = 0; unit < tmac_t3_units(block->call->problem); unit += TMAC_T3_PIECE)
        tmac_t3_add_piece(block, m, unit, sums);
    for (; m < end; m += TRITS2_ROWS, sums += stride)
        trits2_finish(block, m / TRITS2_ROWS, end, sums);
}

/* tokens: of a block, about. */
static inline void tmac_t3_run_codes(const tern_call *call, tern_slice rows, size_t tokens)
{
    const tern_problem *problem = call->problem;
    uint8_t *codes = (uint8_t *)call->scratch + trits2_tokens_bytes(problem->shape) +
                     rows.thread * tmac_t3_block_bytes(problem, tokens);
    int32_t *sums = (int32_t *)(void *)(codes + TMAC_T3_PARTS * TMAC_T3_CODE_BYTES);
    trits2_block block = {.call = call, .tiling = tmac_t3_tiling(problem), .codes = codes};

    for (; block.tile < block.tiling.tiles; block.tile += block.tiles) {
        block.tiles = common_smaller(trits2_block_tiles(block.tiling, tokens), block.tiling.tiles - block.tile);
        for (size_t m = rows.begin; m < rows.end; m += TMAC_T3_HALF)
            tmac_t3_run_half(&block, m, common_smaller(rows.end, m + TMAC_T3_HALF), sums);
    }
}

#endif
