#include "measure/counter_find.h"

#include "base/text.h"
#include "measure/counter_pfm.h"

#include <linux/perf_event.h>
#include <string.h>
#include <strings.h>

#define CACHE_EVENT(cache, operation, result)                                                                          \
    PERF_TYPE_HW_CACHE, PERF_COUNT_HW_CACHE_##cache | PERF_COUNT_HW_CACHE_OP_##operation << 8 |                        \
                            PERF_COUNT_HW_CACHE_RESULT_##result << 16

/* As perf(1) names them. */
static const struct {
    const char *name;
    tern_event_source source;
    uint32_t type;
    uint64_t config;
    bool in_kernel;
} known[] = {
    {"cycles", TERN_EVENT_PMU, PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, false},
    {"instructions", TERN_EVENT_PMU, PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, false},
    {"ref-cycles", TERN_EVENT_PMU, PERF_TYPE_HARDWARE, PERF_COUNT_HW_REF_CPU_CYCLES, false},
    {"branches", TERN_EVENT_PMU, PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS, false},
    {"branch-misses", TERN_EVENT_PMU, PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES, false},
    {"cache-references", TERN_EVENT_PMU, PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES, false},
    {"cache-misses", TERN_EVENT_PMU, PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES, false},
    {"LLC-misses", TERN_EVENT_PMU, PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES, false},
    {"L1-dcache-loads", TERN_EVENT_PMU, CACHE_EVENT(L1D, READ, ACCESS), false},
    {"L1-dcache-load-misses", TERN_EVENT_PMU, CACHE_EVENT(L1D, READ, MISS), false},
    {"LLC-loads", TERN_EVENT_PMU, CACHE_EVENT(LL, READ, ACCESS), false},
    {"LLC-load-misses", TERN_EVENT_PMU, CACHE_EVENT(LL, READ, MISS), false},
    {"dTLB-loads", TERN_EVENT_PMU, CACHE_EVENT(DTLB, READ, ACCESS), false},
    {"dTLB-load-misses", TERN_EVENT_PMU, CACHE_EVENT(DTLB, READ, MISS), false},
    {"task-clock", TERN_EVENT_SOFTWARE, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, false},
    {"page-faults", TERN_EVENT_SOFTWARE, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS, false},
    {"cpu-migrations", TERN_EVENT_SOFTWARE, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS, true},
    {"context-switches", TERN_EVENT_RUSAGE, 0, 0, true},
};

enum { KNOWN = sizeof known / sizeof *known };

tern_status tern_event_find(tern_event *event, const char *name, tern_error *error)
{
    const char *names[KNOWN];

    memset(event, 0, sizeof *event);
    for (size_t i = 0; i < KNOWN; i++) {
        names[i] = known[i].name;
        if (strcasecmp(name, known[i].name) != 0)
            continue;
        tern_text_copy(event->name, sizeof event->name, known[i].name);
        event->source = known[i].source;
        event->type = known[i].type;
        event->config = known[i].config;
        event->in_kernel = known[i].in_kernel;
        return TERN_OK;
    }
    const char *reason = tern_pfm_find(event, name);
    if (reason == NULL)
        return TERN_OK;
    const char *nearest = tern_text_nearest(name, names, KNOWN);
    return tern_error_set(error, TERN_USAGE, "--counters: no event '%s' (%s)%s%s%s", name, reason,
                          nearest == NULL ? "" : "; did you mean '", nearest == NULL ? "" : nearest,
                          nearest == NULL ? "" : "'?");
}
