/*
 * tokenizer.h - text to token ids and back, by the vocabulary that a GGUF file holds: SentencePiece-style (scores) or
 * byte-level BPE (merges).
 */
#ifndef TERN_TOKENIZER_H
#define TERN_TOKENIZER_H

#include "model/gguf.h"

#include <stddef.h>
#include <stdint.h>

typedef struct tern_tokenizer tern_tokenizer;

/*
 * TERN_USAGE when the file has no vocabulary, or one of another kind. How a byte-level vocabulary cuts words goes by a
 * name: options->pre, else what the file says; where it says nothing, by the kind of vocabulary, and there is a
 * warning.
 */
tern_status tern_tokenizer_gguf(tern_tokenizer **tokenizer, const char *path, const tern_gguf_options *options,
                                tern_error *error);
/* The same for a file that is in memory already, which must outlive the tokenizer. */
tern_status tern_tokenizer_parse(tern_tokenizer **tokenizer, const char *path, const void *file, size_t bytes,
                                 const tern_gguf_options *options, tern_error *error);
void tern_tokenizer_free(tern_tokenizer *tokenizer);

/*
 * Token ids of text, with the leading token that the file asks for. What is the name of a control token or of one that
 * was added (<|eot_id|>, <think>) is that token. Fails with TERN_USAGE when there are more than max.
 */
tern_status tern_tokenizer_encode(const tern_tokenizer *tokenizer, const char *text, uint32_t *id, size_t max,
                                  size_t *count, tern_error *error);

/* Writes the bytes of one token to text, which has room for `bytes`, and a zero. Returns their number without it. */
size_t tern_tokenizer_decode(const tern_tokenizer *tokenizer, uint32_t id, char *text, size_t bytes);

/* NULL, or a sentence of what had to be guessed. */
const char *tern_tokenizer_warning(const tern_tokenizer *tokenizer);

#endif
