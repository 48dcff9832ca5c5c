/*
 * verify.h - is what the loop will call exact: this kernel, on these packed weights, for these numbers of tokens?
 *
 * Y = X W^T is projected on random 64-bit r_n (Freivalds, 1977): sum over n of r_n y[n][m] must equal sum over k of
 * u_k w[m][k], with u_k = sum over n of r_n x[n][k], all modulo 2^64. It costs as much as one token, whatever N is. A
 * Y that is wrong passes with a probability below 2^-32 a row; with one token r is 1, and nothing wrong passes.
 */
#ifndef TERN_VERIFY_H
#define TERN_VERIFY_H

#include "decode/loop/model.h"
#include "record/verdict.h"

/*
 * Calls each product of layer `layer` for each number of tokens. finding becomes EXACT, or says in its reason which
 * product is wrong, with how many tokens and from which row on. Uses temporary heap. Fails only when memory is short
 * (TERN_ENVIRONMENT), or when the kernel refuses a shape (TERN_USAGE).
 */
tern_status tern_verify_layer(const tern_model *model, const tern_weights *weights, uint32_t layer,
                              const uint32_t *tokens, size_t counts, tern_team *team, tern_finding *finding,
                              tern_error *error);

#endif
