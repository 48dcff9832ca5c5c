#include "record/record.h"

#include "record/fields.h"

#include <math.h>
#include <string.h>

const char *const tern_stop_names[] = {
    [TERN_STOP_NONE] = "none",
    [TERN_STOP_PRECISE] = "precise",
    [TERN_STOP_BUDGET] = "budget",
    [TERN_STOP_SAMPLES] = "samples",
    NULL,
};

void tern_record_free(tern_record *record)
{
    tern_fields_free(tern_record_fields, record);
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

    return record->timed && t->pack_ns > 0.0 ? (double)record->problem.m * (double)record->problem.k / t->pack_ns : 0.0;
}

void tern_record_conclude(tern_record *record)
{
    tern_timing *t = &record->timing;
    const double memory = t->roof_read_gbps > 0.0 && strcmp(record->problem.cache, "cold") == 0
                              ? tern_record_gbps(record) / t->roof_read_gbps
                              : 0.0;
    const double compute = t->roof_gmacs > 0.0 ? tern_record_gmacs(record) / t->roof_gmacs : 0.0;
    const bool paired = t->rounds > 0 && t->roof_paired[0] != '\0';
    const double share = paired ? t->roof_paired_median : fmax(memory, compute);

    record->bits_per_weight = 8.0 * (double)t->packed_bytes / ((double)record->problem.m * (double)record->problem.k);
    t->intensity = t->traffic_bytes > 0 ? (double)t->macs / (double)t->traffic_bytes : (double)NAN;
    t->roof_share = share > 0.0 ? share : (double)NAN;
}
