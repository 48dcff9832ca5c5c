#include "cli/campaign.h"

#include "base/text.h"
#include "check/check.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/sink.h"
#include "cli/surroundings.h"
#include "measure/measure.h"
#include "plan/isa.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct campaign {
    tern_session *session;
    tern_sink sink;
    tern_progress progress;
    tern_surroundings surroundings;
    tern_checker *checker;
    tern_record record;
    tern_run_end end;
    /* The last check. Cases that differ in threads and cache state alone stand together and share it. */
    tern_case checked;
    tern_finding checked_finding;
    bool has_checked;
} campaign;

static bool tick(void *context)
{
    campaign *run = context;

    tern_progress_tick(&run->progress);
    return tern_interrupt_signal() == 0;
}

static bool same_check(const tern_case *a, const tern_case *b)
{
    return a->kernel == b->kernel && memcmp(a->toggle, b->toggle, sizeof a->toggle) == 0 &&
           tern_shape_same(a->shape, b->shape) && tern_data_same(&a->data, &b->data);
}

/* Slow kernels under sanitizers reach some 50 million multiply-adds a second; a check calls a kernel about ten times. */
static tern_child_options child_options(campaign *run, const tern_case *c)
{
    const double macs = (double)c->shape.m * (double)c->shape.k * (double)c->shape.n;
    const tern_options *options = run->session->options;
    const double timing_s = c->cache == TERN_CHECK_ONLY ? 0.0 : 30.0 + 4.0 * options->budget_s;

    return (tern_child_options){
        .deadline_s = options->deadline_s + timing_s + macs / 5e6,
        .tick = tick,
        .tick_context = run,
    };
}

static void fill_record(tern_record *record, const tern_planned *planned)
{
    const tern_case *c = &planned->c;

    memset(record, 0, sizeof *record);
    tern_case_id(c, record->id, sizeof record->id);
    tern_text_copy(record->suite, sizeof record->suite, planned->suite);
    tern_text_copy(record->group, sizeof record->group, planned->group);
    tern_text_copy(record->kernel, sizeof record->kernel, c->kernel->name);
    tern_text_copy(record->pick_reason, sizeof record->pick_reason, planned->pick_reason);
    tern_case_toggles(c, record->toggles, sizeof record->toggles);
    record->m = c->shape.m;
    record->k = c->shape.k;
    record->n = c->shape.n;
    tern_text_copy(record->w, sizeof record->w, tern_w_pattern_name(c->data.w));
    tern_text_copy(record->x, sizeof record->x, tern_x_pattern_name(c->data.x));
    record->p0 = c->data.p0;
    record->seed = c->data.seed;
    record->threads = c->threads;
    tern_text_copy(record->cache, sizeof record->cache, tern_cache_name(c->cache));
    tern_isa_text(c->kernel->isa, record->isa, sizeof record->isa);
    record->bits_per_weight = c->kernel->bits_per_weight;
    record->p0_measured = (double)NAN;
}

static tern_status check(campaign *run, const tern_case *c, tern_error *error)
{
    if (!run->has_checked || !same_check(&run->checked, c)) {
        tern_case alone = *c;
        alone.cache = TERN_CHECK_ONLY;
        const tern_child_options options = child_options(run, &alone);
        const tern_status status = tern_check_case(run->checker, &alone, &options, &run->checked_finding, error);
        if (status != TERN_OK)
            return status;
        run->checked = *c;
        run->has_checked = true;
    }
    run->record.finding = run->checked_finding;
    return TERN_OK;
}

