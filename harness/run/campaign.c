#include "run/campaign.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "measure/paired.h"
#include "plan/sweep.h"
#include "run/checks.h"
#include "run/pace.h"
#include "run/picker.h"
#include "run/planned.h"
#include "run/planning.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct campaign {
    const tern_campaign_settings *settings;
    tern_plan *plan;
    tern_recording *recording;
    tern_checks checks;
    bool *done; /* of each case in the plan */
    /* What runs now: one case, or those that are sampled in turns. */
    uint32_t running;
    const tern_planned **planned;
    tern_record *record;
    tern_paired_member *member;
    char label[TERN_ID_BYTES + 64];
} campaign;

/*
 * Slow kernels under sanitizers reach some 50 million multiply-adds a second; a check calls a kernel about ten times.
 */
static tern_child_options child_options(campaign *run, const tern_case *c)
{
    const double macs = tern_sweep_macs(c);
    const double timing_s = c->cache == TERN_CHECK_ONLY ? 0.0 : 30.0 + 4.0 * run->settings->budget_s;

    return tern_activity_child(&run->recording->activity, run->settings->deadline_s + timing_s + macs / 5e6);
}

/* The place of the baseline kernel among the members, -1 when it is not there. */
static int32_t find_baseline(const campaign *run, const tern_paired_member *member, uint32_t members)
{
    const char *baseline = run->recording->session->run.baseline;

    for (uint32_t i = 0; i < members; i++)
        if (strcmp(member[i].record->kernel, baseline) == 0 && member[i].record->toggles[0] == '\0')
            return (int32_t)i;
    return -1;
}

static tern_status make_member(campaign *run, uint32_t index, tern_paired_member *member, tern_error *error)
{
    tern_recording *recording = run->recording;
    const tern_planned *planned = run->planned[index];

    *member = (tern_paired_member){
        .c = &planned->c,
        .options =
            {
                .min_sample_ms = 5.0,
                .min_samples = run->settings->min_samples,
                .precision = 0.01,
                .budget_s = run->settings->budget_s,
                .with_roofs = planned->paired != 0,
            },
        .deadline_s = child_options(run, &planned->c).deadline_s,
        .record = &run->record[index],
    };
    return tern_environment_fill(&recording->environment, planned->c.threads, planned->c.kernel->isa, &member->options,
                                 &recording->activity, error);
}

/* Those for whose timing there is not enough memory are none for this machine. */
static tern_status leave_out(tern_paired_member *member, uint32_t members, const char *reason)
{
    for (uint32_t i = 0; i < members; i++) {
        member[i].record->timed = false;
        member[i].record->finding.verdict = TERN_UNSUPPORTED;
        tern_text_copy(member[i].record->finding.reason, sizeof member[i].record->finding.reason, reason);
    }
    return TERN_OK;
}

/* Times those that are EXACT. */
static tern_status measure(campaign *run, tern_error *error)
{
    tern_paired_member *member = run->member;
    tern_error cause = {""};
    uint32_t members = 0;
    tern_status status = TERN_OK;

    for (uint32_t i = 0; i < run->running && status == TERN_OK; i++)
        if (run->record[i].finding.verdict == TERN_EXACT && run->planned[i]->c.cache != TERN_CHECK_ONLY)
            status = make_member(run, i, &member[members++], error);
    if (status != TERN_OK || members == 0 || tern_interrupt_signal() != 0)
        return status;
    if (run->running > 1)
        tern_text_append(run->label, sizeof run->label, " and %" PRIu32 " in turns with it", run->running - 1);
    tern_activity_say(&run->recording->activity, run->label);
    const tern_child_options child = child_options(run, member[0].c);
    status = tern_paired_run(member, members, find_baseline(run, member, members), &child, &cause);
    if (status == TERN_ENVIRONMENT && tern_error_is_memory(cause.text))
        status = leave_out(member, members, cause.text);
    else if (status != TERN_OK)
        tern_error_set(error, status, "%s", cause.text);
    for (uint32_t i = 0; i < members; i++)
        if (member[i].record->timed)
            tern_record_conclude(member[i].record);
    return status;
}

static tern_status check(campaign *run, tern_error *error)
{
    const tern_observer *observer = run->recording->activity.observer;
    tern_status status = TERN_OK;

    if (observer->start != NULL)
        observer->start(observer->context, run->planned, run->running);
    for (uint32_t i = 0; i < run->running && status == TERN_OK && tern_interrupt_signal() == 0; i++) {
        tern_case alone = run->planned[i]->c;
        alone.cache = TERN_CHECK_ONLY; /* a check has no time for samples */
        const tern_child_options child = child_options(run, &alone);
        tern_planned_describe(run->planned[i], &run->record[i]);
        tern_text_copy(run->label, sizeof run->label, run->record[i].id);
        tern_activity_say(&run->recording->activity, run->label);
        status = tern_checks_look(&run->checks, &run->planned[i]->c, &child, &run->record[i].finding, error);
    }
    return status;
}

/* The case has its record, or had it before: record is NULL. */
static void tell(const campaign *run, const tern_planned *planned, const tern_record *record)
{
    const tern_observer *observer = run->recording->activity.observer;

    if (observer->finish != NULL)
        observer->finish(observer->context, planned, record);
}

