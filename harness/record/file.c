#include "record/file.h"

#include "record/json.h"
#include "record/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

tern_status tern_file_write(FILE *stream, tern_line line, const void *value, tern_error *error)
{
    json_t *json = tern_json_from(line, value);
    /* In ASCII, so that nothing in it acts on a terminal that shows it. */
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(12));

    json_decref(json);
    if (text == NULL)
        return tern_error_memory(error, "a record", 0.0);
    const bool written = fprintf(stream, "%s\n", text) > 0 && fflush(stream) == 0;
    const int reason = errno;
    const bool is_full = reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
    free(text);
    if (!written)
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot write a record: %s%s", strerror(reason),
                              is_full ? "; make room and use --resume" : "");
    return TERN_OK;
}

/* Far above a record with all its samples and tokens. */
enum { LONGEST_LINE = 64 << 20 };

/* Where the reader stands, and what it does. */
typedef struct reader {
    const char *path;
    unsigned long line;
    bool has_run;
    tern_file_visit *visit;
    tern_file_take *take; /* instead of visit */
    void *context;
    /* the line */
    const char *text;
    size_t length;
} reader;

/* Hands the struct on; what it owns is the visitor's, or is freed. */
static tern_status hand_on(const reader *r, tern_line line, void *value, tern_error *error)
{
    if (r->take == NULL)
        return r->visit(r->context, line, value, error);
    const tern_status status = r->take(r->context, line, value, r->text, r->length, error);
    tern_fields_free(tern_line_types[line].fields, value);
    return status;
}

static tern_status take(const reader *r, const json_t *json, tern_line line, tern_error *error)
{
    const tern_line_type *type = &tern_line_types[line];
    const json_int_t schema = json_integer_value(json_object_get(json, "schema"));
    const char *what;
    tern_status status;

    if (line == TERN_LINE_RUN && schema != TERN_RECORD_SCHEMA)
        return tern_error_set(error, TERN_USAGE, "schema version %lld, this program reads %d", (long long)schema,
                              TERN_RECORD_SCHEMA);
    void *value = calloc(1, type->bytes);
    if (value == NULL)
        return tern_error_memory(error, "a record", (double)type->bytes);
    if (tern_json_to(json, line, value, &what)) {
        status = hand_on(r, line, value, error);
    } else {
        status = tern_error_set(error, TERN_USAGE,
                                "the field '%s' is not what this version writes; get the file again from where it was "
                                "written, or leave it out",
                                what);
        tern_fields_free(type->fields, value);
    }
    free(value);
    return status;
}

static tern_status take_object(reader *r, const json_t *json, tern_error *error)
{
    const char *type = json_string_value(json_object_get(json, "type"));

    if (type == NULL)
        return tern_error_set(error, TERN_USAGE, "not a file of ternbench records: no \"type\"");
    const tern_line line = tern_line_find(type);
    if (!r->has_run && line != TERN_LINE_RUN)
        return tern_error_set(error, TERN_USAGE, "not a file of ternbench records: its first line is no fingerprint");
    r->has_run = true;
    if (line < TERN_LINES)
        return take(r, json, line, error);
    return r->take == NULL ? TERN_OK : r->take(r->context, line, NULL, r->text, r->length, error);
}

static tern_status read_line(reader *r, const char *text, size_t length, tern_error *error)
{
    tern_error cause = {""};
    json_error_t syntax;
    r->text = text;
    r->length = length;
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &syntax);

    if (json == NULL)
        return tern_error_set(error, TERN_USAGE, "%s:%lu: no JSON: %s", r->path, r->line, syntax.text);
    const tern_status status = take_object(r, json, &cause);
    if (status != TERN_OK)
        tern_error_set(error, status, "%s:%lu: %s", r->path, r->line, cause.text);
    json_decref(json);
    return status;
}

/* One line, its end included. */
typedef struct line {
    char *text;
    size_t length, capacity;
} line;

