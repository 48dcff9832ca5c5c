/*
 * inih reads the lines. What it does not tell, whether a line goes on with the one before and whether a part of it is
 * lost, is seen by the function that hands it the lines.
 */
#include "base/ini.h"

#include "base/index.h"
#include "base/text.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* inih cuts the names of sections, without a word, at this many characters. */
enum { MOST_BYTES = 1 << 20, SECTION_BYTES = TERN_INI_NAME_BYTES - 1 };

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

/* What inih would pass over. */
typedef enum wrong_line { RIGHT, LINE_LONG, SECTION_LONG, SECTION_OPEN, SECTION_FOLLOWED } wrong_line;

typedef struct reading {
    const char *rest; /* of the text */
    int line;
    bool in_value; /* a line that begins with a blank goes on with it */
    bool goes_on;
    wrong_line wrong;
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

/* inih takes what stands up to the first ], leaves out the rest of the line, and cuts the name. */
static wrong_line look_at_section(const reading *r)
{
    const char *first = r->rest + (r->line == 1 && strncmp(r->rest, BYTE_ORDER_MARK, 3) == 0 ? 3 : 0);

    first += strspn(first, " \t");
    if (r->goes_on || first[0] != '[')
        return RIGHT;
    const size_t name = strcspn(first + 1, "]\n");
    if (first[1 + name] != ']')
        return SECTION_OPEN;
    const char *after = first + 2 + name;
    after += strspn(after, " \t\r");
    if (strchr("\n;#", after[0]) == NULL)
        return SECTION_FOLLOWED;
    return name > SECTION_BYTES ? SECTION_LONG : RIGHT;
}

/* Is an ini_reader: fgets() from the text. */
static char *next_line(char *line, int bytes, void *stream)
{
    reading *r = stream;
    const size_t length = strcspn(r->rest, "\n"), whole = length + (r->rest[length] == '\n');

    if (r->rest[0] == '\0' || r->wrong != RIGHT)
        return NULL;
    r->line++;
    if (r->rest[0] == '[')
        r->in_value = false;
    r->goes_on = r->in_value && (r->rest[0] == ' ' || r->rest[0] == '\t');
    r->wrong = whole >= (size_t)bytes ? LINE_LONG : look_at_section(r);
    if (r->wrong != RIGHT)
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

static tern_status refuse(const reading *r, const char *path, tern_error *error)
{
    switch (r->wrong) {
    case LINE_LONG:
        return tern_error_set(error, TERN_USAGE,
                              "%s:%d: the line is longer than %d bytes; go on in a line of its own that begins with a "
                              "blank",
                              path, r->line, INI_MAX_LINE - 2);
    case SECTION_LONG:
        return tern_error_set(error, TERN_USAGE, "%s:%d: the name of the section is longer than %d bytes", path,
                              r->line, SECTION_BYTES);
    case SECTION_OPEN:
        return tern_error_set(error, TERN_USAGE, "%s:%d: the [section] lacks its ]", path, r->line);
    default:
        return tern_error_set(error, TERN_USAGE, "%s:%d: text follows the [section]; it needs a line of its own", path,
                              r->line);
    }
}

tern_status tern_ini_read_text(const char *text, const char *path, tern_ini_visit *visit, void *context,
                               tern_error *error)
{
    reading r = {.rest = text, .visit = visit, .context = context};
    const int line = ini_parse_stream(next_line, &r, on_line, &r);

    tern_index_free(&r.given);
    if (line == -2)
        return tern_error_memory(error, path, (double)strlen(text));
    if (r.wrong != RIGHT)
        return refuse(&r, path, error);
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
        status = stream == NULL ? tern_error_set(error, tern_error_of_file(errno), "cannot read %s %s: %s", what, path,
                                                 strerror(errno))
                                : tern_error_memory(error, path, MOST_BYTES);
        if (stream != NULL)
            fclose(stream);
        return status;
    }
    const size_t bytes = fread(text, 1, MOST_BYTES + 1, stream);
    if (ferror(stream))
        status = tern_error_set(error, tern_error_of_file(errno), "cannot read %s %s: %s", what, path, strerror(errno));
    else if (bytes > MOST_BYTES || memchr(text, '\0', bytes) != NULL)
        status = tern_error_set(error, TERN_USAGE, "%s is no %s: %s", path, what,
                                bytes > MOST_BYTES ? "it is longer than a MiB" : "it holds a zero byte");
    else
        text[bytes] = '\0', status = tern_ini_read_text(text, path, visit, context, error);
    free(text);
    fclose(stream);
    return status;
}

tern_status tern_ini_take_row(void *context, const char *section, const char *key, const char *value, bool goes_on,
                              tern_error *error)
{
    const tern_ini_rows *rows = context;
    char *row = rows->row, *next = row + *rows->count * rows->bytes;

    if (goes_on)
        return tern_error_set(error, TERN_USAGE, "'%s' takes one line; this one begins with a blank: '%.100s'", key,
                              value);
    for (; row < next; row += rows->bytes) /* a section can be gone on with further down */
        if (strcmp(row, section) == 0)
            return rows->take(row, key, value, error);
    if (*rows->count == rows->most)
        return tern_error_set(error, TERN_USAGE, "there is no room for more than %zu sections", rows->most);
    tern_text_copy(next, TERN_INI_NAME_BYTES, section);
    ++*rows->count;
    return rows->take(next, key, value, error);
}
