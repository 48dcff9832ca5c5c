/*
 * probe_read.h - the reading loop, made anew in each probe's file for the vectors of its instruction set.
 */
#ifndef TERN_PROBE_READ_H
#define TERN_PROBE_READ_H

#include "base/cache_line.h"
#include "machine/probe.h"

/* Defines read_all(), a tern_probe_read_fn, with vectors of VECTOR_BYTES. */
#define TERN_PROBE_DEFINE_READ(VECTOR_BYTES)                                                                           \
    typedef uint64_t vector __attribute__((vector_size(VECTOR_BYTES)));                                                \
                                                                                                                       \
    static uint64_t read_all(const void *data, size_t bytes, size_t ahead)                                             \
    {                                                                                                                  \
        enum { BLOCK = 256, VECTORS = BLOCK / VECTOR_BYTES };                                                          \
        vector sum[4] = {{0}};                                                                                         \
        uint64_t all = 0;                                                                                              \
                                                                                                                       \
        for (const char *at = data, *end = at + bytes; at < end; at += BLOCK) {                                        \
            const vector *block = (const vector *)(const void *)at;                                                    \
            for (size_t line = 0; ahead > 0 && line < BLOCK; line += TERN_CACHE_LINE)                                  \
                __builtin_prefetch(at + ahead + line);                                                                 \
            for (size_t i = 0; i < VECTORS; i++)                                                                       \
                sum[i % 4] ^= block[i];                                                                                \
        }                                                                                                              \
        sum[0] ^= sum[1] ^ sum[2] ^ sum[3];                                                                            \
        for (size_t i = 0; i < VECTOR_BYTES / sizeof(uint64_t); i++)                                                   \
            all ^= sum[0][i];                                                                                          \
        return all;                                                                                                    \
    }

#endif
