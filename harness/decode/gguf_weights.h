/*
 * gguf_weights.h - weights from a GGUF file that is parsed already, and the names that tensors have there.
 */
#ifndef TERN_GGUF_WEIGHTS_H
#define TERN_GGUF_WEIGHTS_H

#include "decode/gguf.h"
#include "decode/weights.h"

enum { TERN_TENSOR_NAME_BYTES = 64 };

/* "blk.3.attn_q.weight", "blk.3.ffn_sub_norm.weight", "output_norm.weight". Returns name. */
char *tern_gguf_matrix_name(uint32_t layer, tern_matrix matrix, char name[TERN_TENSOR_NAME_BYTES]);
char *tern_gguf_norm_name(uint32_t layer, tern_norm norm, char name[TERN_TENSOR_NAME_BYTES]);

/*
 * Takes gguf over, whatever is returned. Holds every tensor that the geometry asks for against its shape, every code of ternary tensors against its format, and
 * the scales within a tensor against each other, so that nothing can fail later. TERN_USAGE says what is wrong.
 */
tern_status tern_gguf_weights(tern_weights *weights, tern_gguf *gguf, tern_error *error);

#endif
