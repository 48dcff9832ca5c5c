/*
 * Byte-level BPE: text is cut into words, their bytes become the printable characters that GPT-2 gave them, and neighbours are joined in
 * the order of the file's list of merges.
 *
 * Words are cut as GPT-2's and Llama 3's patterns do for ASCII: contractions ('s, 't, 're, 've, 'm, 'll, 'd), letters with the character
 * before them, digits (in threes for Llama 3), other characters, blanks. Every character beyond ASCII counts as a letter, which
 * differs from these patterns for punctuation and digits of other scripts.
 */
#include "decode/vocabulary.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CHARACTER_BYTES = 2 }; /* of a byte as GPT-2 writes it: below U+0144 */

/* Printable bytes stand for themselves; the others follow one another from U+0100 on. */
static bool is_printable(unsigned byte)
{
    return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

static unsigned code_of(unsigned byte)
{
    unsigned others = 0;

    if (is_printable(byte))
        return byte;
    for (unsigned i = 0; i < byte; i++)
        others += !is_printable(i);
    return 256 + others;
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

    for (unsigned byte = 0; bytes <= CHARACTER_BYTES && byte < 256; byte++)
        if (code_of(byte) == code)
            return (int)byte;
    return -1;
}

static bool joins(const tern_tokenizer *t, const char *left, size_t left_bytes, size_t right_bytes, double *order)
{
    char pair[512];

    if (left_bytes + right_bytes + 1 > sizeof pair)
        return false;
    memcpy(pair, left, left_bytes);
    pair[left_bytes] = ' ';
    memcpy(pair + left_bytes + 1, left + left_bytes, right_bytes);
    const uint32_t rank = tern_texts_find(&t->merges, pair, left_bytes + 1 + right_bytes);
    *order = (double)rank;
    return rank != TERN_NO_TOKEN;
}

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) || (uint8_t)c >= 128;
}

static bool is_other(char c)
{
    return !is_letter(c) && !isdigit((unsigned char)c) && !isspace((unsigned char)c);
}

static size_t contraction(const char *text, size_t length)
{
    static const char *const endings[] = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strlen(endings[i]) <= length && strncasecmp(text, endings[i], strlen(endings[i])) == 0)
            return strlen(endings[i]);
    return 0;
}

/* Bytes of the first word of a text that is not empty. */
static size_t word_bytes(const tern_tokenizer *t, const char *text, size_t length)
{
    size_t bytes = contraction(text, length);

    if (bytes > 0)
        return bytes;
    bytes = text[0] == ' ' && length > 1 && !isspace((unsigned char)text[1]) ? 1 : 0;
    const size_t first = bytes;
    if (is_letter(text[bytes])) {
        while (bytes < length && is_letter(text[bytes]))
            bytes++;
    } else if (isdigit((unsigned char)text[bytes])) {
        if (t->splits_numbers && first == 1)
            return 1;
        while (bytes < length && isdigit((unsigned char)text[bytes]) && (!t->splits_numbers || bytes < 3))
            bytes++;
    } else if (is_other(text[bytes])) {
        while (bytes < length && is_other(text[bytes]))
            bytes++;
    } else {
        while (bytes < length && isspace((unsigned char)text[bytes]))
            bytes++;
        /* The last blank belongs to the word after it. */
        if (bytes > 1 && bytes < length && text[bytes - 1] == ' ')
            bytes--;
    }
    return bytes;
}

static bool add_word(const tern_tokenizer *t, const char *word, size_t length, tern_ids *ids)
{
    char *text = malloc(CHARACTER_BYTES * length);
    tern_symbol *symbol = malloc(length * sizeof *symbol);
    uint32_t at = 0;

    if (text == NULL || symbol == NULL) {
        free(text);
        free(symbol);
        return false;
    }
    for (uint32_t i = 0; i < length; i++) {
        const uint32_t bytes = (uint32_t)put_character(code_of((uint8_t)word[i]), text + at);
        symbol[i] = (tern_symbol){at, bytes, i + 1 < length ? i + 1 : TERN_NO_TOKEN};
        at += bytes;
    }
    tern_symbols_join(t, text, symbol, length, joins);
    for (uint32_t i = 0; i != TERN_NO_TOKEN; i = symbol[i].next) {
        const uint32_t id = tern_texts_find(&t->tokens, text + symbol[i].begin, symbol[i].length);
        tern_ids_add(ids, id == TERN_NO_TOKEN ? 0 : id);
    }
    free(text);
    free(symbol);
    return true;
}

bool tern_bpe_encode(const tern_tokenizer *t, const char *text, size_t length, tern_ids *ids)
{
    for (size_t at = 0; at < length;) {
        const size_t bytes = word_bytes(t, text + at, length - at);
        if (!add_word(t, text + at, bytes, ids))
            return false;
        at += bytes;
    }
    return true;
}

size_t tern_bpe_decode(const tern_tokenizer *t, uint32_t id, char *out, size_t bytes)
{
    const tern_gguf_text text = t->tokens.text[id];
    size_t count = 0;

    for (size_t at = 0; at < text.length && count < bytes;) {
        const size_t step = tern_utf8_bytes(text.text + at, text.length - at);
        const int byte = byte_of(text.text + at, step);
        if (byte >= 0)
            out[count++] = (char)byte;
        at += step;
    }
    return count;
}
