#include "decode/loop/measure_job.h"

#include "decode/loop/session.h"
#include "model/gguf_map.h"
#include "record/fields.h"

#include <stdlib.h>

/* What the child leaves. */
typedef struct answer {
    tern_status status;
    tern_error error;
    tern_decode_record record;
    int32_t cpu[]; /* of each thread; the record's */
} answer;

static void run_in_child(void *argument, void *result)
{
    answer *a = result;

    a->record.cpu = a->cpu;
    a->status = tern_decode_session(argument, &a->record, &a->error);
    /* Whatever came of it, then. */
    if (tern_gguf_map_whole(&a->error) != TERN_OK)
        a->status = TERN_USAGE;
}

/* The record's own copy of what lies in the answer. */
static tern_status take_over(answer *a, tern_decode_record *record, tern_error *error)
{
    a->record.cpu = a->cpu;
    *record = a->record;
    if (tern_fields_own(tern_decode_fields, record))
        return TERN_OK;
    record->cpus = 0;
    return tern_error_memory(error, "a record", 0.0);
}

tern_status tern_decode_measure(const tern_decode_job *job, const tern_child_options *child, tern_decode_record *record,
                                tern_error *error)
{
    const size_t bytes = sizeof(answer) + job->threads * sizeof(int32_t);
    tern_decode_job copy = *job;
    answer *a = calloc(1, bytes);
    tern_child_outcome outcome;

    if (a == NULL)
        return tern_error_memory(error, "a record", (double)bytes);
    tern_decode_describe(job, &a->record);
    *record = a->record;
    tern_status status = tern_child_run(run_in_child, &copy, a, bytes, child, &outcome, error);
    if (status == TERN_OK && outcome.end == TERN_CHILD_DONE) {
        status = a->status;
        if (status == TERN_OK)
            status = take_over(a, record, error);
        else if (error != NULL)
            *error = a->error;
    } else if (status == TERN_OK) {
        record->finding = tern_finding_of_child(&outcome);
    }
    free(a);
    return status;
}
