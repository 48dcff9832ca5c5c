#include "measure/side_effects.h"

#include "base/clock.h"
#include "base/text.h"
#include "check/leak.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { PACKED, PLAN };
enum { Y, SCRATCH };

/* Series of calls in which memory must grow every time to be lost. */
enum { LEAK_LOOKS = 4 };

/*
 * What else has CPU time is threads that nobody asked for. The CPU time of other threads is known to the latest tick,
 * up to 10 ms ago, which many short samples add up: what looks like too much is looked at again in one piece.
 */
static const double most_cpus = 1.2, cpu_slack_ns = 2e6, again_ns = 2e8;

static const char while_timed[] = "while it is timed";

__attribute__((format(printf, 3, 4))) static bool fail(tern_finding *finding, tern_verdict verdict, const char *format,
                                                       ...)
{
    va_list arguments;

    memset(finding, 0, sizeof *finding);
    finding->verdict = verdict;
    va_start(arguments, format);
    vsnprintf(finding->reason, sizeof finding->reason, format, arguments);
    va_end(arguments);
    return false;
}

static bool owns_team(const tern_side_effects *effects)
{
    return tern_case_owns_team(effects->bench->c);
}

static void paint(tern_guard *guard, const char *name, void *data, size_t bytes)
{
    uint8_t *begin = data;

    if (data == NULL)
        return;
    *guard = (tern_guard){.name = name,
                          .data = begin,
                          .bytes = bytes,
                          .pages = begin - TERN_BENCH_MARGIN,
                          .pages_end = begin + bytes + TERN_BENCH_MARGIN};
    tern_guard_paint(guard, (uint8_t)(1 + tern_clock_ticks() % 254));
}

void tern_side_effects_open(tern_side_effects *effects, tern_bench *bench, tern_guard *read_only, uint64_t threads)
{
    const tern_shape shape = bench->c->shape;

    *effects = (tern_side_effects){.bench = bench, .read_only = read_only};
    paint(&effects->painted[Y], "Y", bench->y, shape.m * shape.n * sizeof *bench->y);
    paint(&effects->painted[SCRATCH], "scratch", bench->scratch, bench->scratch_bytes);
    tern_state_take_quickly(&bench->fixture->state);
    /* Those that bind() or pack() have started are seen by the first look. */
    if (threads < bench->fixture->state.process.threads && !owns_team(effects))
        bench->fixture->state.process.threads = threads;
}

static void protect(tern_guard *guard, const char *name, uint8_t *map, size_t map_bytes, uint8_t *data, size_t bytes)
{
    if (map == NULL)
        return;
    *guard = (tern_guard){.name = name,
                          .data = data,
                          .bytes = bytes,
                          .map = map,
                          .map_bytes = map_bytes,
                          .pages = map,
                          .pages_end = map + map_bytes};
    if (tern_guard_set_access(guard, TERN_GUARD_READ_ONLY, NULL) != TERN_OK)
        *guard = (tern_guard){0};
}

/* Mappings as a whole: part of one would break up its huge pages. */
void tern_side_effects_protect(tern_side_effects *effects)
{
    const tern_ring *ring = effects->bench->ring;
    const tern_memory *plan = &effects->bench->plan_memory;

    protect(&effects->read_only[PACKED], "packed W", ring->map, ring->map_bytes, ring->first,
            ring->slots * ring->stride);
    protect(&effects->read_only[PLAN], "its plan", plan->map, plan->map_bytes, plan->data, plan->bytes);
}

void tern_side_effects_close(tern_side_effects *effects)
{
    if (effects->read_only != NULL)
        tern_guard_set_access(&effects->read_only[PLAN], TERN_GUARD_OPEN, NULL);
}

