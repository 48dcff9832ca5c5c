/*
 * vnni_few.h - few tokens: the AVX-512 VNNI kernels' products of W as it is packed, unpacked in registers.
 *
 * Codes are used where they stand in their bytes: four fields, masked with 0x03, 0x0C, 0x30 and 0xC0, each with sums
 * of its own, which come out 1, 4, 16 and 64 times too large. A shift at the end undoes that, exactly, since every
 * product is a multiple. x comes as a memory operand. A turn of the loop takes a line for all tokens, or several
 * lines for one. What bounds it: memory at one token; from some four on, the multiply-adds.
 *
 * A kernel defines vnni_split() after it includes this.
 */
#ifndef TERN_VNNI_FEW_H
#define TERN_VNNI_FEW_H

#include "common.h"
#include "vnni.h"

enum {
    VNNI_FIELDS = 4,
    VNNI_UNITS = 6, /* that have four sums each in registers: a unit is one of the lines of a turn and a token */
    VNNI_MAX_LINES = 1 << 14 /* that sums last for: four products a line, of up to 64 * 2 * 128, come to 2^30 */
};

/* The codes in a line, a vector for each step. */
typedef struct vnni_codes {
    __m512i step[VNNI_DIGITS];
} vnni_codes;

/* With masks, the last four codes stay in fields 0 to 3; without, all are shifted to the lowest bits. */
VNNI_INLINE vnni_codes vnni_split(const uint8_t *line, bool masks);

/* How vnni_run_few() goes; all constants at its call. */
typedef struct vnni_way {
    size_t lines, tokens; /* of a turn of the loop */
    int hint;
    bool masks;
} vnni_way;

/* Sums, one vector a step: of codes of one field each. */
typedef struct vnni_field_sums {
    vnni_sums step[VNNI_DIGITS];
} vnni_field_sums;

VNNI_INLINE void vnni_clear(vnni_field_sums *sum)
{
#pragma GCC unroll 5
    for (int i = 0; i < VNNI_DIGITS; i++)
        sum->step[i] = (vnni_sums)_mm512_setzero_si512();
}

/* A fifth code, which comes first, shares the sums of the next one where registers are short: its field is 0, too. */
VNNI_INLINE void vnni_add_line(vnni_field_sums *sum, vnni_codes codes, const int8_t *x, bool share)
{
    vnni_add_spread(&sum->step[share ? VNNI_DIGITS - VNNI_FIELDS : 0], codes.step[0], x);
#pragma GCC unroll 5
    for (int i = 1; i < VNNI_DIGITS; i++)
        vnni_add_spread(&sum->step[i], codes.step[i], x + i * VNNI_STEP);
}

/* The sum of all, each divided by what masks left it too large by. */
VNNI_INLINE __m512i vnni_gather(const vnni_field_sums *sum, bool masks)
{
    __m512i all = (__m512i)sum->step[0];

#pragma GCC unroll 5
    for (int i = 1; i < VNNI_DIGITS; i++) {
        const int field = i - (VNNI_DIGITS - VNNI_FIELDS);
        all = _mm512_add_epi32(all, _mm512_srai_epi32((__m512i)sum->step[i], masks ? 2 * (unsigned)field : 0));
    }
    return all;
}

/* Unit u is line u / tokens with token u % tokens. As text, so that only constants index the sums. */
#define VNNI_EACH_UNIT(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5)
#define VNNI_IF_UNIT(u)    if (u < how.lines * how.tokens)

/* Adds the sums of codes times x over `count` lines, `stride` bytes from token to token, to total. */
VNNI_INLINE void vnni_multiply_few(const uint8_t *packed, size_t count, const int8_t *x, size_t stride, size_t ahead,
                                   vnni_way how, __m512i total[VNNI_UNITS])
{
    const bool share = how.lines * how.tokens > VNNI_UNITS / 2;
    vnni_field_sums sum[VNNI_UNITS];
    vnni_codes codes;

/* A line is read and prefetched before the next one is: in pairs, they take a sixth longer from memory. */
#define CLEAR(u) VNNI_IF_UNIT(u) vnni_clear(&sum[u]);
#define ADD(u)                                                                                                         \
    VNNI_IF_UNIT(u)                                                                                                    \
    {                                                                                                                  \
        if (u % how.tokens == 0) {                                                                                     \
            if (u > 0)                                                                                                 \
                vnni_apart();                                                                                          \
            common_prefetch(packed + u / how.tokens * VNNI_LINE + ahead, how.hint);                                    \
            codes = vnni_split(packed + u / how.tokens * VNNI_LINE, how.masks);                                        \
        }                                                                                                              \
        vnni_add_line(&sum[u], codes, x + u % how.tokens * stride + u / how.tokens * VNNI_COLUMNS, share);             \
    }
#define GATHER(u)                                                                                                      \
    VNNI_IF_UNIT(u)                                                                                                    \
    total[u % how.tokens] = _mm512_add_epi32(total[u % how.tokens], vnni_gather(&sum[u], how.masks));

    VNNI_EACH_UNIT(CLEAR)
    for (; count >= how.lines; count -= how.lines) {
        VNNI_EACH_UNIT(ADD)
        packed += how.lines * VNNI_LINE;
        x += how.lines * VNNI_COLUMNS;
    }
    for (; how.lines > 1 && count > 0; count--) {
        vnni_add_line(&sum[0], vnni_split(packed, how.masks), x, share);
        packed += VNNI_LINE;
        x += VNNI_COLUMNS;
    }
    VNNI_EACH_UNIT(GATHER)
#undef CLEAR
#undef ADD
#undef GATHER
}

