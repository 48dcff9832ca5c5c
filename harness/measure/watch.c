#include "measure/watch.h"

#include "base/clock.h"
#include "base/text.h"
#include "measure/tasks.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* A line of /proc/stat is a CPU with ten columns of up to 20 digits; the lines of CPUs come first. */
enum { STAT_LINE_BYTES = 256, STEAL_COLUMN = 8 };

/* Files of /proc are made anew when they are read from their beginning. Returns false when nothing came. */
static bool read_again(int file, char *text, size_t bytes)
{
    const ssize_t length = file < 0 ? -1 : pread(file, text, bytes - 1, 0);

    if (length <= 0)
        return false;
    text[length] = '\0';
    return true;
}

/* proc(5): cpuN user nice system idle iowait irq softirq steal ... */
static double steal_of_line(const char *line)
{
    double ticks = NAN;
    char *end;

    line += strcspn(line, " ");
    for (int column = 1; column <= STEAL_COLUMN; column++, line = end) {
        ticks = strtod(line, &end);
        if (end == line)
            return (double)NAN;
    }
    return ticks;
}

double tern_watch_steal_ticks(const char *stat, const int32_t *cpu, uint32_t cpus)
{
    double sum = 0.0;
    uint32_t found = 0;

    if (cpus == 0)
        return steal_of_line(stat);
    for (const char *line = stat; line != NULL && strncmp(line, "cpu", 3) == 0;
         line = strchr(line, '\n'), line += line != NULL) {
        char *end;
        const long number = strtol(line + 3, &end, 10);
        for (uint32_t i = 0; i < cpus && end != line + 3 && *end == ' '; i++)
            if (number == cpu[i]) {
                sum += steal_of_line(line);
                found++;
            }
    }
    return found == cpus ? sum : (double)NAN;
}

static double read_steal_ns(const tern_watch *watch)
{
    if (watch->text == NULL || !read_again(watch->stat, watch->text, watch->text_bytes))
        return (double)NAN;
    return tern_watch_steal_ticks(watch->text, watch->cpu, watch->cpus) * 1e9 / (double)sysconf(_SC_CLK_TCK);
}

/* schedstat: time on the CPU, time waiting for one, turns. */
static double read_run_delay_ns(const tern_watch *watch)
{
    double sum = watch->tasks > 0 ? 0.0 : (double)NAN;
    char text[128];

    for (uint32_t i = 0; i < watch->tasks; i++) {
        unsigned long long on_cpu, waiting;
        const bool got =
            read_again(watch->task[i], text, sizeof text) && sscanf(text, "%llu %llu", &on_cpu, &waiting) == 2;
        sum += got ? (double)waiting : (double)NAN;
    }
    return sum;
}

static tern_reading take_reading(const tern_watch *watch)
{
    struct rusage usage;
    tern_reading reading = {
        .at_ns = tern_clock_ns(),
        .steal_ns = read_steal_ns(watch),
        .run_delay_ns = read_run_delay_ns(watch),
    };

    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        reading.involuntary_switches = (uint64_t)usage.ru_nivcsw;
        reading.major_faults = (uint64_t)usage.ru_majflt;
        reading.minor_faults = (uint64_t)usage.ru_minflt;
    }
    return reading;
}

void tern_watch_look(tern_watch *watch, tern_disturbance *sum)
{
    const tern_reading now = take_reading(watch), last = watch->last;

    watch->last = now;
    if (sum == NULL)
        return;
    watch->wall_ns +=
        (now.at_ns - last.at_ns) * (watch->cpus > 0 ? watch->cpus : (double)sysconf(_SC_NPROCESSORS_ONLN));
    watch->steal_ns += now.steal_ns - last.steal_ns;
    sum->steal_share = watch->steal_ns / watch->wall_ns;
    sum->run_delay_ns += now.run_delay_ns - last.run_delay_ns;
    sum->involuntary_switches += now.involuntary_switches - last.involuntary_switches;
    sum->major_faults += now.major_faults - last.major_faults;
    sum->minor_faults += now.minor_faults - last.minor_faults;
}

static void open_tasks(tern_watch *watch)
{
    tern_tasks tasks;

    tern_tasks_list(&tasks);
    watch->task = calloc(tasks.count, sizeof *watch->task);
    for (uint32_t i = 0; i < tasks.count && watch->task != NULL; i++) {
        char path[64] = "";
        tern_text_append(path, sizeof path, "/proc/self/task/%d/schedstat", tasks.id[i]);
        const int file = open(path, O_RDONLY | O_CLOEXEC);
        if (file >= 0)
            watch->task[watch->tasks++] = file;
    }
    tern_tasks_free(&tasks);
}

void tern_watch_open(tern_watch *watch, const int32_t *cpu, uint32_t cpus)
{
    memset(watch, 0, sizeof *watch);
    watch->stat = open("/proc/stat", O_RDONLY | O_CLOEXEC);
    watch->cpus = cpus;
    watch->cpu = cpu;
    watch->text_bytes = STAT_LINE_BYTES * (2 + (size_t)sysconf(_SC_NPROCESSORS_CONF));
    watch->text = malloc(watch->text_bytes);
    open_tasks(watch);
    watch->last = take_reading(watch);
}

void tern_watch_close(tern_watch *watch)
{
    if (watch->stat >= 0)
        close(watch->stat);
    for (uint32_t i = 0; i < watch->tasks; i++)
        close(watch->task[i]);
    free(watch->task);
    free(watch->text);
}
