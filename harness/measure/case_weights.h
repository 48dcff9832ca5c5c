/*
 * case_weights.h - W of a case, and what tells whether its Y is right. Both are a function of the problem, so that a
 * parent makes them once for all of its processes, which inherit them.
 */
#ifndef TERN_CASE_WEIGHTS_H
#define TERN_CASE_WEIGHTS_H

#include "check/projection.h"
#include "machine/memory.h"
#include "plan/case.h"

/* Starts as zeros. */
typedef struct tern_case_weights {
    tern_memory memory;
    tern_shape shape;
    tern_data data;
    int8_t *w; /* laid out as kernel.h says; NULL: there are none */
    tern_projection projection;
} tern_case_weights;

/* Free with tern_case_weights_free(), whatever is returned; TERN_ENVIRONMENT when memory is short. */
tern_status tern_case_weights_new(tern_case_weights *weights, const tern_case *c, tern_error *error);

/*
 * Makes those of the case out of those that were there, unless they are its own already, and returns them. NULL when a
 * process had better make its own: there is no memory for them, or so many weights that a signal would wait for them.
 */
const tern_case_weights *tern_case_weights_keep(tern_case_weights *weights, const tern_case *c);

/* They are zeros again. */
void tern_case_weights_free(tern_case_weights *weights);

#endif
