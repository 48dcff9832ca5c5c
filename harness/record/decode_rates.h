/*
 * decode_rates.h - what follows from what was measured.
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
 * What a step of so many layers reads: weights, norms, head, and on average the keys and values that it sees, of all
 * sequences. A block of a prompt reads the same without those.
 */
double tern_decode_step_bytes(const tern_decode_record *record, uint32_t layers);

/*
 * The most tokens a second that reading allows, at the rate at which as many bytes as a step's are read again and
 * again, if that was measured, and at memory's otherwise; and that multiply-adds allow. NaN = not measured.
 */
double tern_decode_read_limit(const tern_decode_record *record, const tern_phase *phase);
double tern_decode_multiply_limit(const tern_decode_record *record, const tern_phase *phase);

/*
 * (n p + n (n - 1) / 2) / (p + n - 1): tokens that go through the layers without a cache, over those with it, for n
 * tokens after p.
 */
double tern_decode_cache_ratio(uint32_t p, uint32_t n);

#endif
