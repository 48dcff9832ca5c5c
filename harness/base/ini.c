/*
 * inih reads the lines. What it does not tell, whether a line goes on with the one before and whether it was cut, is seen
 * by the function that hands it the lines.
 */
#include "base/ini.h"

#include "base/index.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* inih cuts the names of sections, without a word, at this many characters. */
enum { MOST_BYTES = 1 << 20, SECTION_BYTES = 49 };

typedef struct reading {
    const char *rest; /* of the text */
    int line;
    bool in_value; /* a line that begins with a blank goes on with it */
    bool goes_on;
    enum { NOTHING, LINE, SECTION } too_long;
    tern_index given; /* sections and their keys */
    tern_ini_visit *visit;
    void *context;
    tern_error cause;
    tern_status status;
} reading;

/* Which inih does not do in a line that goes on. */
static void cut_comment(char *line)
{
    for (char *at = line; (at = strchr(at, ';')) != NULL; at++)
        if (at > line && (at[-1] == ' ' || at[-1] == '\t')) {
            *at = '\0';
            return;
        }
}

static bool begins_long_section(const reading *r)
{
    const char *first = r->rest + strspn(r->rest, " \t");

    return !r->goes_on && first[0] == '[' && strcspn(first + 1, "]\n") > SECTION_BYTES;
}

/* Is an ini_reader: fgets() from the text. */
static char *next_line(char *line, int bytes, void *stream)
{
    reading *r = stream;
    const size_t length = strcspn(r->rest, "\n"), whole = length + (r->rest[length] == '\n');

    if (r->rest[0] == '\0' || r->too_long != NOTHING)
        return NULL;
    r->line++;
    if (r->rest[0] == '[')
        r->in_value = false;
    r->goes_on = r->in_value && (r->rest[0] == ' ' || r->rest[0] == '\t');
    r->too_long = whole >= (size_t)bytes ? LINE : begins_long_section(r) ? SECTION : NOTHING;
    if (r->too_long != NOTHING)
        return NULL;
    memcpy(line, r->rest, whole);
    line[whole] = '\0';
    if (r->goes_on)
        cut_comment(line);
    r->rest += whole;
    return line;
}

/* A key stands once in its section, even where that is opened again. */
static tern_status note(reading *r, const char *section, const char *key)
{
    const uint64_t hash = XXH3_64bits_withSeed(key, strlen(key), XXH3_64bits(section, strlen(section)));
    size_t cursor = 0, place;

    if (tern_index_next(&r->given, hash, &cursor, &place))
        return tern_error_set(&r->cause, TERN_USAGE, "'%s' stands in [%s] a second time", key, section);
    return tern_index_add(&r->given, hash, 0, &r->cause);
}

/* Is an ini_handler. */
static int on_line(void *user, const char *section, const char *key, const char *value)
{
    reading *r = user;

    if (r->status == TERN_OK && !r->goes_on)
        r->status = note(r, section, key);
    if (r->status == TERN_OK)
        r->status = r->visit(r->context, section, key, value, r->goes_on, &r->cause);
    r->in_value = true;
    return r->status == TERN_OK;
}

tern_status tern_ini_read_text(const char *text, const char *path, tern_ini_visit *visit, void *context,
                               tern_error *error)
{
    reading r = {.rest = text, .visit = visit, .context = context};
    const int line = ini_parse_stream(next_line, &r, on_line, &r);

    tern_index_free(&r.given);
    if (line == -2)
        return tern_error_memory(error, path, (double)strlen(text));
    if (r.too_long == LINE)
        return tern_error_set(error, TERN_USAGE,
                              "%s:%d: the line is longer than %d bytes; go on in a line of its own that begins with a "
                              "blank",
                              path, r.line, INI_MAX_LINE - 2);
    if (r.too_long == SECTION)
        return tern_error_set(error, TERN_USAGE, "%s:%d: the name of the section is longer than %d bytes", path, r.line,
                              SECTION_BYTES);
    if (line > 0)
        return tern_error_set(error, r.status != TERN_OK ? r.status : TERN_USAGE, "%s:%d: %s", path, line,
                              r.status != TERN_OK ? r.cause.text
                                                  : "neither a [section], nor `key = value`, nor a comment");
    return TERN_OK;
}

tern_status tern_ini_read(const char *path, const char *what, tern_ini_visit *visit, void *context, tern_error *error)
{
    FILE *stream = fopen(path, "re");
    char *text = stream == NULL ? NULL : malloc(MOST_BYTES + 1);
    tern_status status;

    if (text == NULL) {
        status = stream == NULL
                     ? tern_error_set(error, TERN_USAGE, "cannot read %s %s: %s", what, path, strerror(errno))
                     : tern_error_memory(error, path, MOST_BYTES);
        if (stream != NULL)
            fclose(stream);
        return status;
    }
    const size_t bytes = fread(text, 1, MOST_BYTES + 1, stream);
    if (ferror(stream))
        status = tern_error_set(error, TERN_USAGE, "cannot read %s %s: %s", what, path, strerror(errno));
    else if (bytes > MOST_BYTES || memchr(text, '\0', bytes) != NULL)
        status = tern_error_set(error, TERN_USAGE, "%s is no %s: %s", path, what,
                                bytes > MOST_BYTES ? "it is longer than a MiB" : "it holds a zero byte");
    else
        text[bytes] = '\0', status = tern_ini_read_text(text, path, visit, context, error);
    free(text);
    fclose(stream);
    return status;
}