/* Lines times tokens of a turn: up to VNNI_UNITS. */
VNNI_INLINE void vnni_run_few(const tern_call *call, tern_slice rows, size_t prefetch, vnni_way how)
{
    const tern_shape shape = call->problem->shape;
    const size_t lines = vnni_lines(shape), whole = shape.k / VNNI_COLUMNS, ahead = prefetch * VNNI_LINE;
    const uint8_t *packed = (const uint8_t *)call->packed + rows.begin / VNNI_ROWS * lines * VNNI_LINE;
    int8_t last[VNNI_UNITS * VNNI_COLUMNS] = {0}; /* x of the line that X ends in */
    __m512i start[VNNI_UNITS];

    for (size_t n = 0; n < how.tokens; n++) {
        const int8_t *x = call->x + n * shape.k;
        start[n] = _mm512_set1_epi32(-vnni_sum(x, shape.k));
        memcpy(last + n * VNNI_COLUMNS, x + whole * VNNI_COLUMNS, shape.k - whole * VNNI_COLUMNS);
    }
    for (size_t m = rows.begin; m < rows.end; m += VNNI_ROWS) {
        __m512i total[VNNI_UNITS];
        /* cppcheck-suppress uninitvar ; the loop over tokens fills so many */
        memcpy(total, start, how.tokens * sizeof *total);
        for (size_t line = 0, count; line < lines; line += count, packed += count * VNNI_LINE) {
            const bool tail = line == whole;
            count = tail ? 1 : common_smaller(whole - line, VNNI_MAX_LINES);
            vnni_multiply_few(packed, count, tail ? last : call->x + line * VNNI_COLUMNS,
                              tail ? (size_t)VNNI_COLUMNS : shape.k, ahead, how, total);
        }
        for (size_t n = 0; n < how.tokens; n++)
            vnni_store(call->y + n * shape.m, m / VNNI_ROWS, rows.end, total[n]);
    }
}

/* run() of a kernel, for one way to go. */
#define VNNI_RUN_FEW(name, prefetch, ...)                                                                              \
    static void name(const tern_call *call, tern_slice rows)                                                           \
    {                                                                                                                  \
        vnni_run_few(call, rows, (size_t)call->problem->toggle[prefetch], (vnni_way){__VA_ARGS__});                    \
    }

/* A table of run()s of a kernel: by tokens, up to VNNI_UNITS, and whether to prefetch. */
#define VNNI_RUN_BOTH(name, prefetch, tokens)                                                                          \
    VNNI_RUN_FEW(name##_##tokens, prefetch, 1, tokens, COMMON_HINT_NONE, true)                                         \
    VNNI_RUN_FEW(name##_##tokens##_l2, prefetch, 1, tokens, COMMON_HINT_L2, true)
#define VNNI_RUN_TOKENS(name, prefetch)                                                                                \
    VNNI_RUN_BOTH(name, prefetch, 1)                                                                                   \
    VNNI_RUN_BOTH(name, prefetch, 2)                                                                                   \
    VNNI_RUN_BOTH(name, prefetch, 3)                                                                                   \
    VNNI_RUN_BOTH(name, prefetch, 4)                                                                                   \
    VNNI_RUN_BOTH(name, prefetch, 5)                                                                                   \
    VNNI_RUN_BOTH(name, prefetch, 6)                                                                                   \
    static tern_stage_fn *const name[VNNI_UNITS + 1][2] = {                                                            \
        [1] = {name##_1, name##_1_l2}, [2] = {name##_2, name##_2_l2}, [3] = {name##_3, name##_3_l2},                   \
        [4] = {name##_4, name##_4_l2}, [5] = {name##_5, name##_5_l2}, [6] = {name##_6, name##_6_l2}}

#endif
