#include "analyse/scaling.h"

#include "base/stats.h"

#include <math.h>

const tern_record *tern_scaling_fewest(const tern_group *group)
{
    const tern_record *fewest = group->item[0];

    for (size_t i = 1; i < group->count; i++)
        if (group->item[i]->problem.threads < fewest->problem.threads)
            fewest = group->item[i];
    return fewest;
}

const tern_record *tern_scaling_most(const tern_group *group)
{
    const tern_record *most = tern_scaling_fewest(group);

    for (size_t i = 0; i < group->count; i++)
        if (group->item[i]->problem.threads > most->problem.threads)
            most = group->item[i];
    return most;
}

tern_scaling tern_scaling_of(const tern_record *record, const tern_record *fewest)
{
    const tern_timing *t = &record->timing;
    const double speedup = fewest->timing.median_ns / t->median_ns;

    return (tern_scaling){speedup, speedup * fewest->problem.threads / record->problem.threads,
                          t->busy_ns != NULL ? tern_stats_imbalance(t->busy_ns, t->threads) : (double)NAN};
}
