#include "model/blocks.h"

#include "base/half.h"

#include <math.h>
#include <string.h>

static uint16_t half_at(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

enum { TQ1_FIVES = 48, TQ1_FOURS = 4, TQ2_CODES = 64, I2_CODES = 32, I2_CODES_OF_64 = 16 };

/* Digit `place` of five, the most significant first: what is before it overflows out of the byte. */
static int8_t digit(uint8_t byte, uint8_t power)
{
    return (int8_t)(((uint16_t)(uint8_t)(byte * power) * 3 >> 8) - 1);
}

static const uint8_t power_of_3[5] = {1, 3, 9, 27, 81};

/* `bytes` bytes, each with `digits` trits that are `bytes` elements apart. */
static void digits_of(const uint8_t *code, size_t bytes, size_t digits, int8_t *w)
{
    for (size_t place = 0; place < digits; place++)
        for (size_t i = 0; i < bytes; i++)
            w[place * bytes + i] = digit(code[i], power_of_3[place]);
}

static void encode_digits(const int8_t *w, size_t bytes, size_t digits, uint8_t *code)
{
    for (size_t i = 0; i < bytes; i++) {
        uint32_t number = 0;
        for (size_t place = 0; place < 5; place++)
            number = 3 * number + (place < digits ? (uint32_t)(w[place * bytes + i] + 1) : 0);
        code[i] = (uint8_t)((number * 256 + 242) / 243);
    }
}

static void tq1_trits(const uint8_t *block, int8_t *w)
{
    digits_of(block, 32, 5, w);
    digits_of(block + 32, 16, 5, w + 160);
    digits_of(block + TQ1_FIVES, TQ1_FOURS, 4, w + 240);
}

static void tq1_encode(const int8_t *w, uint8_t *block)
{
    encode_digits(w, 32, 5, block);
    encode_digits(w + 160, 16, 5, block + 32);
    encode_digits(w + 240, TQ1_FOURS, 4, block + TQ1_FIVES);
}

static void tq2_trits(const uint8_t *block, int8_t *w)
{
    for (size_t part = 0; part < 2; part++)
        for (size_t field = 0; field < 4; field++)
            for (size_t i = 0; i < 32; i++)
                w[part * 128 + field * 32 + i] = (int8_t)((block[part * 32 + i] >> 2 * field & 3) - 1);
}

static void tq2_encode(const int8_t *w, uint8_t *block)
{
    for (size_t part = 0; part < 2; part++)
        for (size_t i = 0; i < 32; i++) {
            uint32_t byte = 0;
            for (size_t field = 0; field < 4; field++)
                byte |= (uint32_t)(w[part * 128 + field * 32 + i] + 1) << 2 * field;
            block[part * 32 + i] = (uint8_t)byte;
        }
}

static inline void i2s_unpack(const uint8_t *block, size_t bytes, int8_t *w)
{
    for (size_t field = 0; field < 4; field++)
        for (size_t i = 0; i < bytes; i++)
            w[field * bytes + i] = (int8_t)((block[i] >> (6 - 2 * field) & 3) - 1);
}

static inline void i2s_pack(const int8_t *w, size_t bytes, uint8_t *block)
{
    for (size_t i = 0; i < bytes; i++) {
        uint32_t byte = 0;
        for (size_t field = 0; field < 4; field++)
            byte |= (uint32_t)(w[field * bytes + i] + 1) << (6 - 2 * field);
        block[i] = (uint8_t)byte;
    }
}

static void i2s_trits(const uint8_t *block, int8_t *w)
{
    i2s_unpack(block, I2_CODES, w);
}

static void i2s_encode(const int8_t *w, uint8_t *block)
{
    i2s_pack(w, I2_CODES, block);
}

static void i2s64_trits(const uint8_t *block, int8_t *w)
{
    i2s_unpack(block, I2_CODES_OF_64, w);
}

static void i2s64_encode(const int8_t *w, uint8_t *block)
{
    i2s_pack(w, I2_CODES_OF_64, block);
}

/* Code 3 has both bits set. */
static bool no_threes(const uint8_t *code, size_t bytes)
{
    uint8_t seen = 0;

    for (size_t i = 0; i < bytes; i++)
        seen |= (uint8_t)(code[i] & code[i] >> 1 & 0x55);
    return seen == 0;
}

static bool tq2_legal(const uint8_t *block)
{
    return no_threes(block, TQ2_CODES);
}

static bool i2s_legal(const uint8_t *block)
{
    return no_threes(block, I2_CODES);
}

static bool i2s64_legal(const uint8_t *block)
{
    return no_threes(block, I2_CODES_OF_64);
}

static void f32_floats(const uint8_t *block, size_t blocks, float *value)
{
    for (size_t i = 0; i < blocks; i++)
        value[i] = tern_float_of((uint32_t)half_at(block + 4 * i) | (uint32_t)half_at(block + 4 * i + 2) << 16);
}

static void f16_floats(const uint8_t *block, size_t blocks, float *value)
{
    for (size_t i = 0; i < blocks; i++)
        value[i] = tern_half_to_float(half_at(block + 2 * i));
}

static void bf16_floats(const uint8_t *block, size_t blocks, float *value)
{
    for (size_t i = 0; i < blocks; i++)
        value[i] = tern_float_of((uint32_t)half_at(block + 2 * i) << 16);
}

/* Half-precision scale, then 32 int8. */
static void q8_0_floats(const uint8_t *block, size_t blocks, float *value)
{
    for (; blocks > 0; blocks--, block += 34, value += 32) {
        const float scale = tern_half_to_float(half_at(block));
        for (size_t i = 0; i < 32; i++)
            value[i] = scale * (float)(int8_t)block[2 + i];
    }
}

/*
 * Of each 32 elements a scale and a minimum of 6 bits in 12 bytes: those of the first four have the low bits of bytes
 * 0..3 and 4..7; those of the last four their low four bits in the halves of bytes 8..11, and their high two in the
 * high bits of bytes 0..3 and 4..7.
 */
static void q4_k_block(const uint8_t *block, float *value)
{
    const float scale = tern_half_to_float(half_at(block)), least = tern_half_to_float(half_at(block + 2));
    const uint8_t *six = block + 4, *code = block + 16;

    for (size_t part = 0; part < 8; part++) {
        const size_t i = part % 4;
        const uint32_t s = part < 4 ? six[i] & 63u : (six[8 + i] & 15u) | six[i] / 64u << 4;
        const uint32_t m = part < 4 ? six[4 + i] & 63u : six[8 + i] / 16u | six[4 + i] / 64u << 4;
        const float step = scale * (float)s, offset = least * (float)m;
        for (size_t j = 0; j < 32; j++)
            value[part * 32 + j] = step * (float)(code[part / 2 * 32 + j] >> 4 * (part % 2) & 15) - offset;
    }
}

static void q4_k_floats(const uint8_t *block, size_t blocks, float *value)
{
    for (size_t i = 0; i < blocks; i++)
        q4_k_block(block + 144 * i, value + 256 * i);
}

/*
 * 128 bytes of low nibbles, 64 bytes of two high bits, 16 int8 scales of 16 elements each, half-precision scale. In
 * each half of a block byte i (0..63) of the nibbles holds elements i and i + 64; byte i (0..31) of the high bits
 * those of i, i + 32, i + 64, i + 96. Values are less 32.
 */
static void q6_k_block(const uint8_t *block, float *value)
{
    const float scale = tern_half_to_float(half_at(block + 208));

    for (size_t i = 0; i < 256; i++) {
        const size_t half = i / 128, within = i % 128;
        const uint32_t low = block[half * 64 + within % 64] >> (within < 64 ? 0 : 4) & 15;
        const uint32_t high = block[128 + half * 32 + within % 32] >> 2 * (within / 32) & 3;
        value[i] = scale * (float)(int8_t)block[192 + i / 16] * (float)((int32_t)(low | high << 4) - 32);
    }
}

static void q6_k_floats(const uint8_t *block, size_t blocks, float *value)
{
    for (size_t i = 0; i < blocks; i++)
        q6_k_block(block + 210 * i, value + 256 * i);
}

static const tern_block_format formats[] = {
    {"f32", TERN_BLOCK_F32, false, 0, 1, 4, 0, NULL, NULL, f32_floats, NULL, -1},
    {"f16", TERN_BLOCK_F16, false, 0, 1, 2, 0, NULL, NULL, f16_floats, NULL, -1},
    {"bf16", TERN_BLOCK_BF16, false, 0, 1, 2, 0, NULL, NULL, bf16_floats, NULL, -1},
    {"q8_0", TERN_BLOCK_Q8_0, false, 0, 32, 34, 0, NULL, NULL, q8_0_floats, NULL, -1},
    {"q4_k", TERN_BLOCK_Q4_K, false, 0, 256, 144, 0, NULL, NULL, q4_k_floats, NULL, -1},
    {"q6_k", TERN_BLOCK_Q6_K, false, 0, 256, 210, 0, NULL, NULL, q6_k_floats, NULL, -1},
    {"tq1_0", TERN_BLOCK_TQ1_0, true, 36, 256, 54, 0, tq1_trits, tq1_encode, NULL, NULL, 52},
    {"tq2_0", TERN_BLOCK_TQ2_0, true, 37, 256, 66, 0, tq2_trits, tq2_encode, NULL, tq2_legal, 64},
    {"i2_s", TERN_BLOCK_I2_S, true, 40, 128, 32, 32, i2s_trits, i2s_encode, NULL, i2s_legal, -1},
    {"i2_s of 64", TERN_BLOCK_I2_S_OF_64, true, 0, 64, 16, 32, i2s64_trits, i2s64_encode, NULL, i2s64_legal, -1},
};

enum { FORMATS = sizeof formats / sizeof *formats };

const tern_block_format *tern_block_format_of(uint32_t type)
{
    for (size_t i = 0; i < FORMATS; i++)
        if ((uint32_t)formats[i].type == type)
            return &formats[i];
    return NULL;
}

const tern_block_format *tern_block_format_named(const char *name)
{
    for (size_t i = 0; i < FORMATS; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

bool tern_block_tensor_bytes(uint32_t type, const uint64_t dim[4], uint64_t *bytes)
{
    const tern_block_format *format = tern_block_format_of(type);
    uint64_t blocks;

    if (format == NULL || dim[0] % format->weights != 0)
        return false;
    blocks = dim[0] / format->weights;
    for (size_t i = 1; i < 4; i++) {
        if (dim[i] > (UINT64_C(1) << 50) / blocks)
            return false;
        blocks *= dim[i];
    }
    *bytes = blocks * format->bytes + format->tail_bytes;
    return true;
}

float tern_block_scale(const tern_block_format *format, const uint8_t *block)
{
    return tern_half_to_float(half_at(block + format->scale_at));
}

bool tern_block_tame(const tern_block_format *format, const uint8_t *data, uint64_t bytes)
{
    float value[1024];
    const size_t most = sizeof value / sizeof *value / format->weights;
    const uint8_t *end = data + bytes;
    bool wild = false;

    while (data < end && !wild) {
        const size_t left = (size_t)(end - data) / format->bytes, blocks = left < most ? left : most;
        format->floats(data, blocks, value);
        for (size_t i = 0; i < blocks * format->weights; i++)
            wild |= !(fabsf(value[i]) <= TERN_BLOCK_LIMIT);
        data += blocks * format->bytes;
    }
    return !wild;
}
