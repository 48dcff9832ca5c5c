#include "decode/loop/stopwatch.h"

#include "base/clock.h"

#include <string.h>

void tern_stopwatch_reset(tern_stopwatch *watch)
{
    memset(watch, 0, sizeof *watch);
    watch->start_ns = tern_clock_ns();
    watch->start_ticks = watch->last_ticks = tern_clock_ticks();
}

void tern_stopwatch_resume(tern_stopwatch *watch)
{
    watch->last_ticks = tern_clock_ticks();
}

void tern_stopwatch_cut(tern_stopwatch *watch, tern_decode_part part)
{
    const uint64_t now = tern_clock_ticks();

    watch->part_ticks[part] += now - watch->last_ticks;
    watch->last_ticks = now;
}

tern_split tern_stopwatch_read(tern_stopwatch *watch)
{
    const double ns = tern_clock_ns() - watch->start_ns;
    const uint64_t ticks = tern_clock_ticks() - watch->start_ticks;
    tern_split split = {{0.0}};

    for (tern_decode_part part = 0; part < TERN_DECODE_PARTS && ticks > 0; part++)
        split.ns[part] = (double)watch->part_ticks[part] * ns / (double)ticks;
    tern_stopwatch_reset(watch);
    return split;
}
