/*
 * problem_key.h - what must be equal for two kernels to be compared: shape, data, threads and cache state.
 *
 * This is the one notion of "the same problem": plans group by it, verdicts are shared by it, reports and pairing
 * compare within it. Data patterns and the cache state are kept as names, so that a record from a program that knows
 * more of them has a key too.
 */
#ifndef TERN_PROBLEM_KEY_H
#define TERN_PROBLEM_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct tern_problem_key {
    size_t m, k, n;
    char w[16], x[16]; /* names of the data patterns */
    double p0;         /* share of zeros in a random W */
    uint64_t seed;
    char sweep[16];   /* name of the list of small cases that this one stands for; "": itself */
    uint32_t threads; /* 0: only checked */
    char cache[8];    /* "hot", "cold", or "": only checked */
} tern_problem_key;

bool tern_problem_key_same(const tern_problem_key *a, const tern_problem_key *b);

/* XXH3; equal for equal keys, and the same on every machine. */
uint64_t tern_problem_key_hash(const tern_problem_key *key);

/* The key without what differs between cases that a report lines up; the keys of all of them are equal then. */
tern_problem_key tern_problem_key_of_any_threads(tern_problem_key key);
tern_problem_key tern_problem_key_of_any_zeros(tern_problem_key key); /* any p0 */

/* The key of W, X and the right Y alone: without threads and cache state. */
tern_problem_key tern_problem_key_of_data(tern_problem_key key);

#endif
