#include "run/tune.h"

#include "base/interrupt.h"
#include "run/decode_kernels.h"
#include "run/picker.h"

#include <string.h>

/* What one of the two was given. */
typedef struct tuning_run {
    const tern_plan *plan;
    const tern_decode_job *job;
    const tern_kernel *alone; /* NULL: all are tried */
} tuning_run;

/* A tern_tuning_tell. */
static tern_status keep(void *context, const tern_tried *tried, tern_error *error)
{
    tern_recording *recording = context;

    return tern_sink_add(&recording->sink, TERN_LINE_TRIED, tried, error);
}

static bool found_wrong(const tern_recording *recording)
{
    const tern_results *results = &recording->sink.results;

    for (size_t i = 0; i < results->tried.count; i++)
        if (results->tried.item[i].wrong)
            return true;
    return false;
}

static tern_status find_fastest(tern_recording *recording, const tern_workload *workload, const tern_kernel *alone,
                                tern_error *error)
{
    const tern_picker picker = {.session = recording->session,
                                .environment = &recording->environment,
                                .activity = &recording->activity,
                                .fresh = true,
                                .alone = alone,
                                .tell = keep,
                                .context = recording};
    tern_tried chosen;
    tern_case best;

    const tern_status status = tern_picker_pick(&picker, workload, &best, &chosen, error);
    return status == TERN_NOTHING && found_wrong(recording) ? TERN_WRONG : status;
}

/* Whether a case before it in the plan is of the same problem. */
static bool came_before(const tern_plan *plan, size_t index)
{
    const tern_problem_key problem = tern_case_problem(&plan->cases[index].c);

    for (size_t i = 0; i < index; i++) {
        const tern_problem_key earlier = tern_case_problem(&plan->cases[i].c);
        if (tern_problem_key_same(&earlier, &problem))
            return true;
    }
    return false;
}

static tern_status run_plan(void *context, tern_recording *recording, tern_error *error)
{
    const tuning_run *run = context;
    const tern_plan *plan = run->plan;
    tern_status status = TERN_OK;

    for (size_t i = 0; i < plan->count && status == TERN_OK && tern_interrupt_signal() == 0; i++) {
        const tern_case *c = &plan->cases[i].c;
        if (c->threads == 0 || came_before(plan, i))
            continue;
        const tern_workload workload = tern_workload_of_case(c);
        status = find_fastest(recording, &workload, run->alone, error);
    }
    return status;
}

static tern_status run_decode(void *context, tern_recording *recording, tern_error *error)
{
    const tuning_run *run = context;
    tern_decode_job job = *run->job;
    tern_geometry geometry;
    tern_parts parts;
    char source[256];
    tern_status status = tern_decode_kernels_look(&job, &geometry, &parts, source, sizeof source, error);

    if (status == TERN_OK) {
        const tern_workload workload = tern_decode_kernels_workload(&job, &geometry, &parts);
        status = find_fastest(recording, &workload, run->alone, error);
    }
    tern_parts_free(&parts);
    return status;
}

/* `auto` goes on without what is wrong, but who asks what there is shall not miss it. */
static tern_status judge(void *context, tern_recording *recording, tern_error *error)
{
    (void)context;
    (void)error;
    return found_wrong(recording) ? TERN_WRONG : TERN_OK;
}

int tern_tune_plan(tern_recording *recording, const tern_recording_settings *settings, tern_session *session,
                   tern_plan *plan, const tern_kernel *alone, const tern_observer *observer, tern_error *error)
{
    tuning_run run = {.plan = plan, .alone = alone};
    const tern_work work = {.context = &run, .demand = tern_planning_demand(plan), .run = run_plan, .status = judge};

    return tern_recording_run(recording, settings, session, observer, &work, error);
}

int tern_tune_decode(tern_recording *recording, const tern_recording_settings *settings, tern_session *session,
                     const tern_decode_job *job, const tern_kernel *alone, const tern_observer *observer,
                     tern_error *error)
{
    tuning_run run = {.job = job, .alone = alone};
    const tern_work work = {.context = &run,
                            .demand = {.timed = true, .threads = job->threads, .cold = true},
                            .run = run_decode,
                            .status = judge};

    return tern_recording_run(recording, settings, session, observer, &work, error);
}
