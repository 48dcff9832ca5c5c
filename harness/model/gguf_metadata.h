/*
 * gguf_metadata.h - which architecture a model is written as, and the metadata that say so.
 */
#ifndef TERN_GGUF_METADATA_H
#define TERN_GGUF_METADATA_H

#include "model/blocks.h"
#include "model/geometry.h"

#include <stdio.h>

typedef struct tern_gguf_target {
    const char *architecture;
    bool reordered;    /* the rows of q and k, see gguf_model.h */
    const char *alone; /* NULL, or why only this program can run the file: a constant sentence */
} tern_gguf_target;

/*
 * Every geometry has one. I2_S is for bitnet.cpp, where squared ReLU goes by bitnet-b1.58; the others are for
 * llama.cpp, where it is a key of bitnet. What has no sub-norms is a llama model.
 */
tern_gguf_target tern_gguf_target_of(const tern_geometry *geometry, const tern_block_format *format);

/* The data of tensors begin at multiples of it. */
enum { TERN_GGUF_ALIGNMENT = 32 };

/*
 * Puts the count of metadata, and all of them: sizes, what others need to know, and a vocabulary of SentencePiece
 * kind that has a token for every byte, so that any text is some tokens, and placeholders for the rest. source tells
 * where the weights are from.
 */
void tern_gguf_put_metadata(FILE *stream, const tern_gguf_target *target, const tern_geometry *geometry,
                            const tern_block_format *format, const char *source);

#endif
