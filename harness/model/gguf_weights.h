/*
 * gguf_weights.h - weights from a GGUF file that is parsed already.
 */
#ifndef TERN_GGUF_WEIGHTS_H
#define TERN_GGUF_WEIGHTS_H

#include "model/gguf.h"
#include "model/weights.h"

/*
 * Takes gguf over, whatever is returned. Holds every tensor that the geometry asks for against its shape, every code
 * and scale of ternary tensors against its format, and refuses tensors that it would leave aside, so that nothing can
 * fail later. TERN_USAGE says what is wrong.
 */
tern_status tern_gguf_weights(tern_weights *weights, tern_gguf *gguf, tern_error *error);

#endif
