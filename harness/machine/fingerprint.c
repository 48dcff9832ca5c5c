/*
 * Reads the fingerprint of a run from the build, the command line, /proc and /sys.
 */
#include "record/run.h"

#include "base/proc_file.h"
#include "base/text.h"
#include "machine/allowed.h"
#include "machine/build_info.h"
#include "machine/control_group.h"
#include "machine/isa.h"
#include "machine/machine_class.h"
#include "machine/topology_read.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* The chosen word of a line such as "always [madvise] never". */
static void read_bracketed(const char *path, char *text, size_t bytes)
{
    char line[128];

    tern_proc_line(path, line, sizeof line);
    char *open = strchr(line, '['), *close = strchr(line, ']');
    text[0] = '\0';
    if (open != NULL && close != NULL && open < close) {
        *close = '\0';
        tern_text_copy(text, bytes, open + 1);
    }
}

static double read_first_number(const char *folder, const char *file)
{
    char path[PATH_MAX + 32], line[64];

    snprintf(path, sizeof path, "%s/%s", folder, file);
    tern_proc_line(path, line, sizeof line);
    return strtod(line, NULL);
}

/* Is a tern_control_group_visit: the smaller of *quota, 0 for none, and that of the group. */
static void take_quota(void *context, const char *folder)
{
    char path[PATH_MAX + 32], line[64];
    double *least = context, quota = 0.0, period = 100000.0;

    snprintf(path, sizeof path, "%s/cpu.max", folder);
    tern_proc_line(path, line, sizeof line);
    if (sscanf(line, "%lf %lf", &quota, &period) != 2) {
        quota = read_first_number(folder, "cpu.cfs_quota_us");
        period = read_first_number(folder, "cpu.cfs_period_us");
    }
    if (quota > 0.0 && period > 0.0 && (*least == 0.0 || quota / period < *least))
        *least = quota / period;
}

static double read_cpu_quota(void)
{
    double quota = 0.0;

    tern_control_group_walk("cpu", take_quota, &quota);
    return quota;
}

static void describe_build(tern_run *run)
{
    tern_text_copy(run->version, sizeof run->version, TERN_BUILD_VERSION);
    tern_text_copy(run->commit, sizeof run->commit, TERN_BUILD_COMMIT);
    run->dirty = TERN_BUILD_DIRTY;
    tern_text_copy(run->build_type, sizeof run->build_type, TERN_BUILD_TYPE);
    tern_text_copy(run->compiler, sizeof run->compiler, TERN_BUILD_COMPILER);
    tern_text_copy(run->flags, sizeof run->flags, TERN_BUILD_FLAGS);
}

static void describe_command(tern_run *run, const char *command)
{
    const time_t now = time(NULL);
    struct tm utc;

    tern_text_copy(run->command, sizeof run->command, command);
    if (gmtime_r(&now, &utc) != NULL)
        strftime(run->time, sizeof run->time, "%Y-%m-%dT%H:%M:%SZ", &utc);
    for (char **variable = environ; *variable != NULL; variable++)
        if (strncmp(*variable, "OMP_", 4) == 0 || strncmp(*variable, "GOMP_", 5) == 0 ||
            strncmp(*variable, "KMP_", 4) == 0)
            tern_text_append(run->openmp, sizeof run->openmp, "%s%s", run->openmp[0] ? " " : "", *variable);
}

