/*
 * figures.h - what follows from what was measured.
 */
#ifndef TERN_DECODE_RATES_H
#define TERN_DECODE_RATES_H

#include "record/decode.h"

/*
 * Fills, of a record whose times are of measured_layers layers, the times of all layers; then rates, median and 99th
 * percentile of the steps, and for each phase the bytes and multiply-adds it cannot do without and its share of the
 * nearer roof.
 */
void tern_decode_conclude(tern_decode_record *record);

/*
 * (n p + n (n - 1) / 2) / (p + n - 1): tokens that go through the layers without a cache, over those with it, for n
 * tokens after p.
 */
double tern_decode_cache_ratio(uint32_t p, uint32_t n);

#endif
