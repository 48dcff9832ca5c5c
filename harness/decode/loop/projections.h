/*
 * projections.h - is what the loop computes right, on the activations that it has?
 *
 * Each product has a projection (check/projection.h), computed once from the model's own weights. A call is held
 * against it for M + K multiply-adds, where the product has M * K.
 */
#ifndef TERN_PROJECTIONS_H
#define TERN_PROJECTIONS_H

#include "decode/loop/model.h"
#include "record/verdict.h"

typedef struct tern_projections tern_projections;

/*
 * Projects every product of every layer, shared by the team: a second time through the weights, and K values of 8 bytes
 * kept for each product. TERN_ENVIRONMENT when memory is short. Free with tern_projections_free().
 */
tern_status tern_projections_new(tern_projections **answers, const tern_model *model, const tern_weights *weights,
                                 tern_team *team, tern_error *error);
void tern_projections_free(tern_projections *answers);

/*
 * Looks at one token of a call, x (shape.n x K) and y (shape.n x M), if it is this call's turn: small products always
 * are, large ones at random in one of four, others in each process, so that the cost stays below 1 % of theirs. Keeps
 * the first that is wrong.
 */
void tern_projections_look(tern_projections *answers, uint32_t layer, size_t part, tern_shape shape, const int8_t *x,
                           const int32_t *y);

/* Whether all were right so far; if not, finding becomes MISMATCH and says which layer and product. */
bool tern_projections_right(const tern_projections *answers, tern_finding *finding);

#endif
