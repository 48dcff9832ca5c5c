#include "base/text.h"
#include "record/json.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool take_fields(const json_t *object, const tern_field *fields, void *base, const char **what);

static bool take_integer(const json_t *value, int64_t low, int64_t high, int64_t *integer)
{
    *integer = json_integer_value(value);
    return json_is_integer(value) && *integer >= low && *integer <= high;
}

static bool take_name(const json_t *value, const char *const *names, unsigned *index)
{
    const char *name = json_string_value(value);

    for (*index = 0; name != NULL && names[*index] != NULL; ++*index)
        if (strcmp(name, names[*index]) == 0)
            return true;
    return false;
}

static bool take_value(const tern_field *f, const json_t *value, void *at, const char **what)
{
    int64_t integer;

    switch (f->kind) {
    case TERN_TEXT:
        if (json_is_string(value))
            tern_text_copy(at, f->bytes, json_string_value(value));
        return json_is_string(value);
    case TERN_BOOL:
        *(bool *)at = json_is_true(value);
        return json_is_boolean(value);
    case TERN_I32:
        if (!take_integer(value, INT32_MIN, INT32_MAX, &integer))
            return false;
        *(int32_t *)at = (int32_t)integer;
        return true;
    case TERN_U32:
        if (!take_integer(value, 0, UINT32_MAX, &integer))
            return false;
        *(uint32_t *)at = (uint32_t)integer;
        return true;
    case TERN_U64:
        if (!take_integer(value, 0, INT64_MAX, &integer))
            return false;
        *(uint64_t *)at = (uint64_t)integer;
        return true;
    case TERN_REAL:
        *(double *)at = json_is_null(value) ? (double)NAN : json_number_value(value);
        return json_is_null(value) || json_is_number(value);
    case TERN_NAME:
        return take_name(value, f->names, at);
    default:
        return json_is_object(value) && take_fields(value, f->fields, at, what);
    }
}

/* Makes room for that many values. An owned array must be as long as the count that was read before it. */
static bool make_room(const tern_field *f, uint32_t values, char *base)
{
    uint32_t *count = (uint32_t *)(void *)(base + f->count);

    if (f->many == TERN_ROOM && values > f->room)
        return false;
    if (f->many == TERN_OWNED && *count != 0 && *count != values)
        return values == 0;
    if (f->many == TERN_OWNED && values > 0) {
        void *array = calloc(values, f->bytes);
        if (array == NULL)
            return false;
        memcpy(base + f->offset, &array, sizeof array);
        /* cppcheck-suppress memleak ; the line before gives it to the struct */
    }
    *count = values;
    return true;
}

static bool take_array(const tern_field *f, const json_t *array, char *base, const char **what)
{
    const size_t count = json_array_size(array);

    if (!json_is_array(array) || count > UINT32_MAX || !make_room(f, (uint32_t)count, base))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!take_value(f, json_array_get(array, i), tern_field_at(f, base, i), what))
            return false;
    return true;
}

static bool has_row(const tern_field *fields, size_t offset)
{
    for (const tern_field *f = fields; f->key != NULL; f++)
        if (f->many == TERN_ONE && f->offset == offset)
            return true;
    return false;
}

/* Arrays that say alone how long they are stand side by side: all of them are there, or none. */
static bool is_whole(const tern_field *fields, const void *base, const char **what)
{
    for (const tern_field *f = fields; f->key != NULL; f++)
        if (f->many == TERN_OWNED && tern_field_at(f, base, 0) == NULL && tern_field_count(f, base) > 0 &&
            !has_row(fields, f->count)) {
            *what = f->key;
            return false;
        }
    return true;
}

static bool take_fields(const json_t *object, const tern_field *fields, void *base, const char **what)
{
    for (const tern_field *f = fields; f->key != NULL; f++) {
        const json_t *value = json_object_get(object, f->key);
        *what = f->key;
        if (value != NULL && !(f->many == TERN_ONE ? take_value(f, value, (char *)base + f->offset, what)
                                                   : take_array(f, value, base, what)))
            return false;
    }
    return is_whole(fields, base, what);
}

bool tern_json_to(const json_t *json, tern_line line, void *value, const char **what)
{
    const tern_line_type *type = &tern_line_types[line];
    const char *wrong = NULL;

    *what = "type";
    if (!take_fields(json, type->fields, value, what))
        return false;
    if (type->wrong != NULL && (wrong = type->wrong(value)) != NULL)
        *what = wrong;
    return wrong == NULL;
}
