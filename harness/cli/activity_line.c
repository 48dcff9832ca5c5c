#include "cli/activity_line.h"

#include "base/clock.h"
#include "base/text.h"
#include "cli/announce.h"
#include "cli/terminal.h"

#include <math.h>
#include <stdio.h>

static const double plain_interval_s = 5.0;

static void begin(void *context, const tern_run *run, const tern_plan *plan)
{
    const tern_activity_line *progress = context;

    (void)plan;
    if (!progress->quiet)
        tern_announce_warnings(run);
}

static void tick(void *context, const char *what, double share)
{
    tern_activity_line *progress = context;
    const double now = tern_clock_s();
    char shown[512], line[sizeof shown + 16];

    if (progress->quiet || (!progress->terminal && now - progress->last_s < plain_interval_s))
        return;
    progress->last_s = now;
    tern_text_visible(shown, sizeof shown, what);
    if (isnan(share))
        snprintf(line, sizeof line, "%s", shown);
    else
        snprintf(line, sizeof line, "%s, %.0f %%", shown, 100.0 * share);
    if (progress->terminal)
        fprintf(stderr, "\r\033[K%.*s", tern_terminal_columns() - 1, line);
    else
        fprintf(stderr, "%s\n", line);
    fflush(stderr);
}

static void warn(void *context, const char *sentence)
{
    const tern_activity_line *progress = context;

    if (progress->quiet)
        return;
    tern_activity_line_clear(progress);
    tern_terminal_say(stderr, "warning: %s", sentence);
}

tern_observer tern_activity_line_observer(tern_activity_line *progress, bool quiet)
{
    *progress = (tern_activity_line){.quiet = quiet, .terminal = tern_terminal_is(), .last_s = tern_clock_s()};
    return (tern_observer){.context = progress, .begin = begin, .tick = tick, .warn = warn};
}

void tern_activity_line_clear(const tern_activity_line *progress)
{
    if (progress->terminal && !progress->quiet)
        tern_terminal_clear();
}
