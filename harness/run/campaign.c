#include "run/campaign.h"

#include "base/interrupt.h"
#include "base/text.h"
#include "cli/announce.h"
#include "cli/progress.h"
#include "measure/paired.h"
#include "plan/sweep.h"
#include "run/checks.h"
#include "run/environment.h"
#include "run/planned.h"
#include "run/sink.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct campaign {
    tern_session *session;
    tern_sink sink;
    tern_progress progress;
    tern_environment environment;
    tern_checks checks;
    bool *done; /* of each case in the plan */
    /* What runs now: one case, or those of a race. */
    uint32_t running;
    const tern_planned *planned[TERN_PAIRED_MAX];
    tern_record *record; /* of TERN_PAIRED_MAX */
    char label[TERN_ID_BYTES];
    tern_run_end end;
} campaign;

static bool tick(void *context)
{
    campaign *run = context;

    tern_progress_tick(&run->progress);
    return tern_interrupt_signal() == 0;
}

/*
 * Slow kernels under sanitizers reach some 50 million multiply-adds a second; a check calls a kernel about ten times.
 */
static tern_child_options child_options(campaign *run, const tern_case *c)
{
    const double macs = c->data.sweep != TERN_SWEEP_NONE ? tern_sweep_macs(c)
                                                         : (double)c->shape.m * (double)c->shape.k * (double)c->shape.n;
    const tern_options *options = run->session->options;
    const double timing_s = c->cache == TERN_CHECK_ONLY ? 0.0 : 30.0 + 4.0 * options->budget_s;

    return (tern_child_options){
        .deadline_s = options->deadline_s + timing_s + macs / 5e6,
        .tick = tick,
        .tick_context = run,
    };
}

/* The place of the baseline kernel among the entries, -1 when it is not there. */
static int32_t find_baseline(const campaign *run, const tern_paired_member *member, uint32_t members)
{
    for (uint32_t i = 0; i < members; i++)
        if (strcmp(member[i].record->kernel, run->session->run.baseline) == 0 && member[i].record->toggles[0] == '\0')
            return (int32_t)i;
    return -1;
}

static tern_status make_member(campaign *run, uint32_t index, tern_paired_member *member, tern_error *error)
{
    const tern_options *options = run->session->options;
    const tern_planned *planned = run->planned[index];
    const tern_child_options child = child_options(run, &planned->c);

    *member = (tern_paired_member){
        .c = &planned->c,
        .options =
            {
                .min_sample_ms = 5.0,
                .min_samples = options->min_samples,
                .precision = 0.01,
                .budget_s = options->budget_s,
                .with_roofs = planned->paired != 0,
            },
        .deadline_s = child.deadline_s,
        .record = &run->record[index],
    };
    return tern_environment_fill(&run->environment, &planned->c, &member->options, &child, error);
}

/* Times those that are EXACT. */
static tern_status measure(campaign *run, tern_error *error)
{
    tern_paired_member member[TERN_PAIRED_MAX];
    uint32_t members = 0;
    tern_status status = TERN_OK;

    for (uint32_t i = 0; i < run->running && status == TERN_OK; i++)
        if (run->record[i].finding.verdict == TERN_EXACT && run->planned[i]->c.cache != TERN_CHECK_ONLY)
            status = make_member(run, i, &member[members++], error);
    if (status != TERN_OK || members == 0 || tern_interrupt_signal() != 0)
        return status;
    if (run->running > 1)
        tern_text_append(run->label, sizeof run->label, " and %" PRIu32 " in turns with it", run->running - 1);
    const tern_child_options child = child_options(run, member[0].c);
    status = tern_paired_run(member, members, find_baseline(run, member, members), &child, error);
    for (uint32_t i = 0; i < members; i++)
        if (member[i].record->timed)
            tern_record_conclude(member[i].record);
    return status;
}

static double expected_s(const campaign *run)
{
    double sum = 0.0;

    for (uint32_t i = 0; i < run->running; i++)
        sum += tern_progress_expected(run->planned[i], run->session->options->budget_s);
    return sum;
}

static tern_status check(campaign *run, tern_error *error)
{
    tern_status status = TERN_OK;

    tern_progress_start(&run->progress, run->label, expected_s(run));
    for (uint32_t i = 0; i < run->running && status == TERN_OK && tern_interrupt_signal() == 0; i++) {
        const tern_child_options child = child_options(run, &run->planned[i]->c);
        tern_planned_describe(run->planned[i], &run->record[i]);
        tern_text_copy(run->label, sizeof run->label, run->record[i].id);
        tern_progress_tick(&run->progress);
        status = tern_checks_look(&run->checks, &run->planned[i]->c, &child, &run->record[i].finding, error);
    }
    return status;
}

static void count(tern_run_end *end, const tern_record *record)
{
    end->done++;
    if (record->finding.verdict == TERN_EXACT)
        end->exact++;
    else if (record->finding.verdict == TERN_UNSUPPORTED)
        end->skipped++;
    else
        end->wrong++;
}

static tern_status conclude_case(campaign *run, uint32_t index, tern_error *error)
{
    const tern_record *record = &run->record[index];
    const tern_status status = tern_sink_add(&run->sink, TERN_LINE_CASE, record, error);

    if (status != TERN_OK)
        return status;
    count(&run->end, record);
    tern_progress_finish(&run->progress, record,
                         tern_progress_expected(run->planned[index], run->session->options->budget_s));
    if (record->finding.verdict != TERN_EXACT && record->finding.verdict != TERN_UNSUPPORTED) {
        tern_progress_clear(&run->progress);
        tern_report_failure(stderr, &run->session->run, record);
    }
    return TERN_OK;
}

