/*
 * neon.2bit - 2-bit weights, SMLAL: what every 64-bit ARM processor can do.
 *
 * NEON alone multiplies bytes into 16-bit sums, 8 at a time. One token: of the four fields of a byte (neon.h) three
 * become codes 0, 1, 2 and one stays where it is, masked with 0x0C, and makes sums four times too large, which are
 * divided when they are widened, exactly, since each product is a multiple of 4. In 32 lines these sums reach -128 * 8
 * * 32 = -32768 and 127 * 8 * 32 = 32512, which 16 bits just hold, the others three quarters of that. So 256 weights
 * take 20 instructions to split and 32 to multiply and add. More tokens: weights -1, 0, 1 are unpacked a block at a
 * time, and a register tile of 16 rows and 2 tokens keeps 16 vectors of sums. The multiply-adds bound both, W streaming
 * from memory or not.
 */
#include "common.h"
#include "neon.h"

enum { TOKENS = 2 };

enum { PREFETCH, BLOCK };

static const tern_toggle toggles[] = {
    [PREFETCH] = {"prefetch", "cache lines of packed W to prefetch ahead, one token", NULL, 16, 0, 256},
    [BLOCK] = {"block", "lines unpacked at a time, several tokens", NULL, NEON_BLOCK, 1, NEON_BLOCK},
    {NULL, NULL, NULL, 0, 0, 0},
};

/* 16-bit sums of a vector of packed W: two rows in each half, 4 lanes a row. */
typedef struct halves {
    int16x8_t low, high;
} halves;

NEON_INLINE halves zero(void)
{
    return (halves){vdupq_n_s16(0), vdupq_n_s16(0)};
}

NEON_INLINE void add(halves *sum, int8x16_t weights, int8x16_t x)
{
    sum->low = vmlal_s8(sum->low, vget_low_s8(weights), vget_low_s8(x));
    sum->high = vmlal_high_s8(sum->high, weights, x);
}

/* The sums of the 4 rows. */
NEON_INLINE int32x4_t widen(halves sum)
{
    return vpaddq_s32(vpaddlq_s16(sum.low), vpaddlq_s16(sum.high));
}

/* The 4 bytes of x that belong to a step, for each of the 4 rows of a vector. */
#define STEP(x, i) vreinterpretq_s8_s32(vdupq_laneq_s32(vreinterpretq_s32_s8(x), i))

/* Adds the sums of codes times x over at most NEON_BLOCK lines. */
NEON_INLINE void add_lines(const uint8_t *line, size_t lines, const int8_t *x, size_t ahead,
                           int32x4_t sum[NEON_VECTORS])
{
    const uint8x16_t low = vdupq_n_u8(0x03), high = vdupq_n_u8(0x0C);
    halves plain[NEON_VECTORS], times4[NEON_VECTORS];

    for (size_t v = 0; v < NEON_VECTORS; v++)
        plain[v] = times4[v] = zero();
    for (; lines > 0; lines--, line += NEON_LINE, x += NEON_COLUMNS) {
        const int8x16_t columns = vld1q_s8(x);
        if (ahead > 0)
            __builtin_prefetch(line + ahead);
        for (size_t v = 0; v < NEON_VECTORS; v++) {
            const uint8x16_t codes = vld1q_u8(line + 16 * v);
            add(&plain[v], vreinterpretq_s8_u8(vandq_u8(codes, low)), STEP(columns, 0));
            add(&times4[v], vreinterpretq_s8_u8(vandq_u8(codes, high)), STEP(columns, 1));
            add(&plain[v], vreinterpretq_s8_u8(vandq_u8(vshrq_n_u8(codes, 4), low)), STEP(columns, 2));
            add(&plain[v], vreinterpretq_s8_u8(vshrq_n_u8(codes, 6)), STEP(columns, 3));
        }
    }
    for (size_t v = 0; v < NEON_VECTORS; v++)
        sum[v] = vaddq_s32(sum[v], vaddq_s32(widen(plain[v]), vshrq_n_s32(widen(times4[v]), 2)));
}

static void run_token(const tern_call *call, tern_slice rows)
{
    const size_t lines = neon_lines(call->problem->shape);
    const size_t ahead = (size_t)call->problem->toggle[PREFETCH] * NEON_LINE;
    const int32x4_t start = vdupq_n_s32(-neon_sums(call)[0]);

    for (size_t m = rows.begin; m < rows.end; m += NEON_ROWS) {
        int32x4_t sum[NEON_VECTORS] = {start, start, start, start};
        for (size_t line = 0; line < lines; line += NEON_BLOCK)
            add_lines(neon_panel(call, m) + line * NEON_LINE, common_smaller(NEON_BLOCK, lines - line),
                      neon_x(call, 0) + line * NEON_COLUMNS, ahead, sum);
        neon_store(call, 0, m, common_smaller(NEON_ROWS, rows.end - m), sum);
    }
}

NEON_INLINE void tile(const int8_t *weights, size_t lines, const int8_t *x, size_t stride, size_t tokens,
                      int32x4_t sum[NEON_TOKENS][NEON_VECTORS])
{
    halves half[TOKENS][NEON_VECTORS];

    for (size_t t = 0; t < tokens; t++)
        for (size_t v = 0; v < NEON_VECTORS; v++)
            half[t][v] = zero();
    for (; lines > 0; lines--, weights += NEON_WEIGHTS, x += NEON_COLUMNS)
        for (size_t i = 0; i < NEON_STEPS; i++)
            for (size_t t = 0; t < tokens; t++) {
                int32_t bytes;
                memcpy(&bytes, x + t * stride + i * NEON_STEPS, sizeof bytes);
                for (size_t v = 0; v < NEON_VECTORS; v++)
                    add(&half[t][v], vld1q_s8(weights + i * NEON_LINE + 16 * v),
                        vreinterpretq_s8_s32(vdupq_n_s32(bytes)));
            }
    for (size_t t = 0; t < tokens; t++)
        for (size_t v = 0; v < NEON_VECTORS; v++)
            sum[t][v] = widen(half[t][v]);
}

static void run_tokens(const tern_call *call, tern_slice rows)
{
    neon_run_tokens(call, rows, (size_t)call->problem->toggle[BLOCK], TOKENS, tile);
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    *stages = (tern_stages){neon_prepare, problem->shape.n, problem->shape.n > 1 ? run_tokens : run_token};
    return NULL;
}

const tern_kernel tern_kernel_neon_2bit = {
    TERN_KERNEL_HEAD,
    .name = "neon.2bit",
    .formerly = "neon2",
    .summary = "2-bit weights, NEON multiply-adds into 16-bit sums",
    .refines = "scalar",
    .isa = TERN_ISA_NEON,
    .bits_per_weight = 2.0,
    .multiple = {1, 1, 1},
    .tile = {NEON_ROWS, NEON_COLUMNS, TOKENS},
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
