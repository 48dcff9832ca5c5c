/*
 * token_choice.h - the next token from logits: the largest, or a seeded choice among the top k that together reach
 * probability p.
 */
#ifndef TERN_TOKEN_CHOICE_H
#define TERN_TOKEN_CHOICE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

typedef struct tern_token_choice_options {
    double temperature; /* 0: greedy, the lowest id among equals; else from 0.001 to 1000 */
    uint32_t top_k;     /* 0: all */
    double top_p;       /* of the weight of those k; 1: all */
    uint64_t seed;
} tern_token_choice_options;

typedef struct tern_token_choice tern_token_choice;

/* TERN_USAGE when an option is out of range. */
tern_status tern_token_choice_check(const tern_token_choice_options *options, tern_error *error);

/* The same, and a sampler. Free with tern_token_choice_free(). */
tern_status tern_token_choice_new(tern_token_choice **sampler, const tern_token_choice_options *options,
                                  uint32_t vocabulary, tern_error *error);
void tern_token_choice_free(tern_token_choice *sampler);

/* The choice is a function of logits, seed, sequence and step alone. Allocates nothing. */
uint32_t tern_token_choice_next(tern_token_choice *sampler, const float *logits, uint32_t sequence, uint64_t step);

#endif
