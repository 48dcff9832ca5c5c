#include "record/results.h"

#include "record/file.h"

#include <stdlib.h>

/* Makes room for one more element of `bytes` bytes. */
static tern_status grow(void **array, size_t count, size_t *capacity, size_t bytes, tern_error *error)
{
    if (count < *capacity)
        return TERN_OK;
    const size_t wanted = *capacity == 0 ? 16 : 2 * *capacity;
    void *larger = realloc(*array, wanted * bytes);
    if (larger == NULL)
        return tern_error_memory(error, "records", (double)(wanted * bytes));
    *array = larger;
    *capacity = wanted;
    return TERN_OK;
}

tern_status tern_results_add(tern_results *results, const tern_record *record, tern_error *error)
{
    void *records = results->records;
    const tern_status status = grow(&records, results->count, &results->capacity, sizeof *record, error);

    results->records = records;
    if (status == TERN_OK)
        results->records[results->count++] = *record;
    return status;
}

tern_status tern_results_add_decode(tern_results *results, const tern_decode_record *record, tern_error *error)
{
    void *decodes = results->decodes;
    const tern_status status = grow(&decodes, results->decode_count, &results->decode_capacity, sizeof *record, error);

    results->decodes = decodes;
    if (status == TERN_OK)
        results->decodes[results->decode_count++] = *record;
    return status;
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

static tern_status take_decode(void *context, const tern_decode_record *record, tern_error *error)
{
    return tern_results_add_decode(context, record, error);
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
    const tern_file_visitor visitor = {results, take_run, take_record, take_decode, take_end};
    tern_file_state state;
    const tern_status status = tern_file_read(path, &visitor, &state, error);

    if (cut != NULL)
        *cut = state.cut;
    return status;
}

void tern_results_free(tern_results *results)
{
    free(results->records);
    free(results->decodes);
    results->records = NULL;
    results->decodes = NULL;
    results->count = results->capacity = results->decode_count = results->decode_capacity = 0;
}
