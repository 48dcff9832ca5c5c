#include "markup.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

void tern_markup_put_part(FILE *stream, const char *text, size_t length)
{
    for (const char *end = text + length; text < end; text++)
        switch (*text) {
        case '<':
            fputs("&lt;", stream);
            break;
        case '>':
            fputs("&gt;", stream);
            break;
        case '&':
            fputs("&amp;", stream);
            break;
        case '"':
            fputs("&quot;", stream);
            break;
        case '\'':
            fputs("&#39;", stream);
            break;
        default:
            fputc(*text, stream);
        }
}

void tern_markup_put(FILE *stream, const char *text)
{
    tern_markup_put_part(stream, text, strlen(text));
}

void tern_markup_put_raw(FILE *stream, const char *text)
{
    const size_t length = tern_text_visible(NULL, 0, text);
    char *visible = malloc(length + 1);

    if (visible == NULL)
        return;
    tern_text_visible(visible, length + 1, text);
    tern_markup_put(stream, visible);
    free(visible);
}

void tern_markdown_put(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '<' || *text == '>' || *text == '&') {
            fputs(*text == '<' ? "&lt;" : *text == '>' ? "&gt;" : "&amp;", stream);
            continue;
        }
        if (strchr("\\`*_[]|~#@$", *text) != NULL)
            fputc('\\', stream);
        fputc(*text, stream);
    }
}
