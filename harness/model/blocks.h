/*
 * blocks.h - the block formats of ggml tensors that this program reads and writes: ternary ones as trits with a
 * scale, others as floats.
 *
 *     TQ1_0  256 weights in 54 bytes: 48 bytes of 5 trits (byte i of a part of 32, then of 16, holds elements i,
 *            i + part, ...), 4 bytes of 4 trits, half-precision scale. A byte is ceil(n * 256 / 243), n the base-3
 *            number of its trits + 1, the first the most significant.
 *     TQ2_0  256 weights in 66 bytes: 64 bytes of four 2-bit codes trit + 1 (byte i of each 32 holds elements i,
 *            i + 32, i + 64, i + 96, the first in the low bits), half-precision scale.
 *     I2_S   128 weights in 32 bytes, codes as above, the first in the high bits; after all blocks of the tensor its
 *            scale as a float, and 28 bytes of nothing. bitnet.cpp for ARM has blocks of 64 weights in 16 bytes, and
 *            nothing in the file tells them apart.
 *     Q4_K   256 weights in 144 bytes: half-precision scale and minimum, 12 bytes of a 6-bit scale and a 6-bit minimum
 *            for each 32 weights, 128 bytes of 4-bit codes (byte i of each 32 holds elements i, in the low bits, and
 *            i + 32). A weight is scale * its 32's scale * code less minimum * its 32's minimum.
 */
#ifndef TERN_BLOCKS_H
#define TERN_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* By the numbers of ggml; I2_S is bitnet.cpp's. */
typedef enum tern_block_type {
    TERN_BLOCK_F32 = 0,
    TERN_BLOCK_F16 = 1,
    TERN_BLOCK_Q8_0 = 8,
    TERN_BLOCK_Q4_K = 12,
    TERN_BLOCK_Q6_K = 14,
    TERN_BLOCK_BF16 = 30,
    TERN_BLOCK_TQ1_0 = 34,
    TERN_BLOCK_TQ2_0 = 35,
    TERN_BLOCK_I2_S = 36,
    TERN_BLOCK_I2_S_OF_64 = 1 << 16 | 36 /* in no file: what a reader makes of I2_S that it is told of */
} tern_block_type;

typedef struct tern_block_format {
    const char *name; /* "tq1_0" */
    tern_block_type type;
    bool ternary;
    uint32_t
        file_type; /* general.file_type of a file that consists mostly of these; 0 where this program writes none */
    uint32_t weights, bytes; /* of a block */
    uint32_t tail_bytes;     /* after all blocks of a tensor */

    /* One block. Ternary: codes to trits and back; the scale is dealt with apart. NULL: not this way. */
    void (*trits)(const uint8_t *block, int8_t *w);
    void (*encode)(const int8_t *w, uint8_t *block);
    /* `blocks` blocks that follow one another. */
    void (*floats)(const uint8_t *block, size_t blocks, float *value);
    /* Whether every code is one. NULL: all are. */
    bool (*legal)(const uint8_t *block);
    int32_t scale_at; /* of the half-precision scale within a block; -1: none */
} tern_block_format;

/* NULL for types that this program does not read. */
const tern_block_format *tern_block_format_of(uint32_t type);
const tern_block_format *tern_block_format_named(const char *name);

/*
 * What the number of a type stands for, whether it is read or not: "q4_0"; "tl2 of bitnet.cpp, or mxfp4" for one that
 * two programs use for different things. NULL: unknown.
 */
const char *tern_block_type_name(uint32_t type);

/*
 * Bytes of a tensor of 1 to 4 dimensions, the fastest first. False: unknown type, rows that are no whole blocks, or
 * more than 2^60 bytes.
 */
bool tern_block_tensor_bytes(uint32_t type, const uint64_t dim[4], uint64_t *bytes);

/* The largest size of a number in embedding, head and norms: the largest half. */
#define TERN_BLOCK_LIMIT 65504.0F

/* Whether all numbers of a tensor of floats are numbers, and within that limit. */
bool tern_block_tame(const tern_block_format *format, const uint8_t *data, uint64_t bytes);

/* The half-precision scale of a block, of formats that have one. */
float tern_block_scale(const tern_block_format *format, const uint8_t *block);

#endif
