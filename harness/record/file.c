#include "record/file.h"

#include "record/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Takes json over. */
static tern_status write_line(FILE *stream, json_t *json, tern_error *error)
{
    if (json == NULL)
        return tern_error_memory(error, "a record", 0.0);
    char *line = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(12));
    json_decref(json);
    if (line == NULL)
        return tern_error_memory(error, "a record", 0.0);
    const bool written = fprintf(stream, "%s\n", line) > 0 && fflush(stream) == 0;
    free(line);
    if (!written)
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot write a record: %s; make room and use --resume",
                              strerror(errno));
    return TERN_OK;
}

tern_status tern_file_write_run(FILE *stream, const tern_run *run, tern_error *error)
{
    return write_line(stream, tern_json_from_run(run), error);
}

tern_status tern_file_write_record(FILE *stream, const tern_record *record, tern_error *error)
{
    return write_line(stream, tern_json_from_record(record), error);
}

tern_status tern_file_write_decode(FILE *stream, const tern_decode_record *record, tern_error *error)
{
    return write_line(stream, tern_json_from_decode(record), error);
}

tern_status tern_file_write_end(FILE *stream, const tern_run_end *end, tern_error *error)
{
    return write_line(stream, tern_json_from_end(end), error);
}

static tern_status wrong_field(const char *what, tern_error *error)
{
    return tern_error_set(error, TERN_USAGE, "the field '%s' is not what this version writes", what);
}

static tern_status visit_run(const json_t *json, const tern_file_visitor *visitor, tern_error *error)
{
    const json_int_t schema = json_integer_value(json_object_get(json, "schema"));
    const char *what = "type";
    tern_run run;

    if (schema != TERN_RECORD_SCHEMA)
        return tern_error_set(error, TERN_USAGE, "schema version %lld, this program reads %d", (long long)schema,
                              TERN_RECORD_SCHEMA);
    if (!tern_json_to_run(json, &run, &what))
        return wrong_field(what, error);
    return visitor->run == NULL ? TERN_OK : visitor->run(visitor->context, &run, error);
}

static tern_status visit_record(const json_t *json, const tern_file_visitor *visitor, tern_error *error)
{
    tern_record *record = malloc(sizeof *record);
    const char *what = "type";
    tern_status status = TERN_OK;

    if (record == NULL)
        return tern_error_memory(error, "a record", sizeof *record);
    if (!tern_json_to_record(json, record, &what))
        status = wrong_field(what, error);
    else if (visitor->record != NULL)
        status = visitor->record(visitor->context, record, error);
    free(record);
    return status;
}

static tern_status visit_decode(const json_t *json, const tern_file_visitor *visitor, tern_error *error)
{
    tern_decode_record *record = malloc(sizeof *record);
    const char *what = "type";
    tern_status status = TERN_OK;

    if (record == NULL)
        return tern_error_memory(error, "a record", sizeof *record);
    if (!tern_json_to_decode(json, record, &what))
        status = wrong_field(what, error);
    else if (visitor->decode != NULL)
        status = visitor->decode(visitor->context, record, error);
    free(record);
    return status;
}

static tern_status visit_end(const json_t *json, const tern_file_visitor *visitor, tern_error *error)
{
    const char *what = "type";
    tern_run_end end;

    if (!tern_json_to_end(json, &end, &what))
        return wrong_field(what, error);
    return visitor->end == NULL ? TERN_OK : visitor->end(visitor->context, &end, error);
}

static tern_status visit(const json_t *json, const char *type, const tern_file_visitor *visitor, tern_error *error)
{
    if (strcmp(type, "run") == 0)
        return visit_run(json, visitor, error);
    if (strcmp(type, "case") == 0)
        return visit_record(json, visitor, error);
    if (strcmp(type, "decode") == 0)
        return visit_decode(json, visitor, error);
    if (strcmp(type, "end") == 0)
        return visit_end(json, visitor, error);
    return TERN_OK;
}

/* Where the reader stands. */
typedef struct cursor {
    const char *path;
    unsigned long line;
    bool has_run;
} cursor;

static tern_status read_line(cursor *at, const char *text, const tern_file_visitor *visitor, tern_file_state *state,
                             tern_error *error)
{
    tern_error cause = {""};
    json_error_t syntax;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &syntax);

    if (json == NULL)
        return tern_error_set(error, TERN_USAGE, "%s:%lu: no JSON: %s", at->path, at->line, syntax.text);
    const char *type = json_string_value(json_object_get(json, "type"));
    tern_status status;
    if (type == NULL || (!at->has_run && strcmp(type, "run") != 0)) {
        status = tern_error_set(error, TERN_USAGE, "%s:%lu: not a file of ternbench records: %s", at->path, at->line,
                                type == NULL ? "no \"type\"" : "its first line is no fingerprint");
    } else {
        at->has_run = true;
        state->ended = strcmp(type, "end") == 0;
        status = visit(json, type, visitor, &cause);
        if (status != TERN_OK)
            tern_error_set(error, status, "%s:%lu: %s", at->path, at->line, cause.text);
    }
    json_decref(json);
    return status;
}

tern_status tern_file_read(const char *path, const tern_file_visitor *visitor, tern_file_state *state,
                           tern_error *error)
{
    FILE *stream = fopen(path, "r");
    cursor at = {.path = path};
    char *text = NULL;
    size_t capacity = 0;
    ssize_t length;
    tern_status status = TERN_OK;

    memset(state, 0, sizeof *state);
    if (stream == NULL)
        return tern_error_set(error, TERN_USAGE, "cannot read %s: %s", path, strerror(errno));
    while (status == TERN_OK && (length = getline(&text, &capacity, stream)) > 0) {
        at.line++;
        state->cut = text[length - 1] != '\n';
        if (state->cut)
            break;
        status = read_line(&at, text, visitor, state, error);
        state->good_bytes += length;
    }
    if (status == TERN_OK && ferror(stream))
        status = tern_error_set(error, TERN_USAGE, "cannot read %s: %s", path, strerror(errno));
    if (status == TERN_OK && !at.has_run)
        status = tern_error_set(error, TERN_USAGE, "%s: not a file of ternbench records: no whole line in it", path);
    if (state->cut)
        state->ended = false;
    free(text);
    fclose(stream);
    return status;
}
