/*
 * vocabulary.h - the tokens of a GGUF file, found by id and by text. Of the tokenizer's files, and of who writes a
 * vocabulary.
 */
#ifndef TERN_VOCABULARY_H
#define TERN_VOCABULARY_H

#include "model/gguf.h"

#define TERN_NO_TOKEN UINT32_MAX

/* token_type, as the file numbers them. */
typedef enum tern_token_type {
    TERN_TOKEN_NORMAL = 1,
    TERN_TOKEN_UNKNOWN,
    TERN_TOKEN_CONTROL,
    TERN_TOKEN_USER,
    TERN_TOKEN_UNUSED,
    TERN_TOKEN_BYTE
} tern_token_type;

/* A table of texts that is searched by text: order holds indices, sorted. Texts stay in the file. */
typedef struct tern_texts {
    tern_gguf_text *text;
    uint32_t *order;
    uint32_t count;
} tern_texts;

/* Reads an array of texts. False when it is no such array, or memory is short. */
bool tern_texts_read(tern_texts *texts, const tern_gguf_value *value);
void tern_texts_free(tern_texts *texts);

/* The index of a text, the lowest where it is there twice; TERN_NO_TOKEN when it is not. */
uint32_t tern_texts_find(const tern_texts *texts, const char *text, size_t length);

/* What a file says of its tokens. It points into the file. */
typedef struct tern_vocabulary {
    tern_texts tokens, merges; /* merges: of BPE, "left right", by rank */
    const uint8_t *score;      /* of SentencePiece: floats; NULL: none */
    const uint8_t *type;       /* int32; NULL: all normal */
    bool is_bpe, adds_start, adds_space;
    bool is_llama3;    /* BPE: how words are cut; a word that is a token is not cut further */
    uint32_t *special; /* ids of tokens that a text names: control, user's and unknown; the longest first */
    uint32_t specials;
    uint32_t start, unknown; /* TERN_NO_TOKEN: none */
} tern_vocabulary;

tern_token_type tern_token_type_of(const tern_vocabulary *vocabulary, uint32_t id);

/* Fills special. False when memory is short. */
bool tern_specials_read(tern_vocabulary *vocabulary);

/* Ids as they come out. */
typedef struct tern_ids {
    uint32_t *id;
    size_t count, max;
    bool overflow;
} tern_ids;

void tern_ids_add(tern_ids *ids, uint32_t id);

/*
 * Encodes a text in which tokens may be named: each special one is found wherever it stands, the longest first, and the
 * text between them goes through the encoder of its kind. False when memory is short.
 */
bool tern_specials_encode(const tern_vocabulary *vocabulary, const char *text, size_t length, tern_ids *ids);

/* Encode `length` bytes of plain text and add their ids. False when memory is short. */
bool tern_spm_encode(const tern_vocabulary *vocabulary, const char *text, size_t length, tern_ids *ids);
bool tern_bpe_encode(const tern_vocabulary *vocabulary, const char *text, size_t length, tern_ids *ids);

/* The bytes of a token, at most `bytes`. Return their number. */
size_t tern_spm_decode(const tern_vocabulary *vocabulary, uint32_t id, char *out, size_t bytes);
size_t tern_bpe_decode(const tern_vocabulary *vocabulary, uint32_t id, char *out, size_t bytes);

/* Symbols of a text while neighbours are joined: a list, so that joining costs nothing. */
typedef struct tern_symbol {
    uint32_t begin, length;  /* within the text; length 0: joined to the one before */
    uint32_t next, previous; /* TERN_NO_TOKEN: none */
} tern_symbol;

/* The symbol of these bytes, linked to those before and after it, of which there are `count`. */
tern_symbol tern_symbol_at(uint32_t index, uint32_t count, uint32_t begin, uint32_t length);

/*
 * Joins neighbours as long as any can be, the pair of lowest order first, of equal ones the leftmost. join() tells
 * whether these bytes can be joined, and their order. n log n of the number of symbols. False when memory is short.
 */
typedef bool tern_join_fn(const tern_vocabulary *vocabulary, const char *left, size_t left_bytes, size_t right_bytes,
                          double *order);
bool tern_symbols_join(const tern_vocabulary *vocabulary, const char *text, tern_symbol *symbol, uint32_t count,
                       tern_join_fn *join);

/* Bytes of the first word of a text that is not empty, as Llama 3's or GPT-2's pattern cuts it. */
size_t tern_word_bytes(bool llama3, const char *text, size_t length);

/* Bytes of the UTF-8 character that begins here, 1 for what is none. */
size_t tern_utf8_bytes(const char *text, size_t length);

#endif
