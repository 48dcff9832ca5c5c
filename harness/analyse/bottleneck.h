/*
 * bottleneck.h - what costs most, in words.
 */
#ifndef TERN_BOTTLENECK_H
#define TERN_BOTTLENECK_H

#include "record/results.h"

/*
 * What a token waits for most, of the last timed run of the decode loop: "GEMM, 83 % of ...". Without one, what the
 * fastest kernels are near to. Returns text; "" when there is nothing to say.
 */
char *tern_bottleneck_text(const tern_results *results, char *text, size_t bytes);

#endif
