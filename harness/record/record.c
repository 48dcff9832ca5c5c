#include "record/record.h"

#include <math.h>
#include <string.h>

const char *tern_stop_name(tern_stop stop)
{
    static const char *const names[] = {
        [TERN_STOP_NONE] = "none",
        [TERN_STOP_PRECISE] = "precise",
        [TERN_STOP_BUDGET] = "budget",
        [TERN_STOP_SAMPLES] = "samples",
    };

    return names[stop];
}

bool tern_record_same_problem(const tern_record *a, const tern_record *b)
{
    return a->m == b->m && a->k == b->k && a->n == b->n && a->p0 == b->p0 && a->seed == b->seed &&
           strcmp(a->cache, b->cache) == 0 && strcmp(a->w, b->w) == 0 && strcmp(a->x, b->x) == 0;
}

double tern_record_gmacs(const tern_record *record)
{
    return record->timed ? (double)record->timing.macs / record->timing.median_ns : 0.0;
}

double tern_record_gbps(const tern_record *record)
{
    return record->timed ? (double)record->timing.traffic_bytes / record->timing.median_ns : 0.0;
}

double tern_record_pack_gbps(const tern_record *record)
{
    const tern_timing *t = &record->timing;

    return record->timed && t->pack_ns > 0.0 ? (double)record->m * (double)record->k / t->pack_ns : 0.0;
}

void tern_record_conclude(tern_record *record)
{
    tern_timing *t = &record->timing;
    const double memory = t->roof_read_gbps > 0.0 && strcmp(record->cache, "cold") == 0
                              ? tern_record_gbps(record) / t->roof_read_gbps
                              : 0.0;
    const double compute = t->roof_gmacs > 0.0 ? tern_record_gmacs(record) / t->roof_gmacs : 0.0;
    const bool paired = t->rounds > 0 && t->roof_paired[0] != '\0';
    const double share = paired ? t->roof_paired_median : fmax(memory, compute);

    record->bits_per_weight = 8.0 * (double)t->packed_bytes / ((double)record->m * (double)record->k);
    t->intensity = t->traffic_bytes > 0 ? (double)t->macs / (double)t->traffic_bytes : (double)NAN;
    t->roof_share = share > 0.0 ? share : (double)NAN;
}
