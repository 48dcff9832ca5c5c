/*
 * gguf_model.h - what the metadata of a GGUF file say of the model in it.
 *
 * Architectures as llama.cpp and bitnet.cpp run them: all of bitnet rotate halves, llama rotates pairs, since its
 * converter reorders the rows of q and k for that. bitnet-b1.58 and bitnet-25 (bitnet.cpp) have squared ReLU; bitnet
 * (both) and llama SwiGLU, unless the key hidden_activation says relu2 (llama.cpp, of bitnet). Sub-norms, and a head
 * apart from the embedding, are there when their tensors are.
 */
#ifndef TERN_GGUF_MODEL_H
#define TERN_GGUF_MODEL_H

#include "model/geometry.h"
#include "model/gguf.h"

/*
 * A model that rotates halves and has no sub-norms is a llama model whose rows of q and k are in another order. This
 * program writes it as one, for others to run, and says so by this key, with the value "halves", so as to get back
 * the very rows that it had.
 */
#define TERN_GGUF_ROPE_KEY "ternbench.rope"

/*
 * The geometry, every size of which is within tern_geometry_fault()'s limits. reordered: the rows of q and k are, see
 * above. TERN_USAGE says what is missing, does not fit together, or asks for something that this program does not do:
 * it would give other logits without a word.
 */
tern_status tern_gguf_geometry(const tern_gguf *gguf, tern_geometry *geometry, bool *reordered, tern_error *error);

/*
 * Row `row` of a head's `head_dim`, in the order of halves, stands in a llama file at this row; and the other way
 * round.
 */
size_t tern_gguf_pair_row(uint32_t head_dim, size_t row);
size_t tern_gguf_half_row(uint32_t head_dim, size_t row);

enum { TERN_TENSOR_NAME_BYTES = 64 };

/* "blk.3.attn_q.weight", "blk.3.ffn_sub_norm.weight", "output_norm.weight". Returns name. */
char *tern_gguf_matrix_name(uint32_t layer, tern_matrix matrix, char name[TERN_TENSOR_NAME_BYTES]);
char *tern_gguf_norm_name(uint32_t layer, tern_norm norm, char name[TERN_TENSOR_NAME_BYTES]);

#endif
