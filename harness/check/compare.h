/*
 * compare.h - is Y the expected one; if not, how far off, where, and what does the pattern point at?
 */
#ifndef TERN_CHECK_COMPARE_H
#define TERN_CHECK_COMPARE_H

#include "kernel.h"
#include "record/verdict.h"

/* What a kernel made of W and X beside what is expected, in arrays as kernel.h lays them out. */
typedef struct tern_answer {
    tern_shape shape;
    const int8_t *w, *x;
    const int32_t *expected, *got;
    int32_t untouched; /* what Y held before the call */
} tern_answer;

/*
 * Sets every field of finding but reason: verdict to EXACT or MISMATCH, counts, errors, the first differences, and a
 * hint when one hypothesis explains them all.
 */
void tern_compare(const tern_answer *c, tern_finding *finding);

#endif
