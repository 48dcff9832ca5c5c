#include "measure/counters.h"

#include "base/text.h"
#include "measure/counter_find.h"
#include "measure/tasks.h"

#include <linux/perf_event.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const struct {
    const char *name, *events;
} presets[] = {
    {"default",
     "cycles,instructions,cache-misses,branch-misses,task-clock,page-faults,cpu-migrations,context-switches"},
    {"cache", "instructions,cycles,L1-dcache-loads,L1-dcache-load-misses,LLC-loads,LLC-load-misses,dTLB-load-misses"},
    {"branch", "instructions,cycles,branches,branch-misses"},
};

static tern_status add_event(tern_counters *counters, const char *name, tern_error *error)
{
    tern_event event;
    const tern_status status = tern_event_find(&event, name, error);

    if (status != TERN_OK)
        return status;
    for (uint32_t i = 0; i < counters->events; i++)
        if (strcmp(counters->event[i].name, event.name) == 0)
            return TERN_OK;
    if (counters->events == TERN_EVENTS_MAX)
        return tern_error_set(error, TERN_USAGE, "--counters: more than %d events; name fewer", TERN_EVENTS_MAX);
    counters->event[counters->events++] = event;
    return TERN_OK;
}

/* Adds what a list of names says. A preset is a list of events, and contains no preset. */
static tern_status add_list(tern_counters *counters, const char *list, bool with_presets, tern_error *error)
{
    char text[1024], *rest = text;
    const char *name;
    tern_status status = TERN_OK;

    if (!tern_text_fit(text, sizeof text, list))
        return tern_error_set(error, TERN_USAGE, "--counters: a list of more than %zu letters; name fewer",
                              sizeof text - 1);
    while (status == TERN_OK && (name = tern_text_word(&rest, ", ")) != NULL) {
        const char *preset = NULL;
        for (size_t i = 0; with_presets && i < sizeof presets / sizeof *presets; i++)
            if (strcmp(name, presets[i].name) == 0)
                preset = presets[i].events;
        if (with_presets && strcmp(name, "step") == 0)
            counters->step = true;
        else if (with_presets && strcmp(name, "work") == 0)
            counters->work = true;
        else
            status = preset != NULL ? add_list(counters, preset, false, error) : add_event(counters, name, error);
    }
    return status;
}

bool tern_counters_any(const tern_counters *counters)
{
    return counters->events > 0 || counters->step || counters->work;
}

tern_status tern_counters_parse(tern_counters *counters, const char *text, tern_error *error)
{
    memset(counters, 0, sizeof *counters);
    tern_core_pmus_read(&counters->pmus, "/sys/bus/event_source/devices");
    const tern_status status = add_list(counters, text, true, error);
    if (status == TERN_OK && !tern_counters_any(counters))
        return tern_error_set(error, TERN_USAGE, "--counters: no event is named");
    return status;
}

/* The state of counting one case. */
typedef struct taking {
    const tern_perf_calls *calls;
    tern_counted_fn *run;
    void *context;
    tern_timing *timing;
    tern_tasks tasks;
    const tern_core_pmu *pmu; /* that counts now; NULL: there is one for all cores */
} taking;

/* Appends a row, as long as there is room. */
static void append(taking *t, const char *name, const char *suffix, tern_event_source source, double per_call,
                   const tern_count *count)
{
    tern_counter *row = &t->timing->counter[t->timing->counters];

    if (t->timing->counters == TERN_MAX_COUNTERS)
        return;
    t->timing->counters++;
    memset(row, 0, sizeof *row);
    tern_text_append(row->name, sizeof row->name, "%s%s%s%s", name, suffix, t->pmu == NULL ? "" : ":",
                     t->pmu == NULL ? "" : t->pmu->name);
    tern_text_copy(row->source, sizeof row->source, tern_event_source_name(source));
    tern_text_copy(row->reason, sizeof row->reason, count->reason);
    row->per_call = per_call;
    row->running = count->running;
}

static const tern_count *find_count(const char *name, const tern_event *event, const tern_count *count, uint32_t events)
{
    for (uint32_t i = 0; i < events; i++)
        if (strcmp(event[i].name, name) == 0 && count[i].reason[0] == '\0')
            return &count[i];
    return NULL;
}

/* Figures that need two events of one pass. */
static void append_ratios(taking *t, const tern_event *event, const tern_count *count, uint32_t events)
{
    const tern_count *cycles = find_count("cycles", event, count, events);
    const tern_count *instructions = find_count("instructions", event, count, events);
    const double traffic_bytes = (double)t->timing->traffic_bytes * (double)t->timing->calls_per_sample;

    if (cycles != NULL && cycles->value > 0.0) {
        if (instructions != NULL)
            append(t, "ipc", "", TERN_EVENT_PMU, instructions->value / cycles->value, cycles);
        append(t, "bytes_per_cycle", "", TERN_EVENT_PMU, traffic_bytes / cycles->value, cycles);
    }
    for (uint32_t i = 0; i < events && instructions != NULL && instructions->value > 0.0; i++)
        if (tern_event_is_miss(&event[i]) && count[i].reason[0] == '\0')
            append(t, event[i].name, ".mpki", TERN_EVENT_PMU, 1000.0 * count[i].value / instructions->value, &count[i]);
}

