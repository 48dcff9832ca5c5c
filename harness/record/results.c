#include "record/results.h"

#include "record/file.h"

#include <stdlib.h>

tern_status tern_results_add(tern_results *results, const tern_record *record, tern_error *error)
{
    if (results->count == results->capacity) {
        const size_t capacity = results->capacity == 0 ? 64 : 2 * results->capacity;
        tern_record *records = realloc(results->records, capacity * sizeof *records);
        if (records == NULL)
            return tern_error_memory(error, "records", (double)(capacity * sizeof *records));
        results->records = records;
        results->capacity = capacity;
    }
    results->records[results->count++] = *record;
    return TERN_OK;
}

static tern_status take_run(void *context, const tern_run *run, tern_error *error)
{
    tern_results *results = context;

    (void)error;
    results->run = *run;
    results->ended = false;
    return TERN_OK;
}

static tern_status take_record(void *context, const tern_record *record, tern_error *error)
{
    return tern_results_add(context, record, error);
}

static tern_status take_end(void *context, const tern_run_end *end, tern_error *error)
{
    tern_results *results = context;

    (void)error;
    results->end = *end;
    results->ended = true;
    return TERN_OK;
}

tern_status tern_results_read(tern_results *results, const char *path, bool *cut, tern_error *error)
{
    const tern_file_visitor visitor = {results, take_run, take_record, take_end};
    tern_file_state state;
    const tern_status status = tern_file_read(path, &visitor, &state, error);

    if (cut != NULL)
        *cut = state.cut;
    return status;
}

void tern_results_free(tern_results *results)
{
    free(results->records);
    results->records = NULL;
    results->count = results->capacity = 0;
}
