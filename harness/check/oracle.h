/*
 * oracle.h - the right Y, from the definition alone.
 */
#ifndef TERN_ORACLE_H
#define TERN_ORACLE_H

#include "base/error.h"
#include "kernel.h"

/*
 * Computes y[n*M + m] = sum over k of x[n*K + k] * w[m*K + k] from W (M x K) and X (N x K) as kernel.h lays them out.
 * Shares no code with any kernel. K must be at most TERN_MAX_K, so that int32 holds every sum and partial sum. Large
 * products are shared by as many threads as there are CPUs for this process; none of them is left when it returns.
 * TERN_NOTHING: the program was asked to end.
 */
tern_status tern_oracle_fill(tern_shape shape, const int8_t *w, const int8_t *x, int32_t *y, tern_error *error);

/* Fills sum[m] with the sum of row m of W (M x K). */
void tern_oracle_row_sums(tern_shape shape, const int8_t *w, int32_t *sum);

#endif
