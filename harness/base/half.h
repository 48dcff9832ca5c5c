/*
 * half.h - IEEE half precision, bit by bit: what the vector instructions do as well.
 */
#ifndef TERN_HALF_H
#define TERN_HALF_H

#include <stdint.h>
#include <string.h>

static inline uint32_t tern_float_bits(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline float tern_float_of(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline float tern_half_to_float(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000u) << 16, rest = half & 0x7FFFu;

    if (rest > 0x7C00u) /* not a number: made quiet */
        return tern_float_of(sign | 0x7FC00000u | rest << 13);
    if (rest == 0x7C00u)
        return tern_float_of(sign | 0x7F800000u);
    if (rest < 0x0400u)
        return tern_float_of(sign | tern_float_bits((float)rest * 0x1p-24f));
    return tern_float_of(sign | ((rest + (112u << 10)) << 13));
}

/* To nearest, even among equals. */
static inline uint16_t tern_half_from_float(float value)
{
    const uint32_t bits = tern_float_bits(value), sign = bits >> 16 & 0x8000u, rest = bits & 0x7FFFFFFFu;

    if (rest > 0x7F800000u) /* not a number: made quiet */
        return (uint16_t)(sign | 0x7E00u | (rest >> 13 & 0x03FFu));
    if (rest >= 0x477FF000u) /* rounds beyond the largest half, 65504 */
        return (uint16_t)(sign | 0x7C00u);
    if (rest < 0x38800000u) /* a multiple of 2^-24, which is the last bit of a float from 0.5 to 1 */
        return (uint16_t)(sign | (tern_float_bits(tern_float_of(rest) + 0.5f) - tern_float_bits(0.5f)));
    return (uint16_t)(sign | (((rest + 0x0FFFu + (rest >> 13 & 1u)) >> 13) - (112u << 10)));
}

#endif
