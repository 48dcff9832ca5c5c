/*
 * narrow.h - what narrow.c and the instruction sets' narrow_*.h share. Each of these has narrow_add(), which adds to
 * sum[r] what the indices of the rows of a panel name in a table; `shuffles` is a constant where it is called.
 */
#ifndef TERN_TMAC_NARROW_H
#define TERN_TMAC_NARROW_H

#include "tmac.h"

#define NARROW_INLINE static inline __attribute__((always_inline))

enum { NARROW_ENTRY = 2 * TERN_TMAC_SHUFFLE }; /* bytes of a table for one shuffle: low ones, then high ones */

/* A sum is high << shift | low; both stay within a byte when so many groups are added. */
typedef struct narrow_split {
    int shift;
    size_t groups;
} narrow_split;

/* Sums of bytes that a row of a K block has at most: the shortest group, and the fewest that are added as bytes. */
enum { NARROW_ROUNDS = TERN_TMAC_COLUMNS / 2 / 3 };

#endif
