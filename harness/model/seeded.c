/*
 * Every row of every matrix has a key of its own, 64 bits mixed from seed and place by the finaliser of SplitMix64
 * (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014). Number i of a row mixes i with the
 * key in two rounds of 32-bit multiply and shift (the constants are Wellons' lowbias32), since those are what vector
 * instructions have, and gives two trits: 16 bits each, compared with two thresholds. One body is compiled for several
 * vector lengths; integers come out the same.
 *
 * Scales keep activations near 1: q, k, v, gate and up give what they get; o and down 1 / sqrt(2 layers) of it, since
 * they are added up. A factor of up to a tenth differs from matrix to matrix, so that none can pass for another. Scales
 * have 8 significant bits and table values 11, so that every format of a file holds them exactly.
 */
#include "model/weights.h"

#include "base/random.h"
#include "kernel.h"
#include "machine/isa.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAIRS = 32, BLOCK = 2 * PAIRS /* trits */ };

typedef void fill_fn(uint64_t key, int32_t zeros, size_t columns, int8_t *w);

typedef struct seeded {
    uint64_t key;
    double p0;
    int32_t zeros; /* 16 random bits as a signed number make a 0 when they are in [-zeros, zeros) */
    fill_fn *fill;
} seeded;

/* What a key is for. */
typedef enum stream { STREAM_TRITS, STREAM_SCALE, STREAM_NORM, STREAM_TABLE } stream;

static uint64_t key_of(const seeded *s, stream purpose, uint64_t layer, uint64_t which, uint64_t row)
{
    return tern_random_mix(tern_random_mix(tern_random_mix(s->key + (uint64_t)purpose) + (layer << 8 | which)) + row);
}

static inline uint32_t mix_pair(uint32_t i, uint32_t low, uint32_t high)
{
    uint32_t z = i * 0x9E3779B9u + low;

    z = (z ^ (z >> 16)) * 0x7FEB352Du + high;
    z = (z ^ (z >> 15)) * 0x846CA68Bu;
    return z ^ (z >> 16);
}

static inline int8_t trit(int16_t random, int32_t zeros)
{
    return (int8_t)((random >= zeros) - (random < -zeros));
}

static inline __attribute__((always_inline)) void fill_block(uint64_t key, uint32_t first, int32_t zeros, int8_t *w)
{
    for (uint32_t i = 0; i < PAIRS; i++) {
        const uint32_t random = mix_pair(first + i, (uint32_t)key, (uint32_t)(key >> 32));
        w[i] = trit((int16_t)random, zeros);
        w[PAIRS + i] = trit((int16_t)(random >> 16), zeros);
    }
}

static inline __attribute__((always_inline)) void fill_row(uint64_t key, int32_t zeros, size_t columns, int8_t *w)
{
    const size_t whole = columns / BLOCK;

    for (size_t block = 0; block < whole; block++)
        fill_block(key, (uint32_t)block * PAIRS, zeros, w + block * BLOCK);
    if (columns % BLOCK != 0) {
        int8_t last[BLOCK];
        fill_block(key, (uint32_t)whole * PAIRS, zeros, last);
        memcpy(w + whole * BLOCK, last, columns % BLOCK);
    }
}

static void fill_portable(uint64_t key, int32_t zeros, size_t columns, int8_t *w)
{
    fill_row(key, zeros, columns, w);
}

#if defined(__x86_64__)

__attribute__((target("avx2,fma"))) static void fill_avx2(uint64_t key, int32_t zeros, size_t columns, int8_t *w)
{
    fill_row(key, zeros, columns, w);
}

__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) static void fill_avx512(uint64_t key, int32_t zeros,
                                                                                      size_t columns, int8_t *w)
{
    fill_row(key, zeros, columns, w);
}

static fill_fn *best_fill(void)
{
    const uint32_t isa = tern_isa_detect();

    return isa & TERN_ISA_AVX512 ? fill_avx512 : isa & TERN_ISA_AVX2 ? fill_avx2 : fill_portable;
}

#else

static fill_fn *best_fill(void)
{
    return fill_portable;
}

#endif

