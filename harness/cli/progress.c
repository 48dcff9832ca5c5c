#include "cli/progress.h"

#include "base/clock.h"
#include "base/text.h"
#include "cell.h"
#include "cli/announce.h"
#include "cli/terminal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BAR_WIDTH = 24 };

/* Without a terminal: a line at least this often, and for every case when verbose. */
static const double plain_interval_s = 5.0;

/* Seconds left, by what was needed so far for what was expected so far. */
static double left(const tern_progress *progress)
{
    const double now = tern_clock_s(), elapsed = now - progress->started_s;
    /* What runs now goes as it was guessed, until that is proven wrong. */
    const double done_s = progress->expected_done_s + fmin(progress->expected_now_s, now - progress->now_started_s);
    /* Until a tenth is done the guess counts for more than the clock. */
    const double weight = 0.1 * progress->expected_s;
    const double factor = (elapsed + weight) / (done_s + weight);

    return factor * (progress->expected_s - done_s);
}

static void draw_bar(tern_progress *progress, const char *what)
{
    static const char turning[] = "|/-\\";
    char line[1024], bar[BAR_WIDTH + 1];
    const size_t filled =
        progress->expected_s > 0.0 ? (size_t)(BAR_WIDTH * progress->expected_done_s / progress->expected_s) : 0;

    for (size_t i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    snprintf(line, sizeof line, "%c [%s] %zu/%zu  %.0f s left  %s", turning[progress->turns++ % 4], bar, progress->done,
             progress->total, left(progress), what);
    fprintf(stderr, "\r\033[K%.*s", tern_terminal_columns() - 1, line);
    fflush(stderr);
}

/* Takes the bar off the screen. */
static void clear(const tern_progress *progress)
{
    if (progress->terminal && !progress->quiet)
        tern_terminal_clear();
}

static void begin(void *context, const tern_run *run, const tern_plan *plan)
{
    tern_progress *progress = context;

    progress->run = run;
    progress->total = plan->count;
    progress->started_s = progress->last_s = tern_clock_s();
    for (size_t i = 0; i < plan->count; i++)
        progress->expected_s += plan->cases[i].expected_s;
    if (progress->quiet)
        return;
    clear(progress);
    tern_announce_plan(run, plan, progress->expected_s);
    tern_announce_warnings(run);
}

static void start(void *context, const tern_planned *const *planned, size_t count)
{
    tern_progress *progress = context;

    progress->expected_now_s = 0.0;
    for (size_t i = 0; i < count; i++)
        progress->expected_now_s += planned[i]->expected_s;
    progress->now_started_s = tern_clock_s();
}

static void tick(void *context, const char *what, double share)
{
    tern_progress *progress = context;
    const double now = tern_clock_s();
    char shown[512];

    (void)share;
    if (progress->quiet)
        return;
    tern_text_visible(shown, sizeof shown, what);
    if (progress->terminal) {
        draw_bar(progress, shown);
    } else if (now - progress->last_s >= plain_interval_s) {
        if (progress->total > 0)
            fprintf(stderr, "%zu/%zu  %.0f s left  at %s\n", progress->done, progress->total, left(progress), shown);
        progress->last_s = now;
    }
}

static void tell_case(tern_progress *progress, const tern_record *record)
{
    char median[16], id[4 * sizeof record->id]; /* an escape has at most four characters for a byte */

    tern_text_visible(id, sizeof id, record->id);
    clear(progress);
    fprintf(stderr, "%zu/%zu  %-10s %s%s%s\n", progress->done, progress->total,
            tern_verdict_name(record->finding.verdict), id, record->timed ? "  " : "",
            record->timed ? tern_cell_time(record->timing.median_ns, median, sizeof median) : "");
    progress->last_s = tern_clock_s();
}

static void finish(void *context, const tern_planned *planned, const tern_record *record)
{
    tern_progress *progress = context;

    progress->done++;
    progress->expected_now_s = 0.0;
    if (record == NULL) {
        progress->expected_s -= planned->expected_s;
        return;
    }
    progress->expected_done_s += planned->expected_s;
    if (!progress->quiet && progress->verbose)
        tell_case(progress, record);
    if (record->finding.verdict == TERN_INTERRUPTED || (tern_verdict_is_wrong(record->finding.verdict) &&
                                                        tern_failures_take(&progress->failures, planned->c.kernel))) {
        clear(progress);
        tern_report_failure(stderr, progress->run, record);
    }
}

static void warn(void *context, const char *sentence)
{
    const tern_progress *progress = context;

    if (progress->quiet)
        return;
    clear(progress);
    tern_terminal_say(stderr, "warning: %s", sentence);
}

tern_observer tern_progress_observer(tern_progress *progress, const tern_options *options)
{
    *progress = (tern_progress){
        .quiet = options->quiet,
        .verbose = options->verbose > 0,
        .terminal = tern_terminal_is(),
        .failures = {.all = options->verbose > 0},
    };
    return (tern_observer){
        .context = progress, .begin = begin, .start = start, .tick = tick, .finish = finish, .warn = warn};
}

void tern_progress_end(tern_progress *progress)
{
    clear(progress);
    tern_failures_end(&progress->failures);
}
