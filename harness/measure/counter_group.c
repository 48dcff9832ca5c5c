#include "measure/counter_group.h"

#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int system_open(struct perf_event_attr *attr, pid_t thread, int cpu, int leader, unsigned long flags)
{
    return (int)syscall(SYS_perf_event_open, attr, thread, cpu, leader, flags);
}

static int system_ioctl(int file, unsigned long request, unsigned long argument)
{
    return ioctl(file, request, argument);
}

const tern_perf_calls tern_perf_system = {system_open, read, system_ioctl, close};

/* perf_event_open(2), ERRORS. */
static const struct {
    int code;
    const char *reason;
} reasons[] = {
    {ENOENT, "this machine has no such counter (a virtual machine often has none)"},
    {EOPNOTSUPP, "this processor cannot count that"},
    {ENXIO, "this processor has no such counter"},
    {ENODEV, "this processor has no such counter"},
    {EINVAL, "this processor, or this Linux, does not know the event"},
    {EACCES, "not permitted; `sysctl kernel.perf_event_paranoid=1`, or run as root"},
    {EPERM, "not permitted; allow perf_event_open in the container, or grant CAP_PERFMON"},
    {ENOSYS, "no perf_event_open here; allow it in the container's seccomp profile"},
    {EMFILE, "too many open files; raise `ulimit -n`"},
    {ENFILE, "too many open files in the system; raise fs.file-max"},
    {EBUSY, "another program holds the counters; end it, or the NMI watchdog"},
    {ENOSPC, "there are fewer counters than the group needs; name fewer events"},
    {ENOMEM, "Linux has no memory left for it"},
};

char *tern_perf_reason(int code, char *text, size_t bytes)
{
    text[0] = '\0';
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].code == code) {
            tern_text_copy(text, bytes, reasons[i].reason);
            return text;
        }
    tern_text_append(text, bytes, "perf_event_open failed: %s", strerror(code));
    return text;
}

/* Opens one event in all threads, as the next of each thread's group. Returns 0 or an errno. */
static int open_event(tern_counter_group *group, const tern_event *event, const pid_t *thread)
{
    if (group->file == NULL)
        return ENOMEM;
    for (uint32_t t = 0; t < group->threads; t++) {
        struct perf_event_attr attr = {
            .type = event->type,
            .size = sizeof attr,
            .config = event->config,
            .config1 = event->config1,
            .config2 = event->config2,
            .read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
            .disabled = group->opened == 0,
            .exclude_kernel = !event->in_kernel,
            .exclude_hv = 1,
        };
        const int leader = group->opened == 0 ? -1 : group->file[t][0];
        const int file = group->calls->open(&attr, thread[t], -1, leader, PERF_FLAG_FD_CLOEXEC);
        if (file < 0) {
            const int code = errno;
            while (t-- > 0)
                group->calls->close(group->file[t][group->opened]);
            return code;
        }
        group->file[t][group->opened] = file;
    }
    return 0;
}

void tern_counter_group_open(tern_counter_group *group, const tern_perf_calls *calls, const tern_event *event,
                             uint32_t events, const pid_t *thread, uint32_t threads)
{
    memset(group, 0, sizeof *group);
    group->calls = calls;
    group->events = events;
    group->threads = threads;
    group->of_some_cores = events > 0 && event[0].of_some_cores;
    group->file = calloc(threads, sizeof *group->file);
    for (uint32_t i = 0; i < events; i++) {
        const int code = open_event(group, &event[i], thread);
        if (code != 0)
            tern_perf_reason(code, group->reason[i], sizeof group->reason[i]);
        else
            group->slot[i] = group->opened++;
    }
}

void tern_counter_group_close(tern_counter_group *group)
{
    for (uint32_t t = 0; t < group->threads; t++)
        for (uint32_t slot = group->opened; slot-- > 0;)
            group->calls->close(group->file[t][slot]);
    group->opened = 0;
    free(group->file);
    group->file = NULL;
}

/* What fails here fails again when the counters are read, and is told there. */
static void control(const tern_counter_group *group, unsigned long request)
{
    for (uint32_t t = 0; t < group->threads && group->opened > 0; t++)
        group->calls->ioctl(group->file[t][0], request, PERF_IOC_FLAG_GROUP);
}

void tern_counter_group_start(const tern_counter_group *group)
{
    control(group, PERF_EVENT_IOC_RESET);
    control(group, PERF_EVENT_IOC_ENABLE);
}

/* perf_event_open(2), "Reading results", for the read_format above. */
typedef struct group_values {
    uint64_t events, enabled_ns, running_ns;
    uint64_t value[TERN_GROUP_EVENTS];
} group_values;

/* Reads a thread's counters. Otherwise says why not. */
static bool read_thread(const tern_counter_group *group, uint32_t thread, group_values *values, char *reason,
                        size_t bytes)
{
    const size_t wanted = offsetof(group_values, value) + group->opened * sizeof *values->value;
    const ssize_t got = group->calls->read(group->file[thread][0], values, sizeof *values);

    reason[0] = '\0';
    if (got < 0)
        tern_text_append(reason, bytes, "reading the counter failed: %s", strerror(errno));
    else if ((size_t)got != wanted || values->events != group->opened)
        tern_text_append(reason, bytes, "Linux gave %zd of %zu bytes of the counter", got, wanted);
    return reason[0] == '\0';
}

static void give_reason(const tern_counter_group *group, const char *reason, tern_count *count)
{
    for (uint32_t i = 0; i < group->events; i++) {
        count[i].value = (double)NAN;
        count[i].running = 0.0;
        tern_text_copy(count[i].reason, sizeof count[i].reason,
                       group->reason[i][0] != '\0' ? group->reason[i] : reason);
    }
}

void tern_counter_group_stop(const tern_counter_group *group, tern_count count[TERN_GROUP_EVENTS])
{
    double sum[TERN_GROUP_EVENTS] = {0.0}, least_running = 1.0;
    uint64_t enabled_ns = 0;
    char reason[96];

    control(group, PERF_EVENT_IOC_DISABLE);
    for (uint32_t t = 0; t < group->threads && group->opened > 0; t++) {
        group_values values = {0};
        if (!read_thread(group, t, &values, reason, sizeof reason)) {
            give_reason(group, reason, count);
            return;
        }
        if (values.enabled_ns == 0) /* the thread slept all the time */
            continue;
        if (values.running_ns == 0 && group->of_some_cores)
            continue;
        enabled_ns += values.enabled_ns;
        if (values.running_ns == 0) {
            give_reason(group, "it never ran: other events hold the counters; name fewer", count);
            return;
        }
        const double running = (double)values.running_ns / (double)values.enabled_ns;
        least_running = fmin(least_running, running);
        for (uint32_t slot = 0; slot < group->opened; slot++)
            sum[slot] += (double)values.value[slot] / (group->of_some_cores ? 1.0 : running);
    }
    give_reason(group,
                group->of_some_cores ? "no thread ran on a core of this kind while it was counted"
                                     : "no thread ran while it was counted",
                count);
    for (uint32_t i = 0; i < group->events && enabled_ns > 0; i++)
        if (group->reason[i][0] == '\0')
            count[i] = (tern_count){.value = sum[group->slot[i]], .running = least_running};
}
