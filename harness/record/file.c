#include "record/file.h"

#include "record/json.h"
#include "record/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

tern_status tern_file_write(FILE *stream, tern_line line, const void *value, tern_error *error)
{
    json_t *json = tern_json_from(line, value);
    char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(12));

    json_decref(json);
    if (text == NULL)
        return tern_error_memory(error, "a record", 0.0);
    const bool written = fprintf(stream, "%s\n", text) > 0 && fflush(stream) == 0;
    free(text);
    if (!written)
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot write a record: %s; make room and use --resume",
                              strerror(errno));
    return TERN_OK;
}

/* Where the reader stands, and what it does. */
typedef struct reader {
    const char *path;
    unsigned long line;
    bool has_run;
    tern_file_visit *visit;
    void *context;
} reader;

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
        status = r->visit(r->context, line, value, error);
    } else {
        status = tern_error_set(error, TERN_USAGE, "the field '%s' is not what this version writes", what);
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
    return line == TERN_LINES ? TERN_OK : take(r, json, line, error);
}

static tern_status read_line(reader *r, const char *text, tern_error *error)
{
    tern_error cause = {""};
    json_error_t syntax;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &syntax);

    if (json == NULL)
        return tern_error_set(error, TERN_USAGE, "%s:%lu: no JSON: %s", r->path, r->line, syntax.text);
    const tern_status status = take_object(r, json, &cause);
    if (status != TERN_OK)
        tern_error_set(error, status, "%s:%lu: %s", r->path, r->line, cause.text);
    json_decref(json);
    return status;
}

tern_status tern_file_read(const char *path, tern_file_visit *visit, void *context, bool *cut, tern_error *error)
{
    FILE *stream = fopen(path, "r");
    reader r = {.path = path, .visit = visit, .context = context};
    char *text = NULL;
    size_t capacity = 0;
    ssize_t length;
    tern_status status = TERN_OK;

    *cut = false;
    if (stream == NULL)
        return tern_error_set(error, TERN_USAGE, "cannot read %s: %s", path, strerror(errno));
    while (status == TERN_OK && (length = getline(&text, &capacity, stream)) > 0) {
        r.line++;
        *cut = text[length - 1] != '\n';
        if (*cut)
            break;
        status = read_line(&r, text, error);
    }
    if (status == TERN_OK && ferror(stream))
        status = tern_error_set(error, TERN_USAGE, "cannot read %s: %s", path, strerror(errno));
    if (status == TERN_OK && !r.has_run)
        status = tern_error_set(error, TERN_USAGE, "%s: not a file of ternbench records: no whole line in it", path);
    free(text);
    fclose(stream);
    return status;
}
