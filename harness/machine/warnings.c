#include "machine/warnings.h"

#include "base/text.h"

#include <string.h>

static const double worst_steal = 0.05, worst_pressure = 0.10, worst_throttled = 0.01;

/* Says what is wrong and what to do, or returns false. */
typedef bool rule_fn(const tern_noise *noise, char *text, size_t bytes);

static bool is_debug_build(const tern_noise *n, char *text, size_t bytes)
{
    if (strcmp(n->run->build_type, "Debug") != 0 && strstr(n->run->flags, "-fsanitize") == NULL)
        return false;
    tern_text_append(text, bytes,
                     "this program is a %s build, made to find mistakes and not to be fast; use the release preset",
                     n->run->build_type);
    return true;
}

static bool has_too_many_threads(const tern_noise *n, char *text, size_t bytes)
{
    if (n->threads <= n->cpus)
        return false;
    tern_text_append(text, bytes,
                     "%u threads share %u CPU%s and wait for each other; ask for at most %u with --threads", n->threads,
                     n->cpus, tern_text_plural(n->cpus), n->cpus);
    return true;
}

static bool is_told_of_another(const tern_noise *n, char *text, size_t bytes)
{
    if (n->told_by == NULL)
        return false;
    tern_text_append(
        text, bytes,
        "%s tells hwloc of another machine: caches, cores and memory nodes are not those of this one; unset "
        "it",
        n->told_by);
    return true;
}

static bool has_several_kinds(const tern_noise *n, char *text, size_t bytes)
{
    if (n->kinds < 2)
        return false;
    tern_text_append(
        text, bytes,
        "threads are on %u kinds of core, and the slowest decides, as work is shared evenly; choose one kind "
        "with --pin compact:KIND",
        n->kinds);
    return true;
}

static bool has_small_quota(const tern_noise *n, char *text, size_t bytes)
{
    if (n->run->cpu_quota <= 0.0 || n->run->cpu_quota >= n->threads)
        return false;
    tern_text_append(
        text, bytes,
        "the control group allows %.2f CPUs' worth of time for %u thread%s and stops them when it is spent; "
        "raise cpu.max or use fewer threads",
        n->run->cpu_quota, n->threads, tern_text_plural(n->threads));
    return true;
}

static bool is_throttled(const tern_noise *n, char *text, size_t bytes)
{
    if (!(n->throttled_share > worst_throttled))
        return false;
    tern_text_append(text, bytes,
                     "the control group was stopped for its quota in %.1f %% of its periods; raise cpu.max",
                     100.0 * n->throttled_share);
    return true;
}

static bool has_steal(const tern_noise *n, char *text, size_t bytes)
{
    if (!(n->steal_share > worst_steal))
        return false;
    tern_text_append(
        text, bytes,
        "the hypervisor took %.1f %% of the CPU time that was wanted since boot; use a machine with CPUs of "
        "its own",
        100.0 * n->steal_share);
    return true;
}

static bool has_pressure(const tern_noise *n, char *text, size_t bytes)
{
    if (!(n->pressure_share > worst_pressure))
        return false;
    tern_text_append(text, bytes,
                     "in %.0f %% of the last ten seconds a task waited for a CPU; end the other programs first",
                     100.0 * n->pressure_share);
    return true;
}

/* What has ended, as the build before a run has, disturbs no more. */
static bool has_load(const tern_noise *n, char *text, size_t bytes)
{
    if (n->run->load <= 0.5 * n->run->cpus_online || n->others_running < 1.0)
        return false;
    tern_text_append(
        text, bytes,
        "the load was %.2f on %u CPU%s over the last minute, and other programs run still; wait until they "
        "have ended",
        n->run->load, n->run->cpus_online, tern_text_plural(n->run->cpus_online));
    return true;
}

static bool has_slow_governor(const tern_noise *n, char *text, size_t bytes)
{
    if (n->run->governor[0] == '\0' || strcmp(n->run->governor, "performance") == 0)
        return false;
    tern_text_append(text, bytes,
                     "the governor '%s' changes the clock with the load; `cpupower frequency-set -g performance`",
                     n->run->governor);
    return true;
}

/* Variables by which OpenMP would move threads that are pinned already, or give fewer of them. */
static bool has_openmp_variables(const tern_noise *n, char *text, size_t bytes)
{
    static const char *const variables[] = {
        "OMP_PROC_BIND=", "OMP_PLACES=",       "GOMP_CPU_AFFINITY=", "KMP_AFFINITY=",
        "OMP_DYNAMIC=",   "OMP_THREAD_LIMIT=", "OMP_WAIT_POLICY=",   "GOMP_SPINCOUNT="};
    bool found = false;

    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        if (strstr(n->run->openmp, variables[i]) != NULL) {
            tern_text_append(text, bytes, "%s%.*s", found ? ", " : "", (int)strlen(variables[i]) - 1, variables[i]);
            found = true;
        }
    if (found)
        tern_text_append(text, bytes,
                         " change how OpenMP's threads are bound, counted or wait; unset them, --pin does it");
    return found;
}

