/*
 * record.schema.json has the fields of the tables, each with its type, and no others.
 */
#include "record/line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static json_t *schema;

static int set_up(void **state)
{
    json_error_t error;

    (void)state;
    schema = json_load_file(RECORD_SCHEMA, 0, &error);
    return schema == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    json_decref(schema);
    return 0;
}

static const json_t *definition(const char *name)
{
    const json_t *found = json_object_get(json_object_get(schema, "definitions"), name);

    if (found == NULL)
        fail_msg("the schema has no definition of '%s'", name);
    return found;
}

static void same_fields(const char *of, const tern_field *fields, size_t others);

/* What a value of that kind is in the schema; a list of types is told by its first. */
static void same_value(const char *key, const tern_field *f, const json_t *value)
{
    static const char *const types[] = {
        [TERN_TEXT] = "string", [TERN_BOOL] = "boolean", [TERN_I32] = "integer",
        [TERN_U32] = "integer", [TERN_U64] = "integer",  [TERN_REAL] = "number",
    };
    const json_t *type = json_object_get(value, "type");

    if (f->kind == TERN_STRUCT) {
        const char *ref = json_string_value(json_object_get(value, "$ref"));
        if (ref == NULL || strncmp(ref, "#/definitions/", 14) != 0)
            fail_msg("'%s' is no reference to a definition", key);
        else
            same_fields(ref + 14, f->fields, 0);
    } else if (f->kind == TERN_NAME) {
        const json_t *names = json_object_get(value, "enum");
        size_t count = 0;
        for (; f->names[count] != NULL; count++)
            if (strcmp(f->names[count], json_string_value(json_array_get(names, count))) != 0)
                fail_msg("'%s' has other names", key);
        assert_int_equal(json_array_size(names), count);
    } else {
        const json_t *first = json_is_array(type) ? json_array_get(type, 0) : type;
        if (!json_is_string(first) || strcmp(json_string_value(first), types[f->kind]) != 0)
            fail_msg("'%s' is no %s in the schema", key, types[f->kind]);
        assert_int_equal(json_is_array(type), f->kind == TERN_REAL); /* which may be null */
    }
}

/* The definition has the fields, and that many others. */
static void same_fields(const char *of, const tern_field *fields, size_t others)
{
    const json_t *properties = json_object_get(definition(of), "properties");
    size_t count = others;

    for (const tern_field *f = fields; f->key != NULL; f++, count++) {
        const json_t *value = json_object_get(properties, f->key);
        if (value == NULL)
            fail_msg("'%s' of '%s' is not in the schema", f->key, of);
        if (f->many == TERN_ONE) {
            same_value(f->key, f, value);
            continue;
        }
        assert_string_equal(json_string_value(json_object_get(value, "type")), "array");
        same_value(f->key, f, json_object_get(value, "items"));
    }
    if (json_object_size(properties) != count)
        fail_msg("the schema has %zu fields of '%s', the tables %zu", json_object_size(properties), of, count);
}

static void it_has_the_fields_of_every_type_of_line(void **state)
{
    (void)state;
    for (tern_line line = 0; line < TERN_LINES; line++)
        same_fields(tern_line_types[line].name, tern_line_types[line].fields, line == TERN_LINE_RUN ? 2 : 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_has_the_fields_of_every_type_of_line),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