/* From check to record. */
static tern_status run_cases(campaign *run, tern_error *error)
{
    tern_status status = check(run, error);

    if (status == TERN_OK && tern_interrupt_signal() == 0)
        status = measure(run, error);
    for (uint32_t i = 0; i < run->running && status == TERN_OK && tern_interrupt_signal() == 0; i++) {
        status = tern_sink_add(&run->recording->sink, TERN_LINE_CASE, &run->record[i], error);
        if (status == TERN_OK)
            tell(run, run->planned[i], &run->record[i]);
    }
    for (uint32_t i = 0; i < run->running; i++)
        tern_record_free(&run->record[i]);
    return status;
}

/* How many cases run together at most. */
static size_t largest_group(const tern_plan *plan)
{
    size_t most = 1;

    for (size_t i = 0; i < plan->count; i++) {
        size_t members = 0;
        for (size_t j = i; j < plan->count && plan->cases[i].paired != 0; j++)
            members += plan->cases[j].paired == plan->cases[i].paired;
        most = members > most ? members : most;
    }
    return most;
}

/* Takes the case, and those of its group that are left. */
static void gather(campaign *run, size_t first)
{
    const tern_plan *plan = run->plan;

    run->running = 0;
    for (size_t i = first; i < plan->count; i++)
        if (!run->done[i] &&
            (i == first || (plan->cases[first].paired != 0 && plan->cases[i].paired == plan->cases[first].paired))) {
            run->planned[run->running++] = &plan->cases[i];
            run->done[i] = true;
        }
}

/* Passes over what an earlier part of a resumed run has done. */
static void pass_over_done(campaign *run)
{
    const tern_plan *plan = run->plan;
    char id[TERN_ID_BYTES];

    for (size_t i = 0; i < plan->count && run->settings->recording.sink.resume; i++) {
        run->done[i] = tern_sink_find(&run->recording->sink, tern_case_id(&plan->cases[i].c, id, sizeof id)) != NULL;
        if (run->done[i])
            tell(run, &plan->cases[i], NULL);
    }
}

static bool time_is_over(const campaign *run)
{
    const double total_s = run->settings->total_s;

    return total_s > 0.0 && 1e-9 * tern_clock_ns() - run->recording->started_s > total_s;
}

static tern_status run_all(void *context, tern_recording *recording, tern_error *error)
{
    campaign *run = context;
    tern_status status = TERN_OK;

    pass_over_done(run);
    for (size_t i = 0; i < run->plan->count && status == TERN_OK && tern_interrupt_signal() == 0; i++) {
        if (run->done[i])
            continue;
        if (time_is_over(run)) {
            tern_text_copy(recording->end.reason, sizeof recording->end.reason, "the time budget of --total ended");
            return TERN_OK;
        }
        gather(run, i);
        status = run_cases(run, error);
    }
    return status;
}

/* What an earlier part of the run took for the same problem is taken again. NULL: it took nothing. */
static const tern_record *find_earlier_pick(const campaign *run, const tern_case *c)
{
    const tern_results *results = &run->recording->sink.results;
    const tern_problem_key problem = tern_case_problem(c);

    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *record = &results->cases.item[i];
        if (record->pick_reason[0] != '\0' && tern_problem_key_same(&record->problem, &problem))
            return record;
    }
    return NULL;
}

/* What was taken before, where the kernel is there today. */
static bool pick_again(const campaign *run, tern_case *c, char *reason, size_t bytes)
{
    const tern_record *earlier = find_earlier_pick(run, c);

    if (earlier == NULL ||
        !tern_case_take_kernel(c, earlier->kernel, earlier->toggles, run->recording->session->registry))
        return false;
    tern_text_copy(reason, bytes, earlier->pick_reason);
    return true;
}

/* A tern_plan_pick. */
static tern_status pick(void *context, tern_case *c, char *reason, size_t bytes, tern_error *error)
{
    campaign *run = context;
    tern_recording *recording = run->recording;
    const tern_picker picker = {
        .session = recording->session, .environment = &recording->environment, .activity = &recording->activity};

    return pick_again(run, c, reason, bytes) ? TERN_OK : tern_picker_pick_case(&picker, c, reason, bytes, error);
}

static tern_status prepare(void *context, tern_recording *recording, tern_error *error)
{
    campaign *run = context;

    run->recording = recording;
    const tern_status status = tern_plan_resolve(run->plan, pick, run, error);
    if (status != TERN_OK)
        return status;
    const tern_pace pace = tern_pace_here(&recording->session->run, &recording->environment, run->settings->budget_s);
    tern_estimate_plan(run->plan, &pace);
    recording->session->run.cases = (uint32_t)run->plan->count;
    const size_t most = largest_group(run->plan);
    run->done = calloc(run->plan->count, sizeof *run->done);
    run->planned = calloc(most, sizeof *run->planned);
    run->record = calloc(most, sizeof *run->record);
    run->member = calloc(most, sizeof *run->member);
    if (run->done == NULL || run->planned == NULL || run->record == NULL || run->member == NULL)
        return tern_error_memory(error, "records", (double)most * sizeof *run->record);
    return tern_checks_open(&run->checks, error);
}

int tern_campaign_run(tern_recording *recording, const tern_campaign_settings *settings, tern_session *session,
                      tern_plan *plan, const tern_observer *observer, tern_error *error)
{
    campaign run = {.settings = settings, .plan = plan};
    const tern_work work = {
        .context = &run, .demand = tern_planning_demand(plan), .plan = plan, .prepare = prepare, .run = run_all};
    const int exit_status = tern_recording_run(recording, &settings->recording, session, observer, &work, error);

    tern_checks_close(&run.checks);
    free(run.done);
    free(run.planned);
    free(run.record);
    free(run.member);
    return exit_status;
}
