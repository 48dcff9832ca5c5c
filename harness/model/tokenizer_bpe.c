/*
 * Byte-level BPE: text is cut into words, their bytes become the printable characters that GPT-2 gave them, and
 * neighbours are joined in the order of the file's list of merges.
 */
#include "model/vocabulary.h"

#include <stdlib.h>
#include <string.h>

enum { CHARACTER_BYTES = 2 }; /* of a byte as GPT-2 writes it: below U+0144 */

/* Printable bytes stand for themselves; the others, 0..32, 127..160 and 173, follow one another from U+0100 on. */
static bool is_printable(unsigned byte)
{
    return (byte > 32 && byte < 127) || (byte > 160 && byte != 173);
}

static unsigned code_of(unsigned byte)
{
    return is_printable(byte) ? byte : 256 + (byte <= 32 ? byte : byte <= 160 ? byte - 127 + 33 : 67);
}

static size_t put_character(unsigned code, char *out)
{
    if (code < 128) {
        out[0] = (char)code;
        return 1;
    }
    out[0] = (char)(0xC0 | code >> 6);
    out[1] = (char)(0x80 | (code & 63));
    return 2;
}

/* The byte that a character stands for; -1 for one that stands for none. */
static int byte_of(const char *text, size_t bytes)
{
    const unsigned first = (uint8_t)text[0];
    const unsigned code = bytes == 1 ? first : (first & 31) << 6 | ((uint8_t)text[1] & 63);

    const unsigned other = code - 256;

    if (bytes > CHARACTER_BYTES || code > 256 + 67)
        return -1;
    if (code < 256)
        return is_printable(code) ? (int)code : -1;
    return (int)(other <= 32 ? other : other < 67 ? other - 33 + 127 : 173);
}

static bool joins(const tern_vocabulary *v, const char *left, size_t left_bytes, size_t right_bytes, double *order)
{
    char pair[512];

    if (left_bytes + right_bytes + 1 > sizeof pair)
        return false;
    memcpy(pair, left, left_bytes);
    pair[left_bytes] = ' ';
    memcpy(pair + left_bytes + 1, left + left_bytes, right_bytes);
    const uint32_t rank = tern_texts_find(&v->merges, pair, left_bytes + 1 + right_bytes);
    *order = (double)rank;
    return rank != TERN_NO_TOKEN;
}

/* What was joined and is no token: its characters one by one, and nothing for one that is none either. */
static void add_symbol(const tern_vocabulary *v, const char *text, size_t length, tern_ids *ids)
{
    const uint32_t whole = tern_texts_find(&v->tokens, text, length);

    if (whole != TERN_NO_TOKEN) {
        tern_ids_add(ids, whole);
        return;
    }
    for (size_t at = 0, bytes; at < length; at += bytes) {
        bytes = tern_utf8_bytes(text + at, length - at);
        const uint32_t id = tern_texts_find(&v->tokens, text + at, bytes);
        if (id != TERN_NO_TOKEN)
            tern_ids_add(ids, id);
    }
}

/* text, symbol: room for the word's characters. */
static bool join_word(const tern_vocabulary *v, const char *word, size_t length, char *text, tern_symbol *symbol,
                      tern_ids *ids)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < length; i++) {
        const uint32_t bytes = (uint32_t)put_character(code_of((uint8_t)word[i]), text + at);
        symbol[i] = tern_symbol_at(i, (uint32_t)length, at, bytes);
        at += bytes;
    }
    const uint32_t whole = v->is_llama3 ? tern_texts_find(&v->tokens, text, at) : TERN_NO_TOKEN;
    if (whole != TERN_NO_TOKEN) {
        tern_ids_add(ids, whole);
        return true;
    }
    if (!tern_symbols_join(v, text, symbol, (uint32_t)length, joins))
        return false;
    for (uint32_t i = 0; i != TERN_NO_TOKEN; i = symbol[i].next)
        add_symbol(v, text + symbol[i].begin, symbol[i].length, ids);
    return true;
}

static bool add_word(const tern_vocabulary *v, const char *word, size_t length, tern_ids *ids)
{
    char *text = malloc(CHARACTER_BYTES * length);
    tern_symbol *symbol = malloc(length * sizeof *symbol);
    const bool done = text != NULL && symbol != NULL && join_word(v, word, length, text, symbol, ids);

    free(text);
    free(symbol);
    return done;
}

bool tern_bpe_encode(const tern_vocabulary *v, const char *text, size_t length, tern_ids *ids)
{
    for (size_t at = 0; at < length;) {
        const size_t bytes = tern_word_bytes(v->is_llama3, text + at, length - at);
        if (!add_word(v, text + at, bytes, ids))
            return false;
        at += bytes;
    }
    return true;
}

size_t tern_bpe_decode(const tern_vocabulary *v, uint32_t id, char *out, size_t bytes)
{
    const tern_gguf_text text = v->tokens.text[id];
    size_t count = 0;

    if (tern_token_type_of(v, id) == TERN_TOKEN_USER) { /* written as it is */
        count = text.length < bytes ? text.length : bytes;
        memcpy(out, text.text, count);
        return count;
    }
    for (size_t at = 0; at < text.length && count < bytes;) {
        const size_t step = tern_utf8_bytes(text.text + at, text.length - at);
        const int byte = byte_of(text.text + at, step);
        if (byte >= 0)
            out[count++] = (char)byte;
        at += step;
    }
    return count;
}
