/*
 * gguf_write.h - weights written as a GGUF file that llama.cpp or bitnet.cpp can run as well.
 */
#ifndef TERN_GGUF_WRITE_H
#define TERN_GGUF_WRITE_H

#include "model/blocks.h"
#include "model/weights.h"

#include <stdio.h>

/*
 * Writes all of it, tensor by tensor, never more than a few rows in memory: ternary matrices in `format`, norms as
 * F32, embedding and head as F16, and a vocabulary, see gguf_metadata.h. TERN_USAGE: rows that are no whole blocks,
 * or numbers that these forms cannot hold to the last bit; TERN_ENVIRONMENT: the stream cannot take more. progress
 * may be NULL; share is 0..1.
 */
tern_status tern_gguf_write(FILE *stream, const tern_weights *weights, const tern_block_format *format,
                            void (*progress)(void *context, double share), void *context, tern_error *error);

#endif
