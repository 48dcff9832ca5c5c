#include "cli/decode_progress.h"

#include "base/interrupt.h"
#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double plain_interval_s = 5.0;

tern_status tern_decode_progress_open(tern_decode_progress *progress, bool quiet, tern_error *error)
{
    memset(progress, 0, sizeof *progress);
    progress->quiet = quiet;
    progress->terminal = tern_progress_terminal();
    progress->last_s = tern_progress_clock();
    progress->shared = tern_job_progress_new();
    return progress->shared != NULL ? TERN_OK : tern_error_memory(error, "progress", sizeof *progress->shared);
}

void tern_decode_progress_close(tern_decode_progress *progress)
{
    if (progress->terminal && !progress->quiet)
        fputs("\r\033[K", stderr);
    tern_job_progress_free(progress->shared);
    progress->shared = NULL;
}

void tern_decode_progress_say(tern_decode_progress *progress, const char *stage)
{
    progress->said = stage;
    tern_decode_progress_tick(progress);
}

bool tern_decode_progress_tick(void *context)
{
    tern_decode_progress *progress = context;
    const uint32_t permille = atomic_load(&progress->shared->permille);
    const tern_job_stage stage = (tern_job_stage)atomic_load(&progress->shared->stage);
    const double now = tern_progress_clock();
    char line[128];

    if (progress->quiet || (!progress->terminal && now - progress->last_s < plain_interval_s))
        return tern_interrupt_signal() == 0;
    progress->last_s = now;
    if (progress->said != NULL)
        snprintf(line, sizeof line, "%s", progress->said);
    else
        snprintf(line, sizeof line, "%s, %u %%", tern_job_stage_name(stage), permille / 10);
    fprintf(stderr, progress->terminal ? "\r\033[K%s" : "%s\n", line);
    fflush(stderr);
    return tern_interrupt_signal() == 0;
}
