#include "base/text.h"
#include "record/json.h"
#include "record/record.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static json_t *object_from(const tern_field *fields, const void *base, json_t *object);

json_t *tern_json_storable(const char *text)
{
    const size_t bytes = tern_text_storable(NULL, 0, text) + 1;
    char *storable = malloc(bytes);
    json_t *string = NULL;

    if (storable != NULL) {
        tern_text_storable(storable, bytes, text);
        string = json_string(storable);
    }
    free(storable);
    return string;
}

void tern_json_append(json_t **list, json_t *item)
{
    if (json_array_append_new(*list, item) == 0)
        return;
    json_decref(*list);
    *list = NULL;
}

static json_t *value_from(const tern_field *f, const void *at)
{
    switch (f->kind) {
    case TERN_TEXT:
        return tern_json_storable(at);
    case TERN_BOOL:
        return json_boolean(*(const bool *)at);
    case TERN_I32:
        return json_integer(*(const int32_t *)at);
    case TERN_U32:
        return json_integer(*(const uint32_t *)at);
    case TERN_U64:
        return json_integer((json_int_t) * (const uint64_t *)at);
    case TERN_REAL:
        return isfinite(*(const double *)at) ? json_real(*(const double *)at) : json_null();
    case TERN_NAME:
        return json_string(f->names[*(const unsigned *)at]);
    default:
        return object_from(f->fields, at, json_object());
    }
}

static json_t *array_from(const tern_field *f, const void *base)
{
    const size_t count = tern_field_count(f, base);
    json_t *array = json_array();

    for (size_t i = 0; i < count && array != NULL; i++)
        tern_json_append(&array, value_from(f, tern_field_at(f, base, i)));
    return array;
}

/* An array that was not kept although there were values, as in a shorter record, is left out. */
static bool is_written(const tern_field *f, const void *base)
{
    if (f->many == TERN_OWNED && tern_field_at(f, base, 0) == NULL && tern_field_count(f, base) > 0)
        return false;
    return f->only_if == 0 || *(const bool *)(const void *)((const char *)base + f->only_if);
}

/* Adds the fields of a struct to an object, which it takes over. NULL when memory ran out. */
static json_t *object_from(const tern_field *fields, const void *base, json_t *object)
{
    for (const tern_field *f = fields; f->key != NULL; f++) {
        if (!is_written(f, base))
            continue;
        json_t *value = f->many == TERN_ONE ? value_from(f, tern_field_at(f, base, 0)) : array_from(f, base);
        if (json_object_set_new(object, f->key, value) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

json_t *tern_json_from(tern_line line, const void *value)
{
    json_t *object = json_pack("{s:s}", "type", tern_line_types[line].name);

    if (line == TERN_LINE_RUN && json_object_set_new(object, "schema", json_integer(TERN_RECORD_SCHEMA)) != 0) {
        json_decref(object);
        return NULL;
    }
    return object_from(tern_line_types[line].fields, value, object);
}
