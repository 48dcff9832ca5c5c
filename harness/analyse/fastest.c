#include "analyse/fastest.h"

#include "analyse/speedup.h"

#include <math.h>
#include <string.h>

bool tern_fastest_has_two_bits(const tern_record *record)
{
    return fabs(record->bits_per_weight - 2.0) < 0.2;
}

const tern_record *tern_fastest_of(const tern_group *group, bool (*is_wanted)(const tern_record *record),
                                   const tern_record *but)
{
    const tern_record *fastest = NULL;

    for (size_t i = 0; i < group->count; i++) {
        const tern_record *r = group->item[i];
        if (r->timed && r != but && (is_wanted == NULL || is_wanted(r)) &&
            (fastest == NULL || tern_speedup_estimate(r, fastest).median > 1.0))
            fastest = r;
    }
    return fastest;
}

const tern_record *tern_fastest_baseline(const tern_group *group, const tern_results *results)
{
    for (size_t i = 0; i < group->count; i++) {
        const tern_record *r = group->item[i];
        if (r->timed && r->toggles[0] == '\0' && strcmp(r->kernel, results->runs.item[r->run].baseline) == 0)
            return r;
    }
    return NULL;
}
