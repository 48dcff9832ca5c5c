#include "base/text.h"
#include "record/fields.h"
#include "record/json.h"

#include <math.h>
#include <string.h>

static bool take_integer(const json_t *value, int64_t low, int64_t high, int64_t *integer)
{
    *integer = json_integer_value(value);
    return json_is_integer(value) && *integer >= low && *integer <= high;
}

static bool take_number(const json_t *value, double *number_out)
{
    *number_out = json_is_null(value) ? (double)NAN : json_number_value(value);
    return json_is_null(value) || json_is_number(value);
}

static bool take_array(const tern_field *f, const json_t *array, char *base)
{
    const size_t bytes = tern_field_element_bytes(f), count = json_array_size(array);

    if (!json_is_array(array) || count > f->bytes / bytes)
        return false;
    for (size_t i = 0; i < count; i++) {
        char *at = base + f->offset + i * bytes;
        const json_t *item = json_array_get(array, i);
        int64_t integer = 0;
        if (f->kind == TERN_REALS && !take_number(item, (double *)(void *)at))
            return false;
        if (f->kind == TERN_I32S && !take_integer(item, INT32_MIN, INT32_MAX, &integer))
            return false;
        if (f->kind == TERN_I32S)
            *(int32_t *)(void *)at = (int32_t)integer;
        if (f->kind == TERN_TEXTS && !json_is_string(item))
            return false;
        if (f->kind == TERN_TEXTS)
            tern_text_copy(at, bytes, json_string_value(item));
    }
    *(uint32_t *)(void *)(base + f->count) = (uint32_t)count;
    return true;
}

static bool take_stop(const json_t *value, tern_stop *stop)
{
    const char *name = json_string_value(value);

    for (*stop = TERN_STOP_NONE; name != NULL && *stop <= TERN_STOP_SAMPLES; ++*stop)
        if (strcmp(name, tern_stop_name(*stop)) == 0)
            return true;
    return false;
}

static bool take_value(const tern_field *f, const json_t *value, char *base)
{
    void *at = base + f->offset;
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
        return take_number(value, at);
    case TERN_VERDICT:
        return json_is_string(value) && tern_verdict_parse(json_string_value(value), at) == 0;
    case TERN_STOP:
        return take_stop(value, at);
    default:
        return take_array(f, value, base);
    }
}

static bool take(const json_t *object, const tern_field *fields, void *base, const char **what)
{
    for (const tern_field *f = fields; f->key != NULL; f++) {
        const json_t *value = json_object_get(object, f->key);
        if (value != NULL && !take_value(f, value, base)) {
            *what = f->key;
            return false;
        }
    }
    return true;
}

static bool take_list(const json_t *object, const char *key, const tern_field *fields, void *base, uint32_t *count,
                      uint32_t most, size_t bytes, const char **what)
{
    const json_t *list = json_object_get(object, key);

    *count = (uint32_t)json_array_size(list);
    if (*count > most) {
        *what = key;
        return false;
    }
    for (uint32_t i = 0; i < *count; i++)
        if (!take(json_array_get(list, i), fields, (char *)base + i * bytes, what))
            return false;
    return true;
}

static bool take_finding(const json_t *json, tern_finding *finding, const char **what)
{
    const json_t *object = json_object_get(json, "finding");

    return take(object, tern_finding_fields, finding, what) &&
           take_list(object, "differences", tern_difference_fields, finding->difference, &finding->differences,
                     TERN_FIRST_DIFFERENCES, sizeof *finding->difference, what);
}

bool tern_json_to_record(const json_t *json, tern_record *record, const char **what)
{
    const json_t *timing = json_object_get(json, "timing");
    tern_timing *t = &record->timing;

    memset(record, 0, sizeof *record);
    *what = record->id;
    return take(json, tern_record_fields, record, what) && take_finding(json, &record->finding, what) &&
           take_list(json, "facts", tern_fact_fields, record->fact, &record->facts, TERN_MAX_FACTS,
                     sizeof *record->fact, what) &&
           take(timing, tern_timing_fields, t, what) &&
           take(json_object_get(timing, "disturbance"), tern_disturbance_fields, &t->disturbance, what) &&
           take_list(timing, "counters", tern_counter_fields, t->counter, &t->counters, TERN_MAX_COUNTERS,
                     sizeof *t->counter, what);
}

bool tern_json_to_decode(const json_t *json, tern_decode_record *record, const char **what)
{
    memset(record, 0, sizeof *record);
    *what = record->id;
    return take(json, tern_decode_fields, record, what) && take_finding(json, &record->finding, what) &&
           take(json_object_get(json, "prefill"), tern_phase_fields, &record->prefill, what) &&
           take(json_object_get(json, "decode"), tern_phase_fields, &record->decode, what);
}

bool tern_json_to_run(const json_t *json, tern_run *run, const char **what)
{
    memset(run, 0, sizeof *run);
    return take(json, tern_run_fields, run, what);
}

bool tern_json_to_end(const json_t *json, tern_run_end *end, const char **what)
{
    memset(end, 0, sizeof *end);
    return take(json, tern_end_fields, end, what);
}
