/*
 * floats.h - floats to test with, and what it means that two are the same.
 */
#ifndef TERN_TEST_FLOATS_H
#define TERN_TEST_FLOATS_H

#include "decode/ops/ops.h"
#include "machine/isa.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static inline uint64_t floats_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static inline uint32_t float_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float bits_float(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* TAME: within +-4. WILD: any finite bits, and every fourth a zero of either sign, a denormal or a huge one. */
typedef enum floats_kind { TAME, WILD } floats_kind;

static inline float floats_one(uint64_t *state, floats_kind kind)
{
    static const float special[] = {0.0f, -0.0f, 0x1p-149f, -0x1p-149f, 0x1p-126f, -0x1.fffffep127f, 0x1p100f, 1.0f};
    const uint64_t random = floats_random(state);
    const uint32_t bits = (uint32_t)random;

    if (kind == TAME)
        return (float)((double)(random >> 11) * 0x1p-50 - 4.0);
    if (random >> 62 == 0)
        return special[random >> 32 & 7u];
    return bits_float((bits & 0x7F800000u) == 0x7F800000u ? bits ^ 0x00800000u : bits);
}

static inline void floats_fill(float *x, size_t n, uint64_t *state, floats_kind kind)
{
    for (size_t i = 0; i < n; i++)
        x[i] = floats_one(state, kind);
}

/* To the last bit; all that are not numbers are one. */
static inline void floats_assert_same(const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(isnan(a[i]) && isnan(b[i])) && float_bits(a[i]) != float_bits(b[i]))
            fail_msg("element %zu of %zu: %a is not %a", i, n, (double)a[i], (double)b[i]);
}

/* Does this machine run it? */
static inline bool floats_runs(const tern_ops *ops)
{
    return (tern_isa_detect() & ops->isa) == ops->isa;
}

#endif
