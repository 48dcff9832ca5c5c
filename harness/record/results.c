#include "record/results.h"

#include "base/text.h"
#include "record/file.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* The list of each type of line. */
static const size_t lists[TERN_LINES] = {
    [TERN_LINE_RUN] = offsetof(tern_results, runs),
    [TERN_LINE_CASE] = offsetof(tern_results, cases),
    [TERN_LINE_DECODE] = offsetof(tern_results, decodes),
    [TERN_LINE_END] = offsetof(tern_results, ends),
    [TERN_LINE_COMPARED] = offsetof(tern_results, compared),
    [TERN_LINE_PAIR] = offsetof(tern_results, pairs),
    [TERN_LINE_ARM] = offsetof(tern_results, arms),
    [TERN_LINE_STEP] = offsetof(tern_results, steps),
    [TERN_LINE_POINT] = offsetof(tern_results, points),
    [TERN_LINE_REMEASURED] = offsetof(tern_results, remeasured),
    [TERN_LINE_TRIED] = offsetof(tern_results, tried),
};

static tern_list *list_of(const tern_results *results, tern_line line)
{
    return (tern_list *)(void *)((char *)results + lists[line]);
}

static void *item_of(const tern_results *results, tern_line line, size_t index)
{
    return (char *)list_of(results, line)->item + index * tern_line_types[line].bytes;
}

static const char *id_of(const tern_results *results, tern_line_place place)
{
    return (const char *)item_of(results, place.line, place.index) + tern_line_types[place.line].id;
}

/* Lines of another type may have the same id: they have another hash. */
static uint64_t hash_of(tern_line line, const char *id)
{
    return XXH3_64bits_withSeed(id, strlen(id), (XXH64_hash_t)line);
}

tern_status tern_list_make_room(tern_list *list, size_t bytes, tern_error *error)
{
    if (list->count < list->capacity)
        return TERN_OK;
    const size_t capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
    void *larger = realloc(list->item, capacity * bytes);
    if (larger == NULL)
        return tern_error_memory(error, "records", (double)(capacity * bytes));
    list->item = larger;
    list->capacity = capacity;
    return TERN_OK;
}

/* A record of the run that goes on which says nothing, and whose id the new one has. NULL: there is none. */
static void *superseded(const tern_results *results, tern_line line, const void *value)
{
    const size_t finding = line == TERN_LINE_CASE     ? offsetof(tern_record, finding)
                           : line == TERN_LINE_DECODE ? offsetof(tern_decode_record, finding)
                                                      : 0;
    const tern_line_type *type = &tern_line_types[line];
    char *item;
    size_t cursor = 0;

    if (finding == 0)
        return NULL;
    while ((item = (char *)(uintptr_t)tern_results_find(results, line, (const char *)value + type->id, &cursor)) !=
           NULL)
        if (((const tern_finding *)(void *)(item + finding))->verdict == TERN_INTERRUPTED &&
            *(const uint32_t *)(void *)(item + type->run) == (uint32_t)(results->runs.count - 1))
            return item;
    return NULL;
}

/* A line of a run behind its end: that was not the end. */
static void go_on(tern_results *results, tern_line line)
{
    tern_run_end *last = results->ends.count > 0 ? &results->ends.item[results->ends.count - 1] : NULL;

    if (last != NULL && line != TERN_LINE_RUN && line != TERN_LINE_END)
        last->went_on |= last->run == (uint32_t)(results->runs.count - 1);
}

/* Appends the struct; its owned arrays become the results' when that succeeds. */
static tern_status append(tern_results *results, tern_line line, const void *value, tern_error *error)
{
    const tern_line_type *type = &tern_line_types[line];
    tern_list *list = list_of(results, line);
    tern_status status;

    assert(line == TERN_LINE_RUN || results->runs.count > 0);
    go_on(results, line);
    void *former = superseded(results, line, value);
    if (former != NULL) {
        tern_fields_free(type->fields, former);
        memcpy(former, value, type->bytes);
        *(uint32_t *)(void *)((char *)former + type->run) = (uint32_t)(results->runs.count - 1);
        return TERN_OK;
    }
    if ((status = tern_list_make_room(list, type->bytes, error)) != TERN_OK ||
        (status = tern_list_make_room(&results->order.list, sizeof *results->order.item, error)) != TERN_OK)
        return status;
    if (type->id != 0)
        status =
            tern_index_add(&results->by_id, hash_of(line, (const char *)value + type->id), results->order.count, error);
    if (status != TERN_OK)
        return status;
    results->order.item[results->order.count++] = (tern_line_place){line, list->count};
    char *item = memcpy(item_of(results, line, list->count++), value, type->bytes);
    if (line == TERN_LINE_RUN)
        return TERN_OK;
    const uint32_t run = (uint32_t)(results->runs.count - 1);
    *(uint32_t *)(void *)(item + type->run) = run;
    return TERN_OK;
}

