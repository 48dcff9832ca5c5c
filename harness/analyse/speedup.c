#include "analyse/speedup.h"

bool tern_speedup_is_paired(const tern_record *a, const tern_record *b)
{
    return a->timed && b->timed && a->paired != 0 && a->paired == b->paired && a->timing.rounds > 0 &&
           a->timing.samples == b->timing.samples && a->timing.sample_ns != NULL && b->timing.sample_ns != NULL;
}

tern_estimate tern_speedup_estimate(const tern_record *a, const tern_record *b)
{
    const tern_timing *mine = &a->timing, *theirs = &b->timing;
    double ratio[TERN_MAX_SAMPLES];
    const uint32_t rounds = mine->samples < TERN_MAX_SAMPLES ? mine->samples : TERN_MAX_SAMPLES;

    if (tern_speedup_is_paired(a, b))
        return tern_stats_ratio(theirs->sample_ns, mine->sample_ns, rounds, ratio);
    return (tern_estimate){theirs->median_ns / mine->median_ns, theirs->low_ns / mine->high_ns,
                           theirs->high_ns / mine->low_ns};
}
