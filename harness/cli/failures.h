/*
 * failures.h - which cases that are wrong are told of: one mistake in a kernel makes hundreds of its edge cases wrong,
 * and the first few say as much as all.
 */
#ifndef TERN_FAILURES_H
#define TERN_FAILURES_H

#include "kernel.h"
#include "record/results.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct tern_failing {
    const tern_kernel *kernel;
    size_t wrong; /* of its cases */
} tern_failing;

/* All zero: nothing is wrong yet. */
typedef struct tern_failures {
    TERN_LIST_OF(tern_failing) kernels;
    bool all; /* are told of */
} tern_failures;

/* One more case of the kernel is wrong. Whether it is told of. */
bool tern_failures_take(tern_failures *failures, const tern_kernel *kernel);

/* Says of each kernel how many more there are, to standard error, and frees. */
void tern_failures_end(tern_failures *failures);

#endif
