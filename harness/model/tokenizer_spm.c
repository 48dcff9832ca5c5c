/*
 * SentencePiece-style: spaces become U+2581, then neighbours are joined, those first whose joint token has the
 * highest score. What is no token falls back to the tokens of its bytes.
 */
#include "model/vocabulary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char space[] = "\xe2\x96\x81";
enum { SPACE_BYTES = 3 };

static bool joins(const tern_vocabulary *v, const char *left, size_t left_bytes, size_t right_bytes, double *order)
{
    const uint32_t id = tern_texts_find(&v->tokens, left, left_bytes + right_bytes);

    if (id == TERN_NO_TOKEN)
        return false;
    *order = v->score == NULL ? (double)id : -(double)tern_gguf_f32(v->score + 4 * (size_t)id);
    return true;
}

static void add_bytes(const tern_vocabulary *v, const char *text, size_t length, tern_ids *ids)
{
    for (size_t i = 0; i < length; i++) {
        char name[8];
        const int bytes = snprintf(name, sizeof name, "<0x%02X>", (unsigned)(uint8_t)text[i]);
        const uint32_t id = tern_texts_find(&v->tokens, name, (size_t)bytes);
        if (id != TERN_NO_TOKEN || v->unknown != TERN_NO_TOKEN)
            tern_ids_add(ids, id == TERN_NO_TOKEN ? v->unknown : id);
    }
}

/* Writes text with its spaces replaced, and one before it when the file asks for that. Returns the length. */
static size_t replace_spaces(const tern_vocabulary *v, const char *text, size_t length, char *out)
{
    char *at = out;

    if (v->adds_space) {
        memcpy(at, space, SPACE_BYTES);
        at += SPACE_BYTES;
    }
    for (size_t i = 0; i < length; i++)
        if (text[i] == ' ') {
            memcpy(at, space, SPACE_BYTES);
            at += SPACE_BYTES;
        } else {
            *at++ = text[i];
        }
    return (size_t)(at - out);
}

/* spaced, symbol: room for all characters, of which each has at least a byte. */
static bool join_text(const tern_vocabulary *v, const char *text, size_t length, char *spaced, tern_symbol *symbol,
                      tern_ids *ids)
{
    const size_t bytes = replace_spaces(v, text, length, spaced);
    uint32_t count = 0;

    for (size_t at = 0, step; at < bytes; at += step) {
        step = tern_utf8_bytes(spaced + at, bytes - at);
        symbol[count] = tern_symbol_at(count, UINT32_MAX, (uint32_t)at, (uint32_t)step);
        count++;
    }
    symbol[count - 1].next = TERN_NO_TOKEN;
    if (!tern_symbols_join(v, spaced, symbol, count, joins))
        return false;
    for (uint32_t i = 0; i != TERN_NO_TOKEN; i = symbol[i].next) {
        const uint32_t id = tern_texts_find(&v->tokens, spaced + symbol[i].begin, symbol[i].length);
        if (id != TERN_NO_TOKEN)
            tern_ids_add(ids, id);
        else
            add_bytes(v, spaced + symbol[i].begin, symbol[i].length, ids);
    }
    return true;
}

bool tern_spm_encode(const tern_vocabulary *v, const char *text, size_t length, tern_ids *ids)
{
    char *spaced = malloc(SPACE_BYTES * (length + 1));
    tern_symbol *symbol = malloc(SPACE_BYTES * (length + 1) * sizeof *symbol);
    const bool done =
        spaced != NULL && symbol != NULL && (length == 0 || join_text(v, text, length, spaced, symbol, ids));

    free(spaced);
    free(symbol);
    return done;
}

static int hex(char digit)
{
    return digit >= '0' && digit <= '9' ? digit - '0' : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

size_t tern_spm_decode(const tern_vocabulary *v, uint32_t id, char *out, size_t bytes)
{
    const tern_gguf_text text = v->tokens.text[id];
    size_t count = 0;

    if (tern_token_type_of(v, id) == TERN_TOKEN_BYTE && text.length == 6 && hex(text.text[3]) >= 0 &&
        hex(text.text[4]) >= 0) {
        if (bytes > 0)
            out[count++] = (char)(hex(text.text[3]) * 16 + hex(text.text[4]));
        return count;
    }
    for (size_t i = 0; i < text.length && count < bytes;) {
        const bool is_space = text.length - i >= SPACE_BYTES && memcmp(text.text + i, space, SPACE_BYTES) == 0;
        out[count++] = is_space ? ' ' : text.text[i];
        i += is_space ? SPACE_BYTES : 1;
    }
    return count;
}
