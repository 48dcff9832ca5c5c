/*
 * data.h - the numbers that fill W and X: a function of seed, pattern and position, and of nothing else.
 */
#ifndef TERN_DATA_H
#define TERN_DATA_H

#include "plan/case.h"

/* Fills w with M*K trits. */
void tern_data_fill_w(const tern_data *data, tern_shape shape, int8_t *w);

/* Fills x with N*K int8. */
void tern_data_fill_x(const tern_data *data, tern_shape shape, int8_t *x);

#endif
