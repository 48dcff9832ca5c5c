#include "measure/measure.h"

#include "base/text.h"
#include "measure/step.h"
#include "measure/trial.h"

#include <stdlib.h>

typedef struct job {
    const tern_case *c;
    const tern_measure_options *options;
} job;

static void run_in_child(void *argument, void *result)
{
    const job *j = argument;

    tern_trial_run(j->c, j->options, result);
}

/* Takes over what the child left. */
static void fill_record(const tern_trial *trial, tern_record *record)
{
    record->p0_measured = trial->p0;
    record->facts = trial->facts;
    for (uint32_t i = 0; i < trial->facts; i++) {
        tern_text_copy(record->fact[i].name, sizeof record->fact[i].name, trial->fact[i].name);
        tern_text_copy(record->fact[i].unit, sizeof record->fact[i].unit, trial->fact[i].unit);
        record->fact[i].value = trial->fact[i].value;
    }
    record->timed = trial->timed;
    if (trial->timed)
        record->timing = trial->timing;
    else
        record->finding = trial->finding;
}

static tern_status add_steps(const tern_case *c, const tern_child_options *child, tern_timing *timing,
                             tern_error *error)
{
    if (timing->counters == TERN_MAX_COUNTERS)
        timing->counters--; /* a ratio gives way to what was asked for by name */
    return tern_step_count(c, TERN_STEP_LIMIT, child, &timing->counter[timing->counters++], error);
}

tern_status tern_measure_case(const tern_case *c, const tern_measure_options *options, const tern_child_options *child,
                              tern_record *record, tern_error *error)
{
    job j = {.c = c, .options = options};
    tern_trial *trial = calloc(1, sizeof *trial);
    tern_child_end end;

    record->timed = false;
    if (trial == NULL)
        return tern_error_memory(error, "a case's timing", sizeof *trial);
    tern_status status = tern_child_run(run_in_child, &j, trial, sizeof *trial, child, &end, &record->finding, error);
    if (status == TERN_OK && end == TERN_CHILD_DONE) {
        if ((status = trial->status) == TERN_OK)
            fill_record(trial, record);
        else if (error != NULL)
            *error = trial->error;
    }
    free(trial);
    if (status == TERN_OK && record->timed && options->counters != NULL && options->counters->step)
        status = add_steps(c, child, &record->timing, error);
    return status;
}
