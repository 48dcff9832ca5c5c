#include "check/compare.h"

#include "check/hint.h"

#include <math.h>
#include <string.h>

static uint64_t distance(int32_t a, int32_t b)
{
    const int64_t difference = (int64_t)a - b;

    return (uint64_t)(difference < 0 ? -difference : difference);
}

static void count_differences(const tern_answer *c, tern_finding *finding)
{
    double error = 0.0, size = 0.0;

    for (size_t i = 0; i < finding->values; i++) {
        const int32_t expected = c->expected[i], got = c->got[i];
        const uint64_t off = distance(expected, got);
        size += (double)expected * (double)expected;
        if (off == 0)
            continue;
        error += (double)off * (double)off;
        finding->mismatches++;
        if (off > finding->max_abs)
            finding->max_abs = off;
        if (finding->differences < TERN_FIRST_DIFFERENCES)
            finding->difference[finding->differences++] =
                (tern_difference){.m = i % c->shape.m, .n = i / c->shape.m, .expected = expected, .got = got};
    }
    finding->relative_l2 = size > 0.0 ? sqrt(error / size) : (double)INFINITY;
}

void tern_compare(const tern_answer *c, tern_finding *finding)
{
    memset(finding, 0, sizeof *finding);
    finding->values = (uint64_t)c->shape.m * c->shape.n;
    finding->verdict = TERN_EXACT;
    if (memcmp(c->expected, c->got, (size_t)finding->values * sizeof *c->got) == 0)
        return;
    finding->verdict = TERN_MISMATCH;
    count_differences(c, finding);
    tern_hint_find(c, finding->hint, sizeof finding->hint);
}
