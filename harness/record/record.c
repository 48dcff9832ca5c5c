#include "record/record.h"

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

double tern_record_gmacs(const tern_record *record)
{
    return record->timed ? (double)record->timing.macs / record->timing.median_ns : 0.0;
}

double tern_record_gbps(const tern_record *record)
{
    return record->timed ? (double)record->timing.traffic_bytes / record->timing.median_ns : 0.0;
}
