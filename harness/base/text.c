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

void tern_text_copy(char *text, size_t bytes, const char *source)
{
    snprintf(text, bytes, "%s", source);
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
    *value = strtod(text, &end);
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
