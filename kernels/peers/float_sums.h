/*
 * float_sums.h - up to which K a library that adds floats is exact. Floats add integers exactly as long as every
 * partial sum, in whatever order, stays below 2^24: and none is above 128 K.
 */
#ifndef TERN_PEERS_FLOAT_SUMS_H
#define TERN_PEERS_FLOAT_SUMS_H

enum { MOST_K_IN_FLOATS = (1 << 24) / 128 - 1 };

#define FLOATS_REFUSE "sums in floats are exact up to K = 131071 only"

#endif