static void trits(const tern_weights *weights, uint32_t layer, tern_matrix matrix, size_t begin, size_t end, int8_t *w)
{
    const seeded *s = weights->state;
    const size_t columns = tern_geometry_columns(&weights->geometry, matrix);

    for (size_t row = begin; row < end; row++, w += columns)
        s->fill(key_of(s, STREAM_TRITS, layer, matrix, row), s->zeros, columns, w);
}

/* Rounds to 8 significant bits. */
static float rounded(double value)
{
    int exponent;
    const double fraction = frexp(value, &exponent);

    return (float)ldexp(nearbyint(ldexp(fraction, 8)), exponent - 8);
}

static float scale(const tern_weights *weights, uint32_t layer, tern_matrix matrix)
{
    const seeded *s = weights->state;
    const tern_geometry *g = &weights->geometry;
    const double variance = (double)tern_geometry_columns(g, matrix) * (1.0 - s->p0);
    const bool added_up = matrix == TERN_MATRIX_O || matrix == TERN_MATRIX_DOWN;
    const double factor = 1.0 + 0.1 * (double)(key_of(s, STREAM_SCALE, layer, matrix, 0) >> 56) / 256.0;

    return rounded(factor / sqrt(fmax(variance, 1.0) * (added_up ? 2.0 * g->layers : 1.0)));
}

static void norm(const tern_weights *weights, uint32_t layer, tern_norm which, float *gain)
{
    const seeded *s = weights->state;
    const size_t size = tern_geometry_norm_size(&weights->geometry, which);
    const uint64_t key = key_of(s, STREAM_NORM, layer, which, 0);

    for (size_t i = 0; i < size; i++)
        gain[i] = 1.0f + ((float)(tern_random_mix(key + i) >> 56) - 128.0f) / 1024.0f;
}

/* The sum of 8 random bytes, less its mean: nearly normal, of standard deviation 209. */
static inline int32_t nearly_normal(uint64_t random)
{
    const uint64_t even = random & 0x00FF00FF00FF00FFu, odd = random >> 8 & 0x00FF00FF00FF00FFu;

    return (int32_t)((even + odd) * 0x0001000100010001u >> 48) - 1020;
}

/*
 * Embeddings have a standard deviation of 0.8; the head one that makes it 0.8 for logits, so that a choice is neither
 * certain nor arbitrary. Where both are one table it is the head's, or every token would be followed by itself.
 */
static void rows(const tern_weights *weights, tern_table table, size_t begin, size_t end, float *value)
{
    const seeded *s = weights->state;
    const tern_geometry *g = &weights->geometry;
    const bool head = table == TERN_TABLE_HEAD || g->tied_head;
    const float unit = (float)ldexp(1.0, -8 - (head ? (int)lround(0.5 * log2(g->hidden)) : 0));

    for (size_t row = begin; row < end; row++, value += g->hidden) {
        const uint64_t key = key_of(s, STREAM_TABLE, 0, head ? TERN_TABLE_HEAD : TERN_TABLE_EMBEDDING, row);
        for (size_t i = 0; i < g->hidden; i++)
            value[i] = unit * (float)nearly_normal(tern_random_mix(key + i));
    }
}

static void close_seeded(tern_weights *weights)
{
    free(weights->state);
}

tern_status tern_weights_seeded(tern_weights *weights, const tern_geometry *geometry, uint64_t seed, double p0,
                                tern_error *error)
{
    memset(weights, 0, sizeof *weights);
    if (!(p0 >= 0.0 && p0 <= 1.0))
        return tern_error_set(error, TERN_USAGE, "P(0) is a share from 0 to 1, not %g", p0);
    seeded *s = malloc(sizeof *s);
    if (s == NULL)
        return tern_error_memory(error, "seeded weights", sizeof *s);
    *s = (seeded){.key = tern_random_mix(seed), .p0 = p0, .zeros = (int32_t)lround(32768.0 * p0), .fill = best_fill()};
    *weights = (tern_weights){.geometry = *geometry,
                              .state = s,
                              .trits = trits,
                              .scale = scale,
                              .norm = norm,
                              .rows = rows,
                              .close = close_seeded};
    snprintf(weights->source, sizeof weights->source, "seed %llu, P(0) %g", (unsigned long long)seed, p0);
    return TERN_OK;
}
