/*
 * dotprod.2bit - 2-bit weights, SDOT.
 *
 * SDOT adds four products of bytes to each 32-bit lane, and takes the 4 bytes of x that all rows share as one lane of a
 * vector: a line (neon.h) needs one load of x and nothing is broadcast. One token: a byte's fields are used where they
 * are, masked with 0x03, 0x0C and 0x30, the last one shifted down instead, since there code 2 would be the sign; that
 * makes sums 1, 4 and 16 times too large, and a shift at the end undoes it, exactly, since every product is a multiple.
 * So 256 weights take 16 instructions to split and 16 to multiply and add, in 12 chains. More tokens: weights -1, 0, 1
 * are unpacked a block at a time, and a register tile of 16 rows and 4 tokens keeps 16 vectors of sums, so that 20
 * loads serve 64 SDOT. One token is bound by memory when W streams, more tokens by the SDOT themselves.
 */
#include "common.h"
#include "neon.h"

enum {
    SCALES = 3,         /* 1, 4 and 16 */
    MAX_LINES = 1 << 16 /* that sums of up to 4 * 32 * 128 a line last for, well below 2^31 */
};

enum { PREFETCH, MASKS, BLOCK };

static const tern_toggle toggles[] = {
    [PREFETCH] = {"prefetch", "cache lines of packed W to prefetch ahead, one token", NULL, 16, 0, 256},
    [MASKS] = {"masks", "mask the fields where they are, one token; off: shift each, then mask", NULL, 1, 0, 1},
    [BLOCK] = {"block", "lines unpacked at a time, several tokens", NULL, NEON_BLOCK, 1, NEON_BLOCK},
    {NULL, NULL, NULL, 0, 0, 0},
};

NEON_INLINE int8x16_t masked(uint8x16_t codes, uint8_t mask)
{
    return vreinterpretq_s8_u8(vandq_u8(codes, vdupq_n_u8(mask)));
}

NEON_INLINE void add_vector(int32x4_t sum[SCALES], uint8x16_t codes, int8x16_t x, bool masks)
{
    if (masks) {
        sum[0] = vdotq_laneq_s32(sum[0], masked(codes, 0x03), x, 0);
        sum[1] = vdotq_laneq_s32(sum[1], masked(codes, 0x0C), x, 1);
        sum[2] = vdotq_laneq_s32(sum[2], masked(codes, 0x30), x, 2);
    } else {
        sum[0] = vdotq_laneq_s32(sum[0], masked(codes, 0x03), x, 0);
        sum[1] = vdotq_laneq_s32(sum[1], masked(vshrq_n_u8(codes, 2), 0x03), x, 1);
        sum[2] = vdotq_laneq_s32(sum[2], masked(vshrq_n_u8(codes, 4), 0x03), x, 2);
    }
    sum[0] = vdotq_laneq_s32(sum[0], vreinterpretq_s8_u8(vshrq_n_u8(codes, 6)), x, 3);
}

/* Adds the sums of codes times x over at most MAX_LINES lines to total. */
NEON_INLINE void add_lines(const uint8_t *line, size_t lines, const int8_t *x, size_t ahead, bool masks,
                           int32x4_t total[NEON_VECTORS])
{
    int32x4_t sum[NEON_VECTORS][SCALES];

    for (size_t v = 0; v < NEON_VECTORS; v++)
        sum[v][0] = sum[v][1] = sum[v][2] = vdupq_n_s32(0);
    for (; lines > 0; lines--, line += NEON_LINE, x += NEON_COLUMNS) {
        if (ahead > 0)
            __builtin_prefetch(line + ahead);
        for (size_t v = 0; v < NEON_VECTORS; v++)
            add_vector(sum[v], vld1q_u8(line + 16 * v), vld1q_s8(x), masks);
    }
    for (size_t v = 0; v < NEON_VECTORS; v++) {
        if (masks) {
            sum[v][1] = vshrq_n_s32(sum[v][1], 2);
            sum[v][2] = vshrq_n_s32(sum[v][2], 4);
        }
        total[v] = vaddq_s32(vaddq_s32(total[v], sum[v][0]), vaddq_s32(sum[v][1], sum[v][2]));
    }
}

NEON_INLINE void run_token(const tern_call *call, tern_slice rows, bool masks)
{
    const size_t lines = neon_lines(call->problem->shape);
    const size_t ahead = (size_t)call->problem->toggle[PREFETCH] * NEON_LINE;
    const int32x4_t start = vdupq_n_s32(-neon_sums(call)[0]);

    for (size_t m = rows.begin; m < rows.end; m += NEON_ROWS) {
        int32x4_t sum[NEON_VECTORS] = {start, start, start, start};
        for (size_t line = 0; line < lines; line += MAX_LINES)
            add_lines(neon_panel(call, m) + line * NEON_LINE, common_smaller(MAX_LINES, lines - line),
                      neon_x(call, 0) + line * NEON_COLUMNS, ahead, masks, sum);
        neon_store(call, 0, m, common_smaller(NEON_ROWS, rows.end - m), sum);
    }
}

static void run_masks(const tern_call *call, tern_slice rows)
{
    run_token(call, rows, true);
}

static void run_shifts(const tern_call *call, tern_slice rows)
{
    run_token(call, rows, false);
}

NEON_INLINE void tile(const int8_t *weights, size_t lines, const int8_t *x, size_t stride, size_t tokens,
                      int32x4_t sum[NEON_TOKENS][NEON_VECTORS])
{
    for (size_t t = 0; t < tokens; t++)
        for (size_t v = 0; v < NEON_VECTORS; v++)
            sum[t][v] = vdupq_n_s32(0);
    for (; lines > 0; lines--, weights += NEON_WEIGHTS, x += NEON_COLUMNS) {
        int8x16_t columns[NEON_TOKENS];
        for (size_t t = 0; t < tokens; t++)
            columns[t] = vld1q_s8(x + t * stride);
#define ADD_STEP(i)                                                                                                    \
    for (size_t v = 0; v < NEON_VECTORS; v++) {                                                                        \
        const int8x16_t w = vld1q_s8(weights + i * NEON_LINE + 16 * v);                                                \
        for (size_t t = 0; t < tokens; t++)                                                                            \
            sum[t][v] = vdotq_laneq_s32(sum[t][v], w, columns[t], i);                                                  \
    }
        ADD_STEP(0)
        ADD_STEP(1)
        ADD_STEP(2)
        ADD_STEP(3)
    }
}

static void run_tokens(const tern_call *call, tern_slice rows)
{
    neon_run_tokens(call, rows, (size_t)call->problem->toggle[BLOCK], NEON_TOKENS, tile);
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    *stages = (tern_stages){neon_prepare, problem->shape.n, problem->toggle[MASKS] != 0 ? run_masks : run_shifts};
    if (problem->shape.n > 1)
        stages->run = run_tokens;
    return NULL;
}

const tern_kernel tern_kernel_dotprod_2bit = {
    TERN_KERNEL_HEAD,
    .name = "dotprod.2bit",
    .formerly = "dotprod2",
    .summary = "2-bit weights, SDOT by lanes of x",
    .refines = "neon.2bit",
    .isa = TERN_ISA_NEON | TERN_ISA_DOTPROD,
    .bits_per_weight = 2.0,
    .multiple = {1, 1, 1},
    .tile = {NEON_ROWS, NEON_COLUMNS, NEON_TOKENS},
    .row_step = NEON_ROWS,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = neon_packed_bytes,
    .scratch_bytes = neon_scratch_bytes,
    .bind = bind,
    .pack_rows = neon_pack_rows,
};