static tern_status measure(campaign *run, const tern_case *c, tern_error *error)
{
    const tern_options *options = run->session->options;
    const tern_child_options child = child_options(run, c);
    tern_measure_options how = {
        .min_sample_ms = 5.0,
        .min_samples = options->min_samples,
        .precision = 0.01,
        .budget_s = options->budget_s,
    };
    const tern_status status = tern_surroundings_fill(&run->surroundings, c, &how, &child, error);

    if (status != TERN_OK)
        return status;
    const tern_status measured = tern_measure_case(c, &how, &child, &run->record, error);
    if (run->record.timed)
        tern_record_conclude(&run->record);
    return measured;
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

/* One case from check to record. */
static tern_status run_case(campaign *run, const tern_planned *planned, tern_error *error)
{
    const double expected_s = tern_progress_expected(planned, run->session->options->budget_s);

    fill_record(&run->record, planned);
    tern_progress_start(&run->progress, run->record.id);
    tern_status status = check(run, &planned->c, error);
    if (status == TERN_OK && run->record.finding.verdict == TERN_EXACT && planned->c.cache != TERN_CHECK_ONLY &&
        tern_interrupt_signal() == 0)
        status = measure(run, &planned->c, error);
    if (status != TERN_OK || tern_interrupt_signal() != 0)
        return status;
    if ((status = tern_sink_add(&run->sink, &run->record, error)) != TERN_OK)
        return status;
    count(&run->end, &run->record);
    tern_progress_finish(&run->progress, &run->record, expected_s);
    if (run->record.finding.verdict != TERN_EXACT && run->record.finding.verdict != TERN_UNSUPPORTED) {
        tern_progress_clear(&run->progress);
        tern_report_failure(stderr, &run->session->run, &run->record);
    }
    return TERN_OK;
}

/* Counts what an earlier part of a resumed run has done; returns whether the case is among it. */
static bool is_done(campaign *run, const tern_planned *planned)
{
    char id[TERN_ID_BYTES];

    return run->session->options->resume && tern_sink_has(&run->sink, tern_case_id(&planned->c, id, sizeof id));
}

static tern_status run_all(campaign *run, tern_error *error)
{
    const tern_plan *plan = &run->session->plan;
    const double total_s = run->session->options->total_s;
    tern_status status = TERN_OK;

    for (size_t i = 0; i < plan->count && status == TERN_OK; i++) {
        if (is_done(run, &plan->cases[i])) {
            run->progress.done++;
            run->progress.expected_s -= tern_progress_expected(&plan->cases[i], run->session->options->budget_s);
            continue;
        }
        if (total_s > 0.0 && tern_progress_clock() - run->progress.started_s > total_s) {
            tern_text_copy(run->end.reason, sizeof run->end.reason, "the time budget of --total ended");
            return TERN_OK;
        }
        status = run_case(run, &plan->cases[i], error);
        if (tern_interrupt_signal() != 0) {
            tern_text_append(run->end.reason, sizeof run->end.reason, "interrupted by signal %d",
                             tern_interrupt_signal());
            return status;
        }
    }
    return status;
}

static void print_picked(const tern_planned *planned)
{
    const tern_case *c = &planned->c;

    if (planned->pick_reason[0] != '\0')
        fprintf(stderr, "auto, %zux%zux%zu, %" PRIu32 " threads, %s: %s: %s\n", c->shape.m, c->shape.k, c->shape.n,
                c->threads, tern_cache_name(c->cache), c->kernel->name, planned->pick_reason);
}

static void print_plan(const campaign *run)
{
    const tern_session *session = run->session;

    if (session->options->quiet)
        return;
    fprintf(stderr, "plan: %zu cases, about %.0f s\n", session->plan.count, run->progress.expected_s);
    if (session->plan.left_out[0] != '\0')
        fprintf(stderr, "left out, because they need more than --isa %s on this processor allows: %s\n",
                session->options->isa, session->plan.left_out);
    for (size_t i = 0; i < session->plan.count; i++)
        print_picked(&session->plan.cases[i]);
    for (uint32_t i = 0; i < session->run.warnings; i++)
        fprintf(stderr, "warning: %s\n", session->run.warning[i]);
}

static void print_summary(const campaign *run)
{
    const tern_run_end *end = &run->end;

    printf("\n%u of %zu cases: %u EXACT, %u wrong, %u skipped, in %.1f s\n", end->done, run->session->plan.count,
           end->exact, end->wrong, end->skipped, end->seconds);
    if (!end->complete)
        printf("not complete: %s; --resume goes on\n", end->reason);
    for (size_t i = 0; i < run->session->options->outputs; i++)
        printf("%s: %s\n", run->session->options->output[i].format->name, run->session->options->output[i].path);
}

/* Counts over all records, those of an earlier part included, so that a resumed run ends like one that ran through. */
static int conclude(campaign *run, tern_status status)
{
    const tern_results *results = &run->sink.results;
    tern_run_end *end = &run->end;

    end->done = end->exact = end->wrong = end->skipped = 0;
    for (size_t i = 0; i < results->count; i++)
        count(end, &results->records[i]);
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

    if ((status = tern_surroundings_open(&run->surroundings, session, error)) != TERN_OK ||
        (status = tern_checker_new(&run->checker, error)) != TERN_OK)
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
        print_plan(run);
        status = run_all(run, &error);
        if (status != TERN_OK)
            tern_text_copy(run->end.reason, sizeof run->end.reason, error.text);
        exit_status = conclude(run, status);
        tern_progress_clear(&run->progress);
        const tern_status closed = tern_sink_close(&run->sink, &run->end, status == TERN_OK ? &error : NULL);
        if (session->options->format->write == tern_report_table)
            print_summary(run);
        if (exit_status == TERN_OK)
            exit_status = (int)closed;
    }
    if (error.text[0] != '\0')
        fprintf(stderr, "ternbench: %s\n", error.text);
    tern_sink_free(&run->sink);
    tern_checker_free(run->checker);
    tern_surroundings_close(&run->surroundings);
    free(run);
    return exit_status;
}