static tern_status take(tern_results *results, tern_line line, void *value, tern_error *error)
{
    const tern_status status = append(results, line, value, error);

    if (status != TERN_OK)
        tern_fields_free(tern_line_types[line].fields, value);
    return status;
}

tern_status tern_results_add(tern_results *results, tern_line line, const void *value, tern_error *error)
{
    const tern_line_type *type = &tern_line_types[line];
    void *copy = malloc(type->bytes);
    tern_status status;

    if (copy == NULL || !tern_fields_own(type->fields, memcpy(copy, value, type->bytes)))
        status = tern_error_memory(error, "a record", (double)type->bytes);
    else
        status = take(results, line, copy, error);
    free(copy);
    return status;
}

typedef struct choice {
    tern_results *results;
    const tern_filter *filter;
    tern_held left_out; /* of the last run, by the filter */
} choice;

/* An id begins with the kernel's name and what is no part of a name. */
static void rename_kernel(const tern_results *results, tern_record *record)
{
    const char *name =
        results->name_today == NULL ? record->kernel : results->name_today(results->names, record->kernel);
    const size_t length = strlen(record->kernel);
    char rest[sizeof record->id];

    if (strcmp(name, record->kernel) == 0)
        return;
    if (strncmp(record->id, record->kernel, length) == 0) {
        tern_text_copy(rest, sizeof rest, record->id + length);
        tern_text_copy(record->id, sizeof record->id, name);
        tern_text_append(record->id, sizeof record->id, "%s", rest);
    }
    tern_text_copy(record->kernel, sizeof record->kernel, name);
}

/* Is a tern_file_visit: takes lines without an id, and those whose id passes. */
static tern_status take_chosen(void *context, tern_line line, void *value, tern_error *error)
{
    choice *c = context;
    const tern_line_type *type = &tern_line_types[line];

    if (line == TERN_LINE_CASE)
        rename_kernel(c->results, value);
    const bool passes =
        type->id == 0 || c->filter == NULL || tern_filter_passes(c->filter, (const char *)value + type->id);
    if (passes)
        tern_held_take(&c->results->held, line, value);
    if (!passes || line == TERN_LINE_RUN)
        tern_held_take(&c->left_out, line, value);
    if (line == TERN_LINE_END) {
        tern_held_leave_out(&c->left_out, value);
        tern_held_judge(&c->results->held, value);
    }
    if (passes)
        return take(c->results, line, value, error);
    tern_fields_free(type->fields, value);
    return TERN_OK;
}

tern_status tern_results_read(tern_results *results, const char *path, bool *cut, tern_error *error)
{
    return tern_results_read_chosen(results, path, NULL, cut, error);
}

tern_status tern_results_read_chosen(tern_results *results, const char *path, const tern_filter *filter, bool *cut,
                                     tern_error *error)
{
    choice c = {.results = results, .filter = filter};
    bool last_is_cut;
    results->held = (tern_held){0};
    const tern_status status = tern_file_read(path, take_chosen, &c, &last_is_cut, error);

    if (cut != NULL)
        *cut = last_is_cut;
    return status;
}

tern_status tern_results_read_stream(tern_results *results, FILE *stream, const char *path, tern_file_extent *extent,
                                     tern_error *error)
{
    choice c = {.results = results};

    results->held = (tern_held){0};
    return tern_file_read_stream(stream, path, take_chosen, &c, extent, error);
}

tern_status tern_results_write(const tern_results *results, FILE *stream, tern_error *error)
{
    tern_status status = TERN_OK;

    for (size_t i = 0; i < results->order.count && status == TERN_OK; i++) {
        const tern_line_place at = results->order.item[i];
        status = tern_file_write(stream, at.line, item_of(results, at.line, at.index), error);
    }
    return status;
}

const void *tern_results_find(const tern_results *results, tern_line line, const char *id, size_t *cursor)
{
    size_t place;

    while (tern_index_next(&results->by_id, hash_of(line, id), cursor, &place)) {
        const tern_line_place at = results->order.item[place];
        if (at.line == line && strcmp(id_of(results, at), id) == 0)
            return item_of(results, line, at.index);
    }
    return NULL;
}

const void *tern_results_line(const tern_results *results, tern_line_place place)
{
    return item_of(results, place.line, place.index);
}

const tern_run_end *tern_results_end(const tern_results *results, uint32_t run)
{
    for (size_t i = results->ends.count; i-- > 0;)
        if (results->ends.item[i].run == run && !results->ends.item[i].went_on)
            return &results->ends.item[i];
    return NULL;
}

void tern_results_free(tern_results *results)
{
    for (tern_line line = 0; line < TERN_LINES; line++) {
        for (size_t i = 0; i < list_of(results, line)->count; i++)
            tern_fields_free(tern_line_types[line].fields, item_of(results, line, i));
        free(list_of(results, line)->item);
    }
    free(results->order.item);
    tern_index_free(&results->by_id);
    memset(results, 0, sizeof *results);
}
