#include "record/fields.h"
#include "record/json.h"

#include <math.h>

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* A command line or an environment variable may hold any bytes, JSON only UTF-8. */
static json_t *text_from(const char *text)
{
    json_t *string = json_string(text);

    return string != NULL ? string : json_string("(not UTF-8)");
}

static json_t *element_from(const tern_field *f, const char *at)
{
    switch (f->kind) {
    case TERN_REALS:
        return number(*(const double *)(const void *)at);
    case TERN_I32S:
        return json_integer(*(const int32_t *)(const void *)at);
    default:
        return text_from(at);
    }
}

static json_t *array_from(const tern_field *f, const char *base)
{
    const uint32_t count = *(const uint32_t *)(const void *)(base + f->count);
    json_t *array = json_array();

    for (uint32_t i = 0; i < count; i++)
        if (json_array_append_new(array, element_from(f, base + f->offset + i * tern_field_element_bytes(f))) != 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

static json_t *value_from(const tern_field *f, const char *base)
{
    const void *at = base + f->offset;

    switch (f->kind) {
    case TERN_TEXT:
        return text_from(at);
    case TERN_BOOL:
        return json_boolean(*(const bool *)at);
    case TERN_I32:
        return json_integer(*(const int32_t *)at);
    case TERN_U32:
        return json_integer(*(const uint32_t *)at);
    case TERN_U64:
        return json_integer((json_int_t) * (const uint64_t *)at);
    case TERN_REAL:
        return number(*(const double *)at);
    case TERN_VERDICT:
        return json_string(tern_verdict_name(*(const tern_verdict *)at));
    case TERN_STOP:
        return json_string(tern_stop_name(*(const tern_stop *)at));
    default:
        return array_from(f, base);
    }
}

/* Adds the fields of a struct to an object. False when memory ran out. */
static bool put(json_t *object, const tern_field *fields, const void *base)
{
    for (const tern_field *f = fields; f->key != NULL; f++)
        if (json_object_set_new(object, f->key, value_from(f, base)) != 0)
            return false;
    return true;
}

/* Adds an array of structs of `bytes` bytes each. */
static bool put_list(json_t *object, const char *key, const tern_field *fields, const void *base, size_t count,
                     size_t bytes)
{
    json_t *list = json_array();

    if (json_object_set_new(object, key, list) != 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        json_t *item = json_object();
        if (json_array_append_new(list, item) != 0 || !put(item, fields, (const char *)base + i * bytes))
            return false;
    }
    return true;
}

static bool put_object(json_t *parent, const char *key, const tern_field *fields, const void *base)
{
    return json_object_set_new(parent, key, json_object()) == 0 && put(json_object_get(parent, key), fields, base);
}

static bool put_timing(json_t *json, const tern_timing *timing)
{
    if (!put_object(json, "timing", tern_timing_fields, timing))
        return false;
    json_t *object = json_object_get(json, "timing");
    return put_object(object, "disturbance", tern_disturbance_fields, &timing->disturbance) &&
           put_list(object, "counters", tern_counter_fields, timing->counter, timing->counters,
                    sizeof *timing->counter);
}

static bool put_finding(json_t *json, const tern_finding *finding)
{
    return put_object(json, "finding", tern_finding_fields, finding) &&
           put_list(json_object_get(json, "finding"), "differences", tern_difference_fields, finding->difference,
                    finding->differences, sizeof *finding->difference);
}

json_t *tern_json_from_record(const tern_record *record)
{
    json_t *json = json_object();

    if (json_object_set_new(json, "type", json_string("case")) == 0 && put(json, tern_record_fields, record) &&
        put_finding(json, &record->finding) &&
        put_list(json, "facts", tern_fact_fields, record->fact, record->facts, sizeof *record->fact) &&
        (!record->timed || put_timing(json, &record->timing)))
        return json;
    json_decref(json);
    return NULL;
}

json_t *tern_json_from_decode(const tern_decode_record *record)
{
    json_t *json = json_pack("{s:s}", "type", "decode");

    if (put(json, tern_decode_fields, record) && put_finding(json, &record->finding) &&
        put_object(json, "prefill", tern_phase_fields, &record->prefill) &&
        put_object(json, "decode", tern_phase_fields, &record->decode))
        return json;
    json_decref(json);
    return NULL;
}

json_t *tern_json_from_run(const tern_run *run)
{
    json_t *json = json_pack("{s:s, s:i}", "type", "run", "schema", TERN_RECORD_SCHEMA);

    if (put(json, tern_run_fields, run))
        return json;
    json_decref(json);
    return NULL;
}

json_t *tern_json_from_end(const tern_run_end *end)
{
    json_t *json = json_pack("{s:s}", "type", "end");

    if (put(json, tern_end_fields, end))
        return json;
    json_decref(json);
    return NULL;
}
