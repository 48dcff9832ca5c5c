#include "cli/announce.h"

#include "base/text.h"
#include "cli/output.h"
#include "cli/terminal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void announce_pick(const tern_planned *planned)
{
    const tern_case *c = &planned->c;

    if (planned->pick_reason[0] != '\0')
        tern_terminal_say(stderr, "auto, %zux%zux%zu, %" PRIu32 " thread%s, %s: %s: %s", c->shape.m, c->shape.k,
                          c->shape.n, c->threads, tern_text_plural(c->threads), tern_cache_name(c->cache),
                          c->kernel->name, planned->pick_reason);
}

void tern_announce_plan(const tern_run *run, const tern_plan *plan, double expected_s)
{
    char excluder[96];

    fprintf(stderr, "plan: %zu case%s, about %.0f s\n", plan->count, tern_text_plural(plan->count), expected_s);
    if (plan->left_out[0] != '\0')
        tern_terminal_say(stderr, "left out, because they need instructions that %s: %s",
                          tern_run_excluder(run, excluder, sizeof excluder), plan->left_out);
    for (size_t i = 0; i < plan->count; i++)
        announce_pick(&plan->cases[i]);
}

void tern_announce_warnings(const tern_run *run)
{
    for (uint32_t i = 0; i < run->warnings; i++)
        tern_terminal_say(stderr, "warning: %s", run->warning[i]);
}

static bool is_first_of_kernel(const tern_results *results, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(results->cases.item[i].kernel, results->cases.item[index].kernel) == 0)
            return false;
    return true;
}

/* What became of the cases of one kernel; edge cases are counted among all, and by themselves. */
typedef struct kernel_outcome {
    const char *kernel;
    size_t cases, refused, edges, wrong_edges;
    const tern_record *first_wrong_edge;
} kernel_outcome;

static void take_edge(kernel_outcome *outcome, const tern_record *r)
{
    outcome->edges++;
    if (!tern_verdict_is_wrong(r->finding.verdict))
        return;
    if (outcome->wrong_edges++ == 0)
        outcome->first_wrong_edge = r;
}

/* Of the kernel whose first case that is. */
static kernel_outcome outcome_of(const tern_results *results, size_t first)
{
    kernel_outcome outcome = {.kernel = results->cases.item[first].kernel};

    for (size_t i = first; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i];
        if (strcmp(r->kernel, outcome.kernel) != 0)
            continue;
        outcome.cases++;
        outcome.refused += r->finding.verdict == TERN_UNSUPPORTED;
        if (strcmp(r->group, "edges") == 0)
            take_edge(&outcome, r);
    }
    return outcome;
}

/*
 * What tables do not show of each kernel. One that refuses most of what it is asked is EXACT for little; of one that
 * refuses all, each row says so. Edge cases stand in no table: a kernel that is wrong at some would look right in it.
 */
static void announce_kernels(const tern_results *results)
{
    for (size_t i = 0; i < results->cases.count; i++) {
        if (!is_first_of_kernel(results, i))
            continue;
        const kernel_outcome o = outcome_of(results, i);
        if (2 * o.refused > o.cases && o.refused < o.cases)
            tern_terminal_say(stdout, "%s refuses %zu of the %zu cases that it was asked for", o.kernel, o.refused,
                              o.cases);
        if (o.wrong_edges > 0)
            tern_terminal_say(stdout, "%s is wrong at %zu of its %zu edge cases, first at %s", o.kernel, o.wrong_edges,
                              o.edges, o.first_wrong_edge->id);
    }
}

/* How many cases ended how, and where the records are. */
static void announce_counts(const tern_options *options, const tern_recording *recording)
{
    const tern_run_end *end = &recording->end;

    printf("\n%u of %u case%s: %u EXACT, %u wrong, %u skipped, in %.1f s\n", end->done, recording->session->run.cases,
           tern_text_plural(recording->session->run.cases), end->exact, end->wrong, end->skipped, end->seconds);
    announce_kernels(&recording->sink.results);
    if (!end->complete)
        tern_terminal_say(stdout, "not complete: %s; --resume goes on", end->reason);
    tern_output_tell(options);
}

int tern_announce_end(const tern_options *options, const tern_recording *recording, int exit_status, tern_error *error)
{
    if (!options->quiet && tern_terminal_is())
        tern_terminal_clear();
    if (!recording->begun)
        return exit_status;
    const tern_status written = tern_output_all(options, &recording->sink.results, error);
    if (options->format->with_summary)
        announce_counts(options, recording);
    else if (error->text[0] == '\0')
        tern_text_copy(error->text, sizeof error->text, recording->end.reason);
    return exit_status == TERN_OK ? (int)written : exit_status;
}

int tern_announce_close(const tern_options *options, tern_recording *recording, int exit_status, tern_error *error)
{
    const int status = tern_announce_end(options, recording, exit_status, error);

    tern_recording_free(recording);
    return status;
}
