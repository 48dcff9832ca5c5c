#include "machine/noise.h"

#include "base/proc_file.h"
#include "base/stats.h"
#include "machine/control_group.h"
#include "machine/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The number that stands after key in text, NaN when the key is not there. */
static double number_after(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    char *end;

    if (at == NULL)
        return (double)NAN;
    const double number = strtod(at + strlen(key), &end);
    return end == at + strlen(key) ? (double)NAN : number;
}

/*
 * proc(5): cpu user nice system idle iowait irq softirq steal. A CPU that is idle wants nothing that could be stolen.
 */
static double read_steal_share(void)
{
    double user, nice, system, idle, waiting, irq, softirq, steal;
    char text[512];

    if (sscanf(tern_proc_text("/proc/stat", text, sizeof text), "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &user, &nice,
               &system, &idle, &waiting, &irq, &softirq, &steal) != 8)
        return (double)NAN;
    const double wanted = user + nice + system + irq + softirq + steal;
    return wanted > 0.0 ? steal / wanted : 0.0;
}

/* Is a tern_control_group_visit: keeps the largest share. */
static void take_throttled(void *context, const char *folder)
{
    double *largest = context;
    char path[4096 + 16], text[1024];

    snprintf(path, sizeof path, "%s/cpu.stat", folder);
    tern_proc_text(path, text, sizeof text);
    *largest = fmax(*largest, number_after(text, "nr_throttled ") / fmax(number_after(text, "nr_periods "), 1.0));
}

/* Of the control groups' periods. NaN where none has a quota. */
static double read_throttled_share(void)
{
    double largest = (double)NAN;

    tern_control_group_walk("cpu", take_throttled, &largest);
    return largest;
}

static bool read_turbo(void)
{
    char text[16];

    if (tern_proc_text("/sys/devices/system/cpu/intel_pstate/no_turbo", text, sizeof text)[0] != '\0')
        return text[0] == '0';
    return tern_proc_text("/sys/devices/system/cpu/cpufreq/boost", text, sizeof text)[0] == '1';
}

double tern_noise_pressure_share(void)
{
    char text[512];

    return number_after(tern_proc_text("/proc/pressure/cpu", text, sizeof text), "some avg10=") / 100.0;
}

/* proc_loadavg(5): three loads, then running/all tasks, of which this one is running. */
static double look_at_others(void)
{
    char text[128];
    unsigned running;

    return sscanf(tern_proc_text("/proc/loadavg", text, sizeof text), "%*f %*f %*f %u/", &running) == 1 && running > 0
               ? running - 1.0
               : (double)NAN;
}

/* One look may find what runs for a moment only. */
static double read_others_running(void)
{
    enum { LOOKS = 9 };
    const struct timespec between = {.tv_nsec = 1000000};
    double others[LOOKS];

    for (size_t i = 0; i < LOOKS; i++) {
        others[i] = look_at_others();
        if (isnan(others[i]))
            return (double)NAN;
        nanosleep(&between, NULL);
    }
    tern_stats_sort(others, LOOKS);
    return tern_stats_median(others, LOOKS);
}

void tern_noise_read(tern_noise *noise, const tern_run *run, const tern_topology *topology, uint32_t threads,
                     uint32_t cpus, bool cold)
{
    char text[512];

    memset(noise, 0, sizeof *noise);
    noise->run = run;
    noise->threads = threads;
    noise->cpus = cpus;
    noise->nodes = topology->nodes;
    noise->threads_per_core = topology->threads_per_core;
    noise->told_by = topology->told_by;
    if (cold) {
        const uint64_t most = tern_memory_available_bytes() / 2;
        noise->ring_wanted_bytes = tern_memory_cold_bytes(topology->llc_bytes);
        noise->ring_bytes = noise->ring_wanted_bytes < most ? noise->ring_wanted_bytes : most;
    }
    noise->steal_share = read_steal_share();
    noise->pressure_share = tern_noise_pressure_share();
    noise->others_running = read_others_running();
    noise->throttled_share = read_throttled_share();
    noise->numa_balancing = tern_proc_text("/proc/sys/kernel/numa_balancing", text, sizeof text)[0] == '1';
    noise->turbo = read_turbo();
    tern_proc_line("/sys/devices/system/clocksource/clocksource0/current_clocksource", noise->clock_source,
                   sizeof noise->clock_source);
}
