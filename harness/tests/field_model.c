#include "field_numbers.h"

#include <string.h>

enum { SHARDS = 3, BLOCK = 256 };

/* Two layers that a plain decoder runs in no time, and whose rows are several blocks. */
#define SMALL                                                                                                          \
    .name = "small", .layers = 2, .kv_heads = 2, .head_dim = 64, .context = 32, .rope_base = 10000.0, .epsilon = 1e-5
#define TRILM                                                                                                          \
    SMALL, .heads = 8, .hidden = 512, .ffn = 768, .vocabulary = 64, .activation = TERN_SWIGLU, .rope = TERN_ROPE_PAIRS
#define BITNET                                                                                                         \
    SMALL, .heads = 4, .hidden = 256, .ffn = 512, .vocabulary = 320, .activation = TERN_RELU2,                         \
           .rope = TERN_ROPE_HALVES, .sub_norms = true, .tied_head = true
#define ODD                                                                                                            \
    SMALL, .heads = 4, .hidden = 256, .ffn = 340, .vocabulary = 64, .activation = TERN_SWIGLU,                         \
           .rope = TERN_ROPE_HALVES, .sub_norms = true

const field_model field_models[] = {
    {"quantised", "llama", FIELD_TQ2_0, FIELD_Q4_K, FIELD_Q6_K, FIELD_ONE, FIELD_NO_WORDS, NULL, 1, {TRILM}, 1},
    {"quantised-tq1", "llama", FIELD_TQ1_0, FIELD_Q4_K, FIELD_Q6_K, FIELD_ONE, FIELD_NO_WORDS, NULL, 1, {TRILM}, 2},
    {"trilm", "llama", FIELD_TQ2_0, FIELD_F16, FIELD_F16, FIELD_SHARDS, FIELD_NO_WORDS, NULL, 1, {TRILM}, 3},
    {"trilm-tq1", "llama", FIELD_TQ1_0, FIELD_Q4_K, FIELD_Q6_K, FIELD_SHARDS, FIELD_NO_WORDS, NULL, 1, {TRILM}, 4},
    {"trilm-f16", "llama", FIELD_F16, FIELD_F16, FIELD_F16, FIELD_SHARDS, FIELD_NO_WORDS, NULL, 1, {TRILM}, 5},
    {"rows", "llama", FIELD_BF16, FIELD_BF16, FIELD_Q8_0, FIELD_ROWS, FIELD_NO_WORDS, NULL, 1, {TRILM}, 6},
    {"blocks", "llama", FIELD_TQ2_0, FIELD_F32, FIELD_Q6_K, FIELD_BLOCKS, FIELD_NO_WORDS, NULL, 1, {TRILM}, 7},
    {"fall-back", "bitnet", FIELD_TQ2_0, FIELD_Q4_K, FIELD_Q6_K, FIELD_ONE, FIELD_NO_WORDS, NULL, 1, {ODD}, 8},
    {"f32", "bitnet", FIELD_F32, FIELD_F16, FIELD_F16, FIELD_ONE, FIELD_NO_WORDS, NULL, 1, {ODD}, 9},
    {"2b4t", "bitnet-b1.58", FIELD_I2_S, FIELD_F16, FIELD_F16, FIELD_ONE, FIELD_LLAMA3, NULL, 1, {BITNET}, 10},
    {"falcon-e",
     "bitnet-b1.58",
     FIELD_I2_S,
     FIELD_F16,
     FIELD_F16,
     FIELD_ONE,
     FIELD_LLAMA3,
     "falcon_e",
     1,
     {BITNET},
     11},
    {"gpt-2", "bitnet-b1.58", FIELD_I2_S, FIELD_F16, FIELD_F16, FIELD_ONE, FIELD_LLAMA3, "gpt-2", 1, {BITNET}, 12},
    {"spm", "bitnet-25", FIELD_TQ2_0, FIELD_Q4_K, FIELD_Q4_K, FIELD_ONE, FIELD_SPM, "default", 1, {BITNET}, 13},
    {"arm", "bitnet-b1.58", FIELD_I2_S_ARM, FIELD_F16, FIELD_F16, FIELD_ONE, FIELD_NO_WORDS, NULL, 1, {BITNET}, 14},
    {"split", "llama", FIELD_TQ2_0, FIELD_Q4_K, FIELD_Q6_K, FIELD_SHARDS, FIELD_NO_WORDS, NULL, 3, {TRILM}, 15},
    {.name = NULL},
};

const field_model *field_model_named(const char *name)
{
    for (const field_model *m = field_models; m->name != NULL; m++)
        if (strcmp(m->name, name) == 0)
            return m;
    return NULL;
}

/* The finaliser of splitmix64 (Steele, Lea, Flood, 2014). */
static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint64_t random_of(const field_model *m, uint64_t purpose, uint64_t which, uint64_t at)
{
    return mix(mix(mix(m->seed * 16 + purpose) + which) + at);
}

