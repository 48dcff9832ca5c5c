/*
 * Right elements, added in too small a type.
 */
#include "mutant.h"

static int32_t wraps_16(const tern_call *call, size_t m, size_t n)
{
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    uint16_t sum = 0;

    for (size_t k = 0; k < call->problem->shape.k; k++)
        sum = (uint16_t)(sum + (uint16_t)(x[k] * w[k]));
    return (int16_t)sum;
}
MUTANT_VALUE(wraps_16, "int16-wraps", "adds in int16", wraps_16);

static int clamp_16(int value)
{
    return value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value;
}

static int32_t saturates_16(const tern_call *call, size_t m, size_t n)
{
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int sum = 0;

    for (size_t k = 0; k < call->problem->shape.k; k++)
        sum = clamp_16(sum + x[k] * w[k]);
    return sum;
}
MUTANT_VALUE(saturates_16, "int16-saturates", "adds in int16 with saturation", saturates_16);

/* Sixteen int16 lanes, as one vector register has them, widened only at the end. */
static int32_t lanes_16(const tern_call *call, size_t m, size_t n)
{
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    uint16_t lane[MUTANT_GROUP] = {0};
    int32_t sum = 0;

    for (size_t k = 0; k < call->problem->shape.k; k++)
        lane[k % MUTANT_GROUP] = (uint16_t)(lane[k % MUTANT_GROUP] + (uint16_t)(x[k] * w[k]));
    for (size_t i = 0; i < MUTANT_GROUP; i++)
        sum += (int16_t)lane[i];
    return sum;
}
MUTANT_VALUE(lanes_16, "int16-lanes", "widens its int16 lanes too late, from K = 4128 on", lanes_16);

/* w * x by the byte sign instruction, for which -(-128) is -128. */
static int32_t sign_trick(const tern_call *call, size_t m, size_t n)
{
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = 0;

    for (size_t k = 0; k < call->problem->shape.k; k++)
        sum += w[k] < 0 && x[k] == -128 ? -128 : w[k] * x[k];
    return sum;
}
MUTANT_VALUE(sign_trick, "sign-trick", "negates x in int8", sign_trick);

static int32_t clamped_x(const tern_call *call, size_t m, size_t n)
{
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = 0;

    for (size_t k = 0; k < call->problem->shape.k; k++)
        sum += w[k] * (x[k] < -127 ? -127 : x[k]);
    return sum;
}
MUTANT_VALUE(clamped_x, "clamped-x", "takes x for symmetric, -127..127", clamped_x);

static int32_t in_float(const tern_call *call, size_t m, size_t n)
{
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    float sum = 0.0f;

    for (size_t k = 0; k < call->problem->shape.k; k++)
        sum += (float)(x[k] * w[k]);
    return (int32_t)sum;
}
MUTANT_VALUE(in_float, "float-sum", "adds in float", in_float);