static tern_status make_room(line *l, const reader *r, tern_error *error)
{
    const size_t capacity = l->capacity == 0 ? 1 << 14 : 2 * l->capacity;
    char *text = capacity <= LONGEST_LINE ? realloc(l->text, capacity) : NULL;

    if (text == NULL)
        return capacity <= LONGEST_LINE
                   ? tern_error_memory(error, "a line of records", (double)capacity)
                   : tern_error_set(error, TERN_USAGE,
                                    "%s:%lu: not a file of ternbench records: a line of more than %d MiB", r->path,
                                    r->line, LONGEST_LINE >> 20);
    l->text = text;
    l->capacity = capacity;
    return TERN_OK;
}

/* Not getline(), which takes all that a device has. */
static tern_status next_line(line *l, FILE *stream, const reader *r, tern_error *error)
{
    tern_status status = TERN_OK;
    int c;

    l->length = 0;
    while (status == TERN_OK && (c = getc_unlocked(stream)) != EOF) {
        if (l->length == l->capacity)
            status = make_room(l, r, error);
        if (status == TERN_OK)
            l->text[l->length++] = (char)c;
        if (c == '\n')
            break;
    }
    return status;
}

/* Without its end, the mark that some editors put before the first line, and blanks. */
static size_t trim(const line *l, bool first, const char **text)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t length = l->length;

    *text = l->text;
    if (first && length >= 3 && memcmp(*text, mark, 3) == 0) {
        *text += 3;
        length -= 3;
    }
    while (length > 0 && strchr(" \t\r\n", (*text)[length - 1]) != NULL && (*text)[length - 1] != '\0')
        length--;
    return length;
}

/* Whether it is what a file of records that ended in its first line begins with. */
static bool is_beginning(const line *l)
{
    static const char beginning[] = "{\"type\":\"run\"";
    const size_t length = l->length < sizeof beginning - 1 ? l->length : sizeof beginning - 1;

    return memcmp(l->text, beginning, length) == 0;
}

static tern_status read_lines(reader *r, FILE *stream, tern_file_extent *extent, tern_error *error)
{
    line l = {0};
    tern_status status;

    *extent = (tern_file_extent){0};
    for (;;) {
        const char *text;
        r->line++;
        status = next_line(&l, stream, r, error);
        extent->cut = status == TERN_OK && l.length > 0 && l.text[l.length - 1] != '\n';
        if (status != TERN_OK || l.length == 0 || extent->cut)
            break;
        const size_t length = trim(&l, r->line == 1, &text);
        if (length > 0 && (status = read_line(r, text, length, error)) != TERN_OK)
            break;
        extent->whole_bytes += l.length;
        extent->lines += length > 0;
    }
    if (status == TERN_OK && ferror(stream))
        status = tern_error_set(error, tern_error_of_file(errno), "cannot read %s: %s", r->path, strerror(errno));
    extent->begun = extent->cut && extent->lines == 0 && is_beginning(&l);
    free(l.text);
    return status;
}

tern_status tern_file_read_stream(FILE *stream, const char *path, tern_file_visit *visit, void *context,
                                  tern_file_extent *extent, tern_error *error)
{
    return read_lines(&(reader){.path = path, .visit = visit, .context = context}, stream, extent, error);
}

static tern_status read_path(reader *r, bool *cut, tern_error *error)
{
    const char *path = r->path;
    const bool from_pipe = strcmp(path, "-") == 0;
    FILE *stream = from_pipe ? stdin : fopen(path, "re");
    tern_file_extent extent = {0};

    *cut = false;
    if (stream == NULL)
        return tern_error_set(error, tern_error_of_file(errno), "cannot read %s: %s", path, strerror(errno));
    r->path = path = from_pipe ? "standard input" : path;
    const tern_status status = read_lines(r, stream, &extent, error);
    if (!from_pipe)
        fclose(stream);
    *cut = extent.cut;
    if (status == TERN_OK && extent.lines == 0)
        return tern_error_set(error, TERN_USAGE, "%s: not a file of ternbench records: no whole line in it", path);
    return status;
}

tern_status tern_file_read(const char *path, tern_file_visit *visit, void *context, bool *cut, tern_error *error)
{
    return read_path(&(reader){.path = path, .visit = visit, .context = context}, cut, error);
}

tern_status tern_file_copy(const char *path, tern_file_take *take_line, void *context, bool *cut, tern_error *error)
{
    return read_path(&(reader){.path = path, .take = take_line, .context = context}, cut, error);
}
