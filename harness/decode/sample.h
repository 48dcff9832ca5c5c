/*
 * sample.h - the next token from logits: the largest, or a seeded choice among the top k that together reach
 * probability p.
 */
#ifndef TERN_SAMPLE_H
#define TERN_SAMPLE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

typedef struct tern_sampler_options {
    double temperature; /* 0: greedy, the lowest id among equals; else from 0.001 to 1000 */
    uint32_t top_k;     /* 0: all */
    double top_p;       /* of the weight of those k; 1: all */
    uint64_t seed;
} tern_sampler_options;

typedef struct tern_sampler tern_sampler;

/* TERN_USAGE when an option is out of range. Free with tern_sampler_free(). */
tern_status tern_sampler_new(tern_sampler **sampler, const tern_sampler_options *options, uint32_t vocabulary,
                             tern_error *error);
void tern_sampler_free(tern_sampler *sampler);

/* The choice is a function of logits, seed, sequence and step alone. Allocates nothing. */
uint32_t tern_sampler_next(tern_sampler *sampler, const float *logits, uint32_t sequence, uint64_t step);

#endif