/* Counts one group. The first `known` of its events have their row from an earlier pass. */
static void take_pass(taking *t, const tern_event *event, uint32_t events, uint32_t known)
{
    tern_counter_group group;
    tern_count count[TERN_GROUP_EVENTS];
    const uint64_t calls = t->timing->calls_per_sample;

    tern_counter_group_open(&group, t->calls, event, events, t->tasks.id, t->tasks.count);
    tern_counter_group_start(&group);
    t->run(t->context, calls);
    tern_counter_group_stop(&group, count);
    tern_counter_group_close(&group);
    for (uint32_t i = known; i < events; i++)
        append(t, event[i].name, "", event[i].source, count[i].value / (double)calls, &count[i]);
    append_ratios(t, event, count, events);
}

/* The usual events, for which the number of a PMU is part of the event; others have one by their type. */
static bool is_of_any_pmu(const tern_event *event)
{
    return event->type == PERF_TYPE_HARDWARE || event->type == PERF_TYPE_HW_CACHE;
}

/* Whether it is counted now: by each PMU, or by that which its type says. */
static bool has_turn(const taking *t, const tern_counters *counters, const tern_event *event, tern_event_source source)
{
    return event->source == source &&
           (t->pmu != NULL) == (source == TERN_EVENT_PMU && counters->pmus.count > 0 && is_of_any_pmu(event));
}

/* perf_event_open(2): PERF_TYPE_HARDWARE and PERF_TYPE_HW_CACHE have the PMU in the upper half of config. */
static tern_event event_of(const taking *t, const tern_event *event)
{
    tern_event its = *event;

    if (t->pmu != NULL) {
        its.config |= (uint64_t)t->pmu->type << 32;
        its.of_some_cores = true;
    }
    return its;
}

/* Takes the events of one source in as many passes as they need. */
static void take_groups(taking *t, const tern_counters *counters, tern_event_source source)
{
    tern_event group[TERN_GROUP_EVENTS];
    uint32_t used = 0, shared = 0, known = 0;

    for (uint32_t i = 0; i < counters->events && source == TERN_EVENT_PMU; i++)
        if (has_turn(t, counters, &counters->event[i], source) && strcmp(counters->event[i].name, "instructions") == 0)
            group[shared++] = event_of(t, &counters->event[i]);
    used = shared;
    for (uint32_t i = 0; i < counters->events; i++) {
        const tern_event *event = &counters->event[i];
        if (!has_turn(t, counters, event, source) || (shared > 0 && strcmp(event->name, "instructions") == 0))
            continue;
        if (used == TERN_GROUP_EVENTS) {
            take_pass(t, group, used, known);
            used = known = shared;
        }
        group[used++] = event_of(t, event);
    }
    if (used > known)
        take_pass(t, group, used, known);
}

/* Context switches of all threads. */
static void take_usage(taking *t, const tern_event *event)
{
    struct rusage before, after;
    tern_count count = {.running = 1.0};

    if (getrusage(RUSAGE_SELF, &before) != 0)
        tern_text_copy(count.reason, sizeof count.reason, "getrusage() failed");
    t->run(t->context, t->timing->calls_per_sample);
    if (getrusage(RUSAGE_SELF, &after) != 0)
        tern_text_copy(count.reason, sizeof count.reason, "getrusage() failed");
    count.value = count.reason[0] != '\0'
                      ? (double)NAN
                      : (double)(after.ru_nvcsw - before.ru_nvcsw + after.ru_nivcsw - before.ru_nivcsw);
    append(t, event->name, "", event->source, count.value / (double)t->timing->calls_per_sample, &count);
}

void tern_counters_take(const tern_counters *counters, const tern_perf_calls *calls, tern_counted_fn *run,
                        void *context, tern_timing *timing)
{
    taking t = {.calls = calls, .run = run, .context = context, .timing = timing};

    tern_tasks_list(&t.tasks);
    for (uint32_t i = 0; i < counters->pmus.count; i++) {
        t.pmu = &counters->pmus.pmu[i];
        take_groups(&t, counters, TERN_EVENT_PMU);
    }
    t.pmu = NULL;
    take_groups(&t, counters, TERN_EVENT_PMU);
    take_groups(&t, counters, TERN_EVENT_SOFTWARE);
    for (uint32_t i = 0; i < counters->events; i++)
        if (counters->event[i].source == TERN_EVENT_RUSAGE)
            take_usage(&t, &counters->event[i]);
    tern_tasks_free(&t.tasks);
}
