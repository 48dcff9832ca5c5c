/*
 * Types of tensors by their numbers. ggml, bitnet.cpp and ik_llama.cpp number their own, and two of them use 38 and 39
 * for different things.
 */
#include "model/blocks.h"

static const struct {
    uint32_t type;
    const char *name;
} names[] = {
    {0, "f32"},
    {1, "f16"},
    {2, "q4_0"},
    {3, "q4_1"},
    {6, "q5_0"},
    {7, "q5_1"},
    {8, "q8_0"},
    {9, "q8_1"},
    {10, "q2_k"},
    {11, "q3_k"},
    {12, "q4_k"},
    {13, "q5_k"},
    {14, "q6_k"},
    {15, "q8_k"},
    {16, "iq2_xxs"},
    {17, "iq2_xs"},
    {18, "iq3_xxs"},
    {19, "iq1_s"},
    {20, "iq4_nl"},
    {21, "iq3_s"},
    {22, "iq2_s"},
    {23, "iq4_xs"},
    {24, "i8"},
    {25, "i16"},
    {26, "i32"},
    {27, "i64"},
    {28, "f64"},
    {29, "iq1_m"},
    {30, "bf16"},
    {31, "q4_0_4_4"},
    {32, "q4_0_4_8"},
    {33, "q4_0_8_8"},
    {34, "tq1_0"},
    {35, "tq2_0"},
    {36, "i2_s"},
    {37, "i8_s of bitnet.cpp"},
    {38, "tl1 of bitnet.cpp"},
    {39, "tl2 of bitnet.cpp, or mxfp4"},
    {40, "nvfp4"},
    {41, "q1_0"},
    {42, "q2_0"},
    {133, "q6_0 of ik_llama.cpp"},
    {134, "iq1_bn of ik_llama.cpp"},
    {135, "iq2_bn of ik_llama.cpp"},
    {335, "iq2_bn_r4 of ik_llama.cpp"},
};

const char *tern_block_type_name(uint32_t type)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].type == type)
            return names[i].name;
    return NULL;
}