static bool has_small_ring(const tern_noise *n, char *text, size_t bytes)
{
    if (n->ring_bytes >= n->ring_wanted_bytes)
        return false;
    tern_text_append(
        text, bytes,
        "memory has room for %.0f of the %.0f MiB that keep a cold case out of the cache; free some, or take "
        "cold figures for warm ones",
        (double)n->ring_bytes / (1 << 20), (double)n->ring_wanted_bytes / (1 << 20));
    return true;
}

static bool has_numa_balancing(const tern_noise *n, char *text, size_t bytes)
{
    if (!n->numa_balancing || n->nodes < 2)
        return false;
    tern_text_append(text, bytes,
                     "Linux moves pages between memory nodes while they are read; `sysctl kernel.numa_balancing=0`");
    return true;
}

static bool has_no_huge_pages(const tern_noise *n, char *text, size_t bytes)
{
    if (strcmp(n->run->huge_pages, "never") != 0)
        return false;
    tern_text_append(text, bytes,
                     "huge pages are off, so that large W pays for address translation; `echo madvise > "
                     "/sys/kernel/mm/transparent_hugepage/enabled`");
    return true;
}

static bool has_slow_clock(const tern_noise *n, char *text, size_t bytes)
{
    static const char *const fast[] = {"", "tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter"};

    for (size_t i = 0; i < sizeof fast / sizeof *fast; i++)
        if (strcmp(n->clock_source, fast[i]) == 0)
            return false;
    tern_text_append(text, bytes, "the clock source '%s' is slow to read; boot with clocksource=tsc if it is stable",
                     n->clock_source);
    return true;
}

static bool is_virtual(const tern_noise *n, char *text, size_t bytes)
{
    if (n->run->hypervisor[0] == '\0')
        return false;
    tern_text_append(
        text, bytes,
        "a virtual machine (%s): its neighbours share caches and memory unseen; compare figures of one run "
        "only",
        n->run->hypervisor);
    return true;
}

static bool has_turbo(const tern_noise *n, char *text, size_t bytes)
{
    if (!n->turbo)
        return false;
    tern_text_append(
        text, bytes,
        "turbo is on: the clock depends on temperature and on the other cores; switch it off to compare over "
        "days");
    return true;
}

static bool has_siblings(const tern_noise *n, char *text, size_t bytes)
{
    if (n->threads_per_core < 2)
        return false;
    tern_text_append(text, bytes,
                     "cores have %u threads: a program on the other one halves a figure unseen; keep the machine idle",
                     n->threads_per_core);
    return true;
}

static bool has_aslr(const tern_noise *n, char *text, size_t bytes)
{
    if (!n->run->aslr)
        return false;
    tern_text_append(text, bytes,
                     "addresses are random, so that figures vary a little from run to run; `setarch -R ternbench ...`");
    return true;
}

static const struct {
    const char *name;
    tern_severity severity;
    rule_fn *applies;
} rules[] = {
    {"build", TERN_REFUSAL, is_debug_build},
    {"topology", TERN_REFUSAL, is_told_of_another},
    {"threads", TERN_REFUSAL, has_too_many_threads},
    {"quota", TERN_REFUSAL, has_small_quota},
    {"throttling", TERN_REFUSAL, is_throttled},
    {"steal", TERN_REFUSAL, has_steal},
    {"pressure", TERN_REFUSAL, has_pressure},
    {"governor", TERN_REFUSAL, has_slow_governor},
    {"openmp", TERN_REFUSAL, has_openmp_variables},
    {"ring", TERN_REFUSAL, has_small_ring},
    {"load", TERN_WARNING, has_load},
    {"kinds", TERN_WARNING, has_several_kinds},
    {"numa", TERN_WARNING, has_numa_balancing},
    {"huge_pages", TERN_WARNING, has_no_huge_pages},
    {"clock", TERN_WARNING, has_slow_clock},
    {"virtual", TERN_NOTE, is_virtual},
    {"turbo", TERN_NOTE, has_turbo},
    {"smt", TERN_NOTE, has_siblings},
    {"aslr", TERN_NOTE, has_aslr},
};

_Static_assert(sizeof rules / sizeof *rules <= TERN_WARNINGS_MAX, "every rule may apply at once");

size_t tern_warning_list(const tern_noise *noise, tern_warning warning[TERN_WARNINGS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        tern_warning *next = &warning[count];
        next->name = rules[i].name;
        next->severity = rules[i].severity;
        next->text[0] = '\0';
        count += rules[i].applies(noise, next->text, sizeof next->text);
    }
    return count;
}
