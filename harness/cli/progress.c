#include "cli/progress.h"

#include "report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { BAR_WIDTH = 24 };

/* Without a terminal: a line at least this often, and for every case when verbose. */
static const double plain_interval_s = 5.0;

double tern_progress_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

bool tern_progress_terminal(void)
{
    const char *terminal = getenv("TERM");

    return isatty(STDERR_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0;
}

double tern_progress_expected(const tern_planned *planned, double budget_s)
{
    const tern_shape shape = planned->c.shape;
    const double macs = (double)shape.m * (double)shape.k * (double)shape.n;
    const double call_s = macs / 2e10, check_s = 4e-3 + macs * 2e-9;

    switch (planned->c.cache) {
    case TERN_HOT:
        return check_s + budget_s * 0.4 + 4 * call_s;
    case TERN_COLD:
        return check_s + budget_s * 0.6 + 1.5 + 4 * call_s;
    default:
        return check_s;
    }
}

void tern_progress_begin(tern_progress *progress, const tern_plan *plan, double budget_s, bool quiet, bool verbose)
{
    memset(progress, 0, sizeof *progress);
    progress->total = plan->count;
    progress->quiet = quiet;
    progress->verbose = verbose;
    progress->terminal = tern_progress_terminal();
    progress->started_s = progress->last_s = tern_progress_clock();
    for (size_t i = 0; i < plan->count; i++)
        progress->expected_s += tern_progress_expected(&plan->cases[i], budget_s);
}

/* Seconds left, by what was needed so far for what was expected so far. */
static double left(const tern_progress *progress)
{
    const double now = tern_progress_clock(), elapsed = now - progress->started_s;
    /* What runs now goes as it was guessed, until that is proven wrong. */
    const double done_s = progress->expected_done_s + fmin(progress->expected_now_s, now - progress->now_started_s);
    /* Until a tenth is done the guess counts for more than the clock. */
    const double weight = 0.1 * progress->expected_s;
    const double factor = (elapsed + weight) / (done_s + weight);

    return factor * (progress->expected_s - done_s);
}

static void draw_bar(tern_progress *progress)
{
    static const char turning[] = "|/-\\";
    struct winsize window = {0};
    char line[512], bar[BAR_WIDTH + 1];
    const size_t filled =
        progress->expected_s > 0.0 ? (size_t)(BAR_WIDTH * progress->expected_done_s / progress->expected_s) : 0;

    ioctl(STDERR_FILENO, TIOCGWINSZ, &window);
    for (size_t i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    snprintf(line, sizeof line, "%c [%s] %zu/%zu  %.0f s left  %s", turning[progress->turns++ % 4], bar, progress->done,
             progress->total, left(progress), progress->now == NULL ? "" : progress->now);
    fprintf(stderr, "\r\033[K%.*s", window.ws_col > 1 ? (int)window.ws_col - 1 : 79, line);
    fflush(stderr);
}

void tern_progress_clear(tern_progress *progress)
{
    if (progress->terminal && !progress->quiet) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
}

void tern_progress_start(tern_progress *progress, const char *id, double expected_s)
{
    progress->now = id;
    progress->expected_now_s = expected_s;
    progress->now_started_s = tern_progress_clock();
    if (progress->terminal && !progress->quiet)
        draw_bar(progress);
}

void tern_progress_tick(tern_progress *progress)
{
    const double now = tern_progress_clock();

    if (progress->quiet)
        return;
    if (progress->terminal) {
        draw_bar(progress);
    } else if (now - progress->last_s >= plain_interval_s) {
        fprintf(stderr, "%zu/%zu  %.0f s left  at %s\n", progress->done, progress->total, left(progress),
                progress->now);
        progress->last_s = now;
    }
}

void tern_progress_finish(tern_progress *progress, const tern_record *record, double expected_s)
{
    char median[16];

    progress->done++;
    progress->expected_done_s += expected_s;
    progress->expected_now_s = 0.0;
    if (progress->quiet || !progress->verbose)
        return;
    tern_progress_clear(progress);
    fprintf(stderr, "%zu/%zu  %-10s %s%s%s\n", progress->done, progress->total,
            tern_verdict_name(record->finding.verdict), record->id, record->timed ? "  " : "",
            record->timed ? tern_report_time(record->timing.median_ns, median, sizeof median) : "");
    progress->last_s = tern_progress_clock();
}