/* From check to record. */
static tern_status run_cases(campaign *run, tern_error *error)
{
    tern_status status = check(run, error);

    if (status == TERN_OK && tern_interrupt_signal() == 0)
        status = measure(run, error);
    for (uint32_t i = 0; i < run->running && status == TERN_OK && tern_interrupt_signal() == 0; i++)
        status = conclude_case(run, i, error);
    return status;
}

/* Takes the case, and those of its race that are left, as far as there is room. */
static void gather(campaign *run, size_t first)
{
    const tern_plan *plan = &run->session->plan;

    run->running = 0;
    for (size_t i = first; i < plan->count && run->running < TERN_PAIRED_MAX; i++)
        if (!run->done[i] &&
            (i == first || (plan->cases[first].paired != 0 && plan->cases[i].paired == plan->cases[first].paired))) {
            run->planned[run->running++] = &plan->cases[i];
            run->done[i] = true;
        }
}

/* Passes over what an earlier part of a resumed run has done. */
static void pass_over_done(campaign *run)
{
    const tern_plan *plan = &run->session->plan;
    char id[TERN_ID_BYTES];

    for (size_t i = 0; i < plan->count && run->session->options->resume; i++) {
        run->done[i] = tern_sink_has(&run->sink, tern_case_id(&plan->cases[i].c, id, sizeof id));
        run->progress.done += run->done[i];
        if (run->done[i])
            run->progress.expected_s -= tern_progress_expected(&plan->cases[i], run->session->options->budget_s);
    }
}

static tern_status run_all(campaign *run, tern_error *error)
{
    const double total_s = run->session->options->total_s;
    tern_status status = TERN_OK;

    pass_over_done(run);
    for (size_t i = 0; i < run->session->plan.count && status == TERN_OK; i++) {
        if (run->done[i])
            continue;
        if (total_s > 0.0 && tern_progress_clock() - run->progress.started_s > total_s) {
            tern_text_copy(run->end.reason, sizeof run->end.reason, "the time budget of --total ended");
            return TERN_OK;
        }
        gather(run, i);
        status = run_cases(run, error);
        if (tern_interrupt_signal() != 0) {
            tern_text_append(run->end.reason, sizeof run->end.reason, "interrupted by signal %d",
                             tern_interrupt_signal());
            return status;
        }
    }
    return status;
}

/* Counts over all records, those of an earlier part included, so that a resumed run ends like one that ran through. */
static int conclude(campaign *run, tern_status status)
{
    const tern_results *results = &run->sink.results;
    tern_run_end *end = &run->end;

    end->done = end->exact = end->wrong = end->skipped = 0;
    for (size_t i = 0; i < results->cases.count; i++)
        count(end, &results->cases.item[i]);
    end->complete = status == TERN_OK && end->reason[0] == '\0';
    end->seconds = tern_progress_clock() - run->progress.started_s;
    end->status = tern_interrupt_signal() != 0       ? 128 + tern_interrupt_signal()
                  : status != TERN_OK                ? (int)status
                  : end->wrong > 0                   ? TERN_WRONG
                  : end->exact > 0 || !end->complete ? TERN_OK
                                                     : TERN_SKIPPED;
    return end->status;
}

static tern_status open(campaign *run, tern_error *error)
{
    tern_session *session = run->session;
    tern_status status;

    run->done = calloc(session->plan.count, sizeof *run->done);
    run->record = calloc(TERN_PAIRED_MAX, sizeof *run->record);
    if (run->done == NULL || run->record == NULL)
        return tern_error_memory(error, "records", TERN_PAIRED_MAX * sizeof *run->record);
    if ((status = tern_environment_open(&run->environment, session, error)) != TERN_OK ||
        (status = tern_checks_open(&run->checks, error)) != TERN_OK)
        return status;
    return tern_sink_open(&run->sink, session->options, &session->run, error);
}

int tern_campaign_run(tern_session *session)
{
    campaign *run = calloc(1, sizeof *run);
    tern_error error = {""};
    int exit_status;

    if (run == NULL)
        return TERN_ENVIRONMENT;
    run->session = session;
    tern_interrupt_install();
    tern_status status = open(run, &error);
    exit_status = (int)status;
    if (status == TERN_OK) {
        tern_progress_begin(&run->progress, &session->plan, session->options->budget_s, session->options->quiet,
                            session->options->verbose > 0);
        if (!session->options->quiet)
            tern_announce_plan(session, run->progress.expected_s);
        status = run_all(run, &error);
        if (status != TERN_OK)
            tern_text_copy(run->end.reason, sizeof run->end.reason, error.text);
        exit_status = conclude(run, status);
        tern_progress_clear(&run->progress);
        const tern_status closed = tern_sink_close(&run->sink, &run->end, status == TERN_OK ? &error : NULL);
        if (session->options->format->with_summary)
            tern_announce_end(session, &run->end);
        if (exit_status == TERN_OK)
            exit_status = (int)closed;
    }
    if (error.text[0] != '\0')
        fprintf(stderr, "ternbench: %s\n", error.text);
    tern_sink_free(&run->sink);
    tern_checks_close(&run->checks);
    tern_environment_close(&run->environment);
    free(run->done);
    free(run->record);
    free(run);
    return exit_status;
}