static void describe_cpu(tern_run *run)
{
    char flags[8192];

    tern_proc_value("/proc/cpuinfo", "model name", run->cpu, sizeof run->cpu);
    if (run->cpu[0] == '\0')
        tern_text_copy(run->cpu, sizeof run->cpu, "unknown CPU");
    tern_proc_value("/proc/cpuinfo", "microcode", run->microcode, sizeof run->microcode);
    run->cpus_online = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN);
    run->cpus_allowed = tern_allowed_is_known() ? tern_allowed_count() : run->cpus_online;
    run->cpu_quota = read_cpu_quota();
    tern_proc_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", run->governor, sizeof run->governor);
    tern_proc_line("/sys/hypervisor/type", run->hypervisor, sizeof run->hypervisor);
    if (run->hypervisor[0] == '\0') {
        tern_proc_value("/proc/cpuinfo", "flags", flags, sizeof flags);
        if (strstr(flags, " hypervisor") != NULL)
            tern_proc_line("/sys/class/dmi/id/sys_vendor", run->hypervisor, sizeof run->hypervisor);
        if (strstr(flags, " hypervisor") != NULL && run->hypervisor[0] == '\0')
            tern_text_copy(run->hypervisor, sizeof run->hypervisor, "virtual machine");
    }
}

static void describe_system(tern_run *run)
{
    struct utsname name;
    char line[64];

    if (uname(&name) == 0) {
        tern_text_copy(run->host, sizeof run->host, name.nodename);
        tern_text_append(run->os_kernel, sizeof run->os_kernel, "%s %s", name.sysname, name.release);
    }
    run->memory_bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    read_bracketed("/sys/kernel/mm/transparent_hugepage/enabled", run->huge_pages, sizeof run->huge_pages);
    tern_proc_line("/proc/sys/kernel/randomize_va_space", line, sizeof line);
    run->aslr = line[0] != '0' && (personality(0xffffffff) & ADDR_NO_RANDOMIZE) == 0;
    tern_proc_line("/proc/loadavg", line, sizeof line);
    run->load = strtod(line, NULL);
}

/* Of what describe_cpu() found, too. A machine that does not tell its topology is still of a class. */
static void describe_class(tern_run *run)
{
    tern_machine_class class = {.is_virtual = run->hypervisor[0] != '\0'};
    tern_topology topology = {0};
    struct utsname name;

    (void)tern_topology_read(&topology, NULL);
    tern_machine_class_read(&class, "/proc/cpuinfo", &topology);
    tern_text_append(run->topology, sizeof run->topology, "%s%s%s", topology.source == NULL ? "" : topology.source,
                     topology.told_by == NULL ? "" : ", told of another machine by ",
                     topology.told_by == NULL ? "" : topology.told_by);
    tern_topology_free(&topology);
    tern_isa_text(tern_isa_detect(), class.isa, sizeof class.isa);
    if (uname(&name) == 0)
        tern_text_copy(class.architecture, sizeof class.architecture, name.machine);
    tern_text_copy(class.compiler, sizeof class.compiler, TERN_BUILD_COMPILER_MAJOR);
    tern_machine_class_text(&class, run->machine_class, sizeof run->machine_class);
    tern_machine_class_hash(run->machine_class, run->machine_class_hash);
    run->method = TERN_METHOD;
}

/* What Slurm tells the programs that it runs. */
static void describe_job(tern_run *run)
{
    const char *array = getenv("SLURM_ARRAY_JOB_ID"), *task = getenv("SLURM_ARRAY_TASK_ID"),
               *job = getenv("SLURM_JOB_ID"), *node = getenv("SLURMD_NODENAME"),
               *restarts = getenv("SLURM_RESTART_COUNT");
    uint64_t count = 0;

    if (array != NULL && task != NULL)
        tern_text_append(run->job, sizeof run->job, "slurm %s_%s", array, task);
    else if (job != NULL)
        tern_text_append(run->job, sizeof run->job, "slurm %s", job);
    tern_text_copy(run->node, sizeof run->node, node == NULL ? "" : node);
    if (restarts != NULL && tern_text_u64(restarts, 0, UINT32_MAX, &count))
        run->restarts = (uint32_t)count;
}

void tern_run_describe(tern_run *run, const char *command)
{
    memset(run, 0, sizeof *run);
    describe_build(run);
    describe_command(run, command);
    describe_cpu(run);
    describe_system(run);
    describe_job(run);
    describe_class(run);
}
