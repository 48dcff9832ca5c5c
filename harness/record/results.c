#include "record/results.h"

#include "record/file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What the code below must know of each type of line. */
static const struct line_type {
    size_t bytes;
    size_t list; /* offset of its list in tern_results */
    size_t run;  /* offset of the index of its run; a run has none */
} line_types[TERN_LINES] = {
    [TERN_LINE_RUN] = {sizeof(tern_run), offsetof(tern_results, runs), 0},
    [TERN_LINE_CASE] = {sizeof(tern_record), offsetof(tern_results, cases), offsetof(tern_record, run)},
    [TERN_LINE_DECODE] = {sizeof(tern_decode_record), offsetof(tern_results, decodes),
                          offsetof(tern_decode_record, run)},
    [TERN_LINE_END] = {sizeof(tern_run_end), offsetof(tern_results, ends), offsetof(tern_run_end, run)},
};

static tern_list *list_of(tern_results *results, tern_line line)
{
    return (tern_list *)(void *)((char *)results + line_types[line].list);
}

/* Appends a copy of `bytes` bytes. Returns where it stands, NULL when memory ran out. */
static void *append(tern_list *list, const void *value, size_t bytes, tern_error *error)
{
    if (list->count == list->capacity) {
        const size_t capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
        void *larger = realloc(list->item, capacity * bytes);
        if (larger == NULL) {
            tern_error_memory(error, "records", (double)(capacity * bytes));
            return NULL;
        }
        list->item = larger;
        list->capacity = capacity;
    }
    return memcpy((char *)list->item + bytes * list->count++, value, bytes);
}

tern_status tern_results_add(tern_results *results, tern_line line, const void *value, tern_error *error)
{
    const struct line_type *type = &line_types[line];
    const tern_line_place place = {line, list_of(results, line)->count};

    assert(line == TERN_LINE_RUN || results->runs.count > 0);
    char *added = append(list_of(results, line), value, type->bytes, error);
    if (added == NULL || append(&results->order.list, &place, sizeof place, error) == NULL)
        return TERN_ENVIRONMENT;
    if (line != TERN_LINE_RUN)
        *(uint32_t *)(void *)(added + type->run) = (uint32_t)(results->runs.count - 1);
    return TERN_OK;
}

static tern_status take_run(void *context, const tern_run *run, tern_error *error)
{
    return tern_results_add(context, TERN_LINE_RUN, run, error);
}

static tern_status take_record(void *context, const tern_record *record, tern_error *error)
{
    return tern_results_add(context, TERN_LINE_CASE, record, error);
}

static tern_status take_decode(void *context, const tern_decode_record *record, tern_error *error)
{
    return tern_results_add(context, TERN_LINE_DECODE, record, error);
}

static tern_status take_end(void *context, const tern_run_end *end, tern_error *error)
{
    return tern_results_add(context, TERN_LINE_END, end, error);
}

tern_status tern_results_read(tern_results *results, const char *path, bool *cut, tern_error *error)
{
    const tern_file_visitor visitor = {results, take_run, take_record, take_decode, take_end};
    tern_file_state state;
    const tern_status status = tern_file_read(path, &visitor, &state, error);

    if (cut != NULL)
        *cut = state.cut;
    return status;
}

const tern_run_end *tern_results_end(const tern_results *results, uint32_t run)
{
    for (size_t i = results->ends.count; i-- > 0;)
        if (results->ends.item[i].run == run)
            return &results->ends.item[i];
    return NULL;
}

void tern_results_reopen(tern_results *results)
{
    if (results->order.count == 0 || results->order.item[results->order.count - 1].line != TERN_LINE_END)
        return;
    results->order.count--;
    results->ends.count--;
}

void tern_results_free(tern_results *results)
{
    for (tern_line line = 0; line < TERN_LINES; line++)
        free(list_of(results, line)->item);
    free(results->order.item);
    memset(results, 0, sizeof *results);
}
