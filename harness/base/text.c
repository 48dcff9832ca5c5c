#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tern_text_append(char *text, size_t bytes, const char *format, ...)
{
    const size_t used = strlen(text);
    va_list arguments;

    if (used + 1 >= bytes)
        return;
    va_start(arguments, format);
    vsnprintf(text + used, bytes - used, format, arguments);
    va_end(arguments);
}

void tern_text_append_word(char *text, size_t bytes, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+.,:/@%";

    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        tern_text_append(text, bytes, " %s", word);
        return;
    }
    tern_text_append(text, bytes, " '");
    for (; *word != '\0'; word++)
        tern_text_append(text, bytes, *word == '\'' ? "'\\''" : "%c", *word);
    tern_text_append(text, bytes, "'");
}

void tern_text_copy(char *text, size_t bytes, const char *source)
{
    snprintf(text, bytes, "%s", source);
}

bool tern_text_fit(char *text, size_t bytes, const char *source)
{
    const bool fits = strlen(source) < bytes;

    tern_text_copy(text, bytes, fits ? source : "");
    return fits;
}

bool tern_text_ends_with(const char *text, const char *ending)
{
    const size_t length = strlen(text), last = strlen(ending);

    return length >= last && strcmp(text + length - last, ending) == 0;
}

const char *tern_text_plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

void tern_text_name_of_path(char *name, size_t bytes, const char *path, const char *ending)
{
    const char *slash = strrchr(path, '/'), *file = slash == NULL ? path : slash + 1;
    const size_t length = strlen(file) - (tern_text_ends_with(file, ending) ? strlen(ending) : 0);

    snprintf(name, bytes, "%.*s", (int)length, file);
}

/* Of a character of UTF-8 in its shortest form; 0 when there is none, and *code is then the byte. */
static size_t decode_utf8(const char *text, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char first = (unsigned char)text[0];
    const size_t length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;

    *code = first;
    if (length == 1)
        return 1;
    uint32_t value = first & (0x7FU >> length);
    for (size_t i = 1; i < length; i++) {
        if (((unsigned char)text[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | ((unsigned char)text[i] & 0x3FU);
    }
    if (first < 0xC0 || first > 0xF4 || value < least[length] || value > 0x10FFFF ||
        (value >= 0xD800 && value < 0xE000))
        return 0;
    *code = value;
    return length;
}

static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200E && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

/* With what has to be escaped, control characters among them or not. */
static size_t escape(char *text, size_t bytes, const char *source, bool controls)
{
    size_t used = 0;

    while (*source != '\0') {
        char escaped[8];
        const char *piece = source;
        uint32_t code;
        size_t length = decode_utf8(source, &code);
        source += length == 0 ? 1 : length;
        if (length == 0 || (controls && is_control(code))) {
            snprintf(escaped, sizeof escaped,
                     code == '\n'                 ? "\\n"
                     : code < 0x80 || length == 0 ? "\\x%02x"
                                                  : "\\u%04x",
                     (unsigned)code);
            piece = escaped;
            length = strlen(escaped);
        }
        if (used + length < bytes)
            memcpy(text + used, piece, length);
        else
            bytes = used < bytes ? used + 1 : bytes; /* whole characters only; the end stays here */
        used += length;
    }
    if (bytes > 0)
        text[used < bytes ? used : bytes - 1] = '\0';
    return used;
}

size_t tern_text_visible(char *text, size_t bytes, const char *source)
{
    return escape(text, bytes, source, true);
}

size_t tern_text_storable(char *text, size_t bytes, const char *source)
{
    return escape(text, bytes, source, false);
}

bool tern_text_u64(const char *text, uint64_t low, uint64_t high, uint64_t *value)
{
    char *end;

    if (!isdigit((unsigned char)text[0]))
        return false;
    errno = 0;
    *value = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' && *value >= low && *value <= high;
}

bool tern_text_i64(const char *text, int64_t low, int64_t high, int64_t *value)
{
    char *end;

    if (!isdigit((unsigned char)text[0]) && text[0] != '-')
        return false;
    errno = 0;
    *value = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *value >= low && *value <= high;
}

bool tern_text_double(const char *text, double low, double high, double *value)
{
    char *end;

    if (isspace((unsigned char)text[0]))
        return false;
    *value = strtod(text, &end) + 0.0; /* -0 is 0, in ids too */
    return end != text && *end == '\0' && isfinite(*value) && *value >= low && *value <= high;
}

char *tern_text_word(char **text, const char *separators)
{
    char *word = *text + strspn(*text, separators);

    if (*word == '\0')
        return NULL;
    char *end = word + strcspn(word, separators);
    *text = *end == '\0' ? end : end + 1;
    *end = '\0';
    return word;
}

/* Levenshtein distance, of at most 31 characters. */
static size_t distance(const char *a, const char *b)
{
    size_t row[32];
    const size_t width = strnlen(b, 31);

    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < width; j++) {
            const size_t change = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = change;
            if (row[j + 1] > diagonal + 1)
                row[j + 1] = diagonal + 1;
            if (row[j + 1] > row[j] + 1)
                row[j + 1] = row[j] + 1;
        }
    }
    return row[width];
}

const char *tern_text_nearest(const char *text, const char *const *candidates, size_t count)
{
    const char *best = NULL;
    size_t least = strlen(text) / 3 + 2;

    for (size_t i = 0; i < count; i++) {
        const size_t d = distance(text, candidates[i]);
        if (d < least) {
            least = d;
            best = candidates[i];
        }
    }
    return best;
}