enum { OF_TRITS, OF_SCALE, OF_NORM, OF_EMBEDDING, OF_HEAD };

static uint64_t key_of(uint32_t layer, tern_matrix matrix)
{
    return (uint64_t)layer * TERN_MATRICES + matrix;
}

/* Sixteen at a time, four bits each: 5 of 16 are -1, 5 are 1. */
void field_trits(const field_model *m, uint32_t layer, tern_matrix matrix, size_t row, size_t columns, int8_t *w)
{
    for (size_t i = 0; i < columns; i += 16) {
        uint64_t random = random_of(m, OF_TRITS, key_of(layer, matrix), (uint64_t)row << 32 | i);
        for (size_t j = i; j < i + 16 && j < columns; j++, random >>= 4)
            w[j] = (int8_t)(((random & 15) > 10) - ((random & 15) < 5));
    }
}

/* Four bits and a power of two, so that every type of float holds it exactly. */
float field_scale(const field_model *m, uint32_t layer, tern_matrix matrix, size_t row, size_t column)
{
    const size_t rows = tern_geometry_rows(&m->geometry, matrix), columns = tern_geometry_columns(&m->geometry, matrix);
    const bool along_columns = matrix == TERN_MATRIX_O || matrix == TERN_MATRIX_DOWN;
    uint64_t group = 0;
    float unit = 0x1p-4F;

    /* A third of the columns ends with a block, as the machines' shares did. */
    const size_t share = (columns / BLOCK + SHARDS - 1) / SHARDS * BLOCK;
    switch (m->scales) {
    case FIELD_ONE:
        break;
    case FIELD_ROWS:
        group = row;
        break;
    case FIELD_SHARDS:
        group = along_columns ? column / (share == 0 ? columns : share) : row * SHARDS / rows;
        break;
    case FIELD_BLOCKS:
        group = row * columns + column / BLOCK;
        break;
    }
    for (size_t k = 256; k < columns; k *= 4) /* about 1 / sqrt(columns) */
        unit /= 2;
    return unit * (float)(8 + random_of(m, OF_SCALE, key_of(layer, matrix), group) % 8) / 8;
}

double field_model_scale(const tern_weights *weights, uint32_t layer, tern_matrix matrix, size_t row, size_t column)
{
    return (double)field_scale(weights->state, layer, matrix, row, column);
}

float field_gain(const field_model *m, uint32_t layer, tern_norm norm, size_t i)
{
    return 1.0F + (float)(int)(random_of(m, OF_NORM, (uint64_t)layer * TERN_NORMS + norm, i) % 64) / 256.0F;
}

/* Blocks of tables: what they say, and its bytes. */

void field_put_half(uint8_t *at, uint32_t half)
{
    at[0] = (uint8_t)half;
    at[1] = (uint8_t)(half >> 8);
}

/* A half of that exponent, and a mantissa of four bits. */
static uint32_t half_at(int exponent, uint32_t sixteenths)
{
    return (uint32_t)(15 + exponent) << 10 | sixteenths << 6;
}

static float half_value(uint32_t half)
{
    float value = 1.0F + (float)(half & 1023) / 1024.0F;

    for (int exponent = (int)(half >> 10) - 15; exponent != 0; exponent += exponent < 0 ? 1 : -1)
        value = exponent < 0 ? value / 2 : value * 2;
    return value;
}

/* Scale and minimum 6 bits each for 32 codes: four of eight in whole bytes, of the others the high bits above those. */
static void block_q4_k(uint64_t key, uint8_t *out, float *value)
{
    const uint32_t d = half_at(-11, key & 15), least = half_at(-8, key >> 4 & 15);
    uint8_t scale[8], minimum[8];

    memset(out, 0, 144);
    field_put_half(out, d);
    field_put_half(out + 2, least);
    for (unsigned i = 0; i < 8; i++) {
        scale[i] = (uint8_t)(20 + mix(key + i) % 44);
        minimum[i] = (uint8_t)(20 + mix(key + 8 + i) % 44);
    }
    for (unsigned i = 0; i < 4; i++) {
        out[4 + i] = (uint8_t)(scale[i] | (scale[4 + i] >> 4) << 6);
        out[8 + i] = (uint8_t)(minimum[i] | (minimum[4 + i] >> 4) << 6);
        out[12 + i] = (uint8_t)((scale[4 + i] & 15) | (minimum[4 + i] & 15) << 4);
    }
    for (unsigned i = 0; i < 256; i++) {
        const unsigned code = mix(key + 100 + i) & 15, part = i / 32;
        out[16 + i / 64 * 32 + i % 32] |= (uint8_t)(code << (part % 2 == 0 ? 0 : 4));
        value[i] = half_value(d) * (float)(scale[part] * code) - half_value(least) * (float)minimum[part];
    }
}

