/*
 * gguf_model.h - what the metadata of a GGUF file say of the model in it.
 */
#ifndef TERN_GGUF_MODEL_H
#define TERN_GGUF_MODEL_H

#include "decode/geometry.h"
#include "decode/gguf.h"

/* One architecture that this program runs. */
typedef struct tern_architecture {
    const char *name;
    tern_activation activation;
    tern_rope rope;
} tern_architecture;

/*
 * By general.architecture: bitnet has SwiGLU, bitnet-b1.58 and bitnet-25 squared ReLU, all of them rotate halves; llama has SwiGLU and rotates pairs
 * (as its converter reorders q and k). Sub-norms and a head of its own are there when their tensors are. TERN_USAGE says what is missing or does not fit.
 */
tern_status tern_gguf_geometry(const tern_gguf *gguf, tern_geometry *geometry, tern_error *error);

/* The architecture under which a geometry is written; NULL when none has its activation and rotation. */
const tern_architecture *tern_gguf_architecture(const tern_geometry *geometry);

#endif
