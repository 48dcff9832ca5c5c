/*
 * change.h - inputs changed in place, so that the right answer changes with them and follows from what is known
 * already.
 *
 * X becomes -x - 1, which is int8 for every x, and W becomes -w. With Y' for the answer that belongs to the changed
 * inputs:
 *
 *     X changed: Y' = -Y - (row sums of W)      W changed: Y' = -Y      both: Y' = Y + (row sums of W)
 */
#ifndef TERN_CHANGE_H
#define TERN_CHANGE_H

#include "kernel.h"

enum { TERN_CHANGE_X = 1, TERN_CHANGE_W = 2 };

/* Write w (M x K) and x (N x K), changed when the bit is set. */
void tern_change_fill_w(unsigned change, const int8_t *w, size_t count, int8_t *changed);
void tern_change_fill_x(unsigned change, const int8_t *x, size_t count, int8_t *changed);

/* One value of Y' from that of Y and the sum of its row of W. */
int32_t tern_change_value(unsigned change, int32_t y, int32_t row_sum);

#endif
