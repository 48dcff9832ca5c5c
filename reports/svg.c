#include "svg.h"

#include "markup.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* What gnuplot's terminal writes in the same way around everything, and what stands there instead; @ is the prefix. */
static const struct {
    const char *from, *to;
} words[] = {
    {" color=\"black\"", ""},
    {" color=\"white\" stroke=\"currentColor\"", ""},
    {"stroke=\"black\"", "stroke=\"currentColor\""},
    {" stroke-linecap=\"butt\" stroke-linejoin=\"miter\"", ""},
    {" stroke-width=\"1.00\"", ""},
    {"stroke='black'", ""},
    {"fill=\"black\"", "fill=\"currentColor\""},
    {"fill = 'black'", "fill='currentColor'"},
    {"'#gp", "'#@gp"},
    {"id='gp", "id='@gp"},
    {"id=\"gnuplot_", "id=\"@gnuplot_"},
    {"id='textbox'", "id='@textbox'"},
    {"id='greybox'", "id='@greybox'"},
    {"xlink:href", "href"},
    {"]]>", "]]&gt;"}, /* of a name; in XML no text may have it */
    {"\t", " "},
};

static const char style[] = "<style>:root { color-scheme: light dark; color: #1a1a1a } "
                            "@media (prefers-color-scheme: dark) { :root { color: #e4e4e4 } }</style>\n";

static void put_replaced(FILE *stream, const char *text, const char *prefix)
{
    for (; *text != '\0'; text++)
        if (*text == '@')
            fputs(prefix, stream);
        else
            fputc(*text, stream);
}

static bool put_word(FILE *stream, const char **at, const char *prefix)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t length = strlen(words[i].from);
        if (strncmp(*at, words[i].from, length) == 0) {
            put_replaced(stream, words[i].to, prefix);
            *at += length;
            return true;
        }
    }
    return false;
}

/* Moves *at behind an element that is not wanted. */
static bool skip(const char **at, const char *begin, const char *end)
{
    const char *after;

    if (strncmp(*at, begin, strlen(begin)) != 0 || (after = strstr(*at, end)) == NULL)
        return false;
    *at = after + strlen(end);
    return true;
}

/* gnuplot wipes what is behind a point with white; on a dark page that is a ring around it. */
static bool skip_wiping(const char **at)
{
    static const char white[] = "color='white'/>";
    const char *end = strncmp(*at, "<use ", 5) == 0 ? strstr(*at, "/>") : NULL;

    if (end == NULL || end + 2 - *at < (ptrdiff_t)sizeof white ||
        strncmp(end + 2 - (sizeof white - 1), white, sizeof white - 1) != 0)
        return false;
    *at = end + 2;
    return true;
}

/* Of the ends of lines that follow each other, one is enough. */
static void put_character(FILE *stream, const char **at)
{
    fputc(**at, stream);
    *at += **at == '\n' ? strspn(*at, "\n") : 1;
}

void tern_svg_put(FILE *stream, const char *svg, const char *prefix, const char *title, bool in_page)
{
    const char *at = strstr(svg, "<svg"), *end;

    if (at == NULL || (end = strchr(at, '>')) == NULL)
        return;
    const char *box = strstr(at, "viewBox");
    fputs("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" ", stream);
    for (int quotes = 0; box != NULL && box < end && quotes < 2; box++) {
        fputc(*box, stream);
        quotes += *box == '"';
    }
    fputs(">\n", stream);
    fputs("<title>", stream);
    tern_markup_put(stream, title);
    fputs("</title>\n", stream);
    fputs(in_page ? "" : style, stream);
    for (at = end + 1 + strspn(end + 1, "\n"); *at != '\0';)
        if (!skip(&at, "<title>", "</title>") && !skip(&at, "<desc>", "</desc>") &&
            !skip(&at, "<filter", "</filter>") && !skip_wiping(&at) && !put_word(stream, &at, prefix))
            put_character(stream, &at);
}