static void block_q6_k(uint64_t key, uint8_t *out, float *value)
{
    const uint32_t d = half_at(-12, key & 15);

    memset(out, 0, 210);
    for (unsigned i = 0; i < 16; i++)
        out[192 + i] = (uint8_t)(int8_t)((int)(mix(key + i) % 41) - 20);
    field_put_half(out + 208, d);
    for (unsigned i = 0; i < 256; i++) {
        const unsigned code = mix(key + 100 + i) & 63, half = i / 128, within = i % 128;
        out[half * 64 + within % 64] |= (uint8_t)((code & 15) << (within < 64 ? 0 : 4));
        out[128 + half * 32 + within % 32] |= (uint8_t)((code >> 4) << 2 * (within / 32));
        value[i] = half_value(d) * (float)((int8_t)out[192 + i / 16] * ((int)code - 32));
    }
}

static void block_q8_0(uint64_t key, uint8_t *out, float *value)
{
    const uint32_t d = half_at(-8, key & 15);

    field_put_half(out, d);
    for (unsigned i = 0; i < 32; i++) {
        out[2 + i] = (uint8_t)mix(key + 100 + i);
        value[i] = half_value(d) * (float)(int8_t)out[2 + i];
    }
}

/* Eight bits with a sign, which each type of float holds. */
static void one_float(field_type type, uint64_t key, uint8_t *out, float *value)
{
    const uint32_t random = (uint32_t)mix(key) & 127, sign = (uint32_t)(mix(key) >> 7 & 1);
    const uint32_t bits = sign << 31 | (127u - 1) << 23 | random << 16;

    memcpy(value, &bits, sizeof *value);
    if (type == FIELD_F16)
        field_put_half(out, sign << 15 | (15u - 1) << 10 | random << 3);
    else
        field_put_half(out, type == FIELD_BF16 ? bits >> 16 : bits & 0xFFFF);
    if (type == FIELD_F32)
        field_put_half(out + 2, bits >> 16);
}

static const field_block blocks[] = {{FIELD_F32, 1, 4},       {FIELD_F16, 1, 2},      {FIELD_BF16, 1, 2},
                                     {FIELD_Q8_0, 32, 34},    {FIELD_Q4_K, 256, 144}, {FIELD_Q6_K, 256, 210},
                                     {FIELD_TQ1_0, 256, 54},  {FIELD_TQ2_0, 256, 66}, {FIELD_I2_S, 128, 32},
                                     {FIELD_I2_S_ARM, 64, 16}};

const field_block *field_block_of(field_type type)
{
    const field_block *block = blocks;

    while (block->type != type)
        block++;
    return block;
}

/* A block of a table, its values and its bytes. */
static void table_block(field_type type, uint64_t key, uint8_t *out, float *value)
{
    if (type == FIELD_Q4_K)
        block_q4_k(key, out, value);
    else if (type == FIELD_Q6_K)
        block_q6_k(key, out, value);
    else if (type == FIELD_Q8_0)
        block_q8_0(key, out, value);
    else
        one_float(type, key, out, value);
}

void field_table_row(const field_model *m, tern_table table, size_t row, uint8_t *out, float *value)
{
    const bool head = table == TERN_TABLE_HEAD && !m->geometry.tied_head;
    const field_block *size = field_block_of(head ? m->head : m->embedding);
    uint8_t block[256];

    for (size_t i = 0; i < m->geometry.hidden; i += size->weights) {
        table_block(size->type, random_of(m, head ? OF_HEAD : OF_EMBEDDING, row, i), block, value + i);
        if (out != NULL)
            memcpy(out + i / size->weights * size->bytes, block, size->bytes);
    }
}

/* In memory. */

static void trits(const tern_weights *weights, uint32_t layer, tern_matrix matrix, size_t begin, size_t end, int8_t *w)
{
    const size_t columns = tern_geometry_columns(&weights->geometry, matrix);

    for (size_t row = begin; row < end; row++, w += columns)
        field_trits(weights->state, layer, matrix, row, columns, w);
}

static void norm(const tern_weights *weights, uint32_t layer, tern_norm which, float *gain)
{
    for (size_t i = 0; i < tern_geometry_norm_size(&weights->geometry, which); i++)
        gain[i] = field_gain(weights->state, layer, which, i);
}

static void rows(const tern_weights *weights, tern_table table, size_t begin, size_t end, float *value)
{
    for (size_t row = begin; row < end; row++, value += weights->geometry.hidden)
        field_table_row(weights->state, table, row, NULL, value);
}

void field_model_weights(const field_model *model, tern_weights *weights)
{
    *weights = (tern_weights){
        .geometry = model->geometry, .state = (void *)(uintptr_t)model, .trits = trits, .norm = norm, .rows = rows};
}