static double cpu_ns(clockid_t clock)
{
    struct timespec now = {0};

    clock_gettime(clock, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static tern_cpu_time cpu_time(void)
{
    return (tern_cpu_time){cpu_ns(CLOCK_PROCESS_CPUTIME_ID), cpu_ns(CLOCK_THREAD_CPUTIME_ID), tern_clock_ns()};
}

void tern_side_effects_start(tern_side_effects *effects)
{
    effects->start = cpu_time();
}

void tern_side_effects_stop(tern_side_effects *effects)
{
    const tern_cpu_time now = cpu_time(), start = effects->start;

    effects->spent.process_ns += now.process_ns - start.process_ns;
    effects->spent.thread_ns += now.thread_ns - start.thread_ns;
    effects->spent.wall_ns += now.wall_ns - start.wall_ns;
}

bool tern_side_effects_look(tern_side_effects *effects, tern_finding *finding)
{
    tern_state *before = &effects->bench->fixture->state, after;

    tern_state_take_quickly(&after);
    const char *difference = tern_state_difference(before, &after, owns_team(effects));
    if (difference == NULL)
        return true;
    /* Not held against the next one, nor left to it. */
    tern_registers_put(&before->thread.registers);
    after.thread.registers = before->thread.registers;
    effects->bench->fixture->has_strangers |= after.process.threads > before->process.threads;
    *before = after;
    return fail(finding, TERN_OVERRUN, "leaves %s changed %s", difference, while_timed);
}

static bool margins_are_whole(const tern_side_effects *effects, tern_finding *finding)
{
    tern_guard_breach breach;
    char place[96];

    for (size_t i = 0; i < TERN_PAINTED_GUARDS; i++)
        if (effects->painted[i].data != NULL && tern_guard_find_change(&effects->painted[i], &breach))
            return fail(finding, TERN_OVERRUN, "writes %s %s", tern_guard_breach_text(&breach, place, sizeof place),
                        while_timed);
    return true;
}

/*
 * How many CPUs the process was on at a time; where one thread was asked for, whatever another had counts as one more.
 */
static double cpus_used(const tern_cpu_time *spent, uint32_t threads)
{
    return threads > 1 ? spent->process_ns / spent->wall_ns : spent->process_ns / spent->thread_ns;
}

static bool exceeds_its_threads(const tern_cpu_time *spent, uint32_t threads)
{
    const double most_ns = most_cpus * (threads > 1 ? threads * spent->wall_ns : spent->thread_ns);

    return spent->process_ns > most_ns + cpu_slack_ns;
}

static void call_again(tern_side_effects *effects)
{
    effects->spent = (tern_cpu_time){0};
    tern_side_effects_start(effects);
    for (double end_ns = effects->start.wall_ns + again_ns; tern_clock_ns() < end_ns;)
        tern_bench_call(effects->bench, NULL);
    tern_side_effects_stop(effects);
}

static bool uses_its_threads(tern_side_effects *effects, tern_finding *finding)
{
    const uint32_t threads = effects->bench->c->threads;

    if (!exceeds_its_threads(&effects->spent, threads) || effects->bench->fixture->has_strangers)
        return true;
    call_again(effects);
    if (!exceeds_its_threads(&effects->spent, threads))
        return true;
    return fail(finding, TERN_MISDECLARED, "uses %.3g CPUs at a time while it is timed, with %u thread%s asked for",
                cpus_used(&effects->spent, threads), threads, tern_text_plural(threads));
}

static bool is_steady(tern_side_effects *effects, uint64_t calls, tern_finding *finding)
{
    tern_leak leak = {0};
    char added[64];

    for (int look = 0; calls > 0 && look < LEAK_LOOKS; look++) {
        for (uint64_t i = 0; i < calls; i++)
            tern_bench_call(effects->bench, NULL);
        tern_leak_look(&leak);
    }
    if (tern_leak_text(&leak, added, sizeof added) == NULL)
        return true;
    return fail(finding, TERN_OVERRUN, "run() leaves %s in %llu call%s %s", added, (unsigned long long)calls,
                tern_text_plural(calls), while_timed);
}

bool tern_side_effects_conclude(tern_side_effects *effects, uint64_t grows, tern_finding *finding)
{
    return is_steady(effects, grows, finding) && margins_are_whole(effects, finding) &&
           uses_its_threads(effects, finding);
}
