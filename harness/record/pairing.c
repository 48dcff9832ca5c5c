#include "record/pairing.h"

#include "base/stats.h"

#include <math.h>

tern_estimate tern_pairing_ratio(const double *above, const double *below, size_t count)
{
    double ratio[TERN_MAX_SAMPLES];

    if (count == 0)
        return (tern_estimate){(double)NAN, (double)NAN, (double)NAN};
    for (size_t i = 0; i < count; i++)
        ratio[i] = above[i] / below[i];
    tern_stats_sort(ratio, count);
    const tern_interval interval = tern_stats_median_interval(ratio, count);
    return (tern_estimate){tern_stats_median(ratio, count), interval.low, interval.high};
}

bool tern_pairing_exists(const tern_record *a, const tern_record *b)
{
    return a->timed && b->timed && a->paired != 0 && a->paired == b->paired && a->timing.rounds > 0 &&
           a->timing.samples == b->timing.samples;
}

tern_estimate tern_pairing_speedup(const tern_record *a, const tern_record *b)
{
    const tern_timing *mine = &a->timing, *theirs = &b->timing;

    if (tern_pairing_exists(a, b))
        return tern_pairing_ratio(theirs->sample_ns, mine->sample_ns, mine->samples);
    return (tern_estimate){theirs->median_ns / mine->median_ns, theirs->low_ns / mine->high_ns,
                           theirs->high_ns / mine->low_ns};
}
