/*
 * Counters without a PMU: names and encodings, software events on the real system call, every errno that a seccomp
 * filter can make of it, and a table of made-up system calls for what hardware does: multiplexing, counters that
 * never ran, short reads.
 */
#include "base/text.h"
#include "measure/counter_find.h"
#include "measure/counters.h"
#include "skip.h"

#include <dirent.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * ------------------------------------------------------------------------------------------------------ made-up
 * calls
 */

enum { FAKE_FILES = 64 };

/* Every file is an event; a group's file reads as all that were opened with it as leader, in order. */
static struct {
    int attempts, files, open_now, enabled;
    bool closed[FAKE_FILES];
    int leader[FAKE_FILES];
    uint64_t config[FAKE_FILES];
    uint64_t exclude_kernel[FAKE_FILES];
    int fail_config, fail_code; /* opening this config fails with that errno */
    int fail_at;                /* or that attempt, from 1 on */
    uint64_t enabled_ns, running_ns;
    uint64_t idle_type; /* the counters of this PMU never run */
    ssize_t missing_bytes;
    int read_code;
    unsigned passes, largest_group;
} fake;

static void reset_fake(void)
{
    memset(&fake, 0, sizeof fake);
    fake.fail_config = -1;
    fake.enabled_ns = fake.running_ns = 1000;
}

static int fake_open(struct perf_event_attr *attr, pid_t thread, int cpu, int leader, unsigned long flags)
{
    (void)thread;
    assert_int_equal(cpu, -1);
    assert_int_equal(flags, PERF_FLAG_FD_CLOEXEC);
    assert_int_equal(attr->size, sizeof *attr);
    assert_int_equal(attr->disabled, leader == -1);
    if (++fake.attempts == fake.fail_at || (int)attr->config == fake.fail_config) {
        errno = fake.fail_code;
        return -1;
    }
    assert_true(fake.files < FAKE_FILES);
    fake.leader[fake.files] = leader == -1 ? fake.files : leader;
    fake.config[fake.files] = attr->config;
    fake.exclude_kernel[fake.files] = attr->exclude_kernel;
    fake.passes += leader == -1;
    fake.open_now++;
    return fake.files++;
}

/* Event with config c counts 1000 * (c + 1). */
static ssize_t fake_read(int file, void *buffer, size_t bytes)
{
    uint64_t *values = buffer, count = 0;

    if (fake.read_code != 0) {
        errno = fake.read_code;
        return -1;
    }
    for (int i = 0; i < fake.files; i++)
        if (fake.leader[i] == file && !fake.closed[i])
            values[3 + count++] = 1000 * ((uint32_t)fake.config[i] + 1);
    values[0] = count;
    values[1] = fake.enabled_ns;
    values[2] = fake.idle_type != 0 && fake.config[file] >> 32 == fake.idle_type ? 0 : fake.running_ns;
    fake.largest_group = count > fake.largest_group ? (unsigned)count : fake.largest_group;
    assert_true(bytes >= (3 + count) * sizeof *values);
    return (ssize_t)((3 + count) * sizeof *values) - fake.missing_bytes;
}

static int fake_ioctl(int file, unsigned long request, unsigned long argument)
{
    assert_int_equal(fake.leader[file], file);
    assert_int_equal(argument, PERF_IOC_FLAG_GROUP);
    fake.enabled += request == PERF_EVENT_IOC_ENABLE;
    fake.enabled -= request == PERF_EVENT_IOC_DISABLE;
    return 0;
}

static int fake_close(int file)
{
    assert_true(file < fake.files && !fake.closed[file]);
    fake.closed[file] = true;
    fake.open_now--;
    return 0;
}

static const tern_perf_calls fake_calls = {fake_open, fake_read, fake_ioctl, fake_close};

/*
 * --------------------------------------------------------------------------------------------------------------
 * groups
 */

static tern_event make_event(const char *name, uint64_t config)
{
    tern_event event = {.source = TERN_EVENT_PMU, .type = PERF_TYPE_RAW, .config = config};

    tern_text_copy(event.name, sizeof event.name, name);
    return event;
}

/* Counts three events with configs 1, 2 and 3 in two threads. */
static void count_three(tern_count count[TERN_GROUP_EVENTS])
{
    const tern_event event[] = {make_event("a", 1), make_event("b", 2), make_event("c", 3)};
    const pid_t thread[] = {100, 101};
    tern_counter_group group;

    tern_counter_group_open(&group, &fake_calls, event, 3, thread, 2);
    tern_counter_group_start(&group);
    tern_counter_group_stop(&group, count);
    tern_counter_group_close(&group);
    assert_int_equal(fake.open_now, 0);
    assert_int_equal(fake.enabled, 0);
}

static void threads_are_added_up(void **state)
{
    tern_count count[TERN_GROUP_EVENTS];

    (void)state;
    reset_fake();
    count_three(count);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(count[i].value == 2 * 1000.0 * (i + 2));
        assert_true(count[i].running == 1.0);
        assert_string_equal(count[i].reason, "");
    }
}

static void multiplexed_counts_are_scaled_and_told(void **state)
{
    tern_count count[TERN_GROUP_EVENTS];

    (void)state;
    reset_fake();
    fake.running_ns = 250;
    count_three(count);
    assert_true(count[0].value == 4 * 2 * 2000.0);
    assert_true(count[0].running == 0.25 && count[0].running < TERN_RUNNING_ENOUGH);
}

/* No value, and this in the reason, for all three. */
static void expect_no_value(const char *says)
{
    tern_count count[TERN_GROUP_EVENTS];

    count_three(count);
    for (int i = 0; i < 3; i++) {
        assert_true(isnan(count[i].value));
        assert_true(count[i].running == 0.0);
        assert_non_null(strstr(count[i].reason, says));
    }
}

static void counts_that_are_none_are_never_zero(void **state)
{
    (void)state;
    reset_fake();
    fake.running_ns = 0;
    expect_no_value("never ran");
    reset_fake();
    fake.enabled_ns = fake.running_ns = 0;
    expect_no_value("no thread ran");
    reset_fake();
    fake.missing_bytes = 8;
    expect_no_value("40 of 48 bytes");
    reset_fake();
    fake.missing_bytes = 48;
    expect_no_value("0 of 48 bytes");
    reset_fake();
    fake.read_code = EIO;
    expect_no_value(strerror(EIO));
    reset_fake();
    fake.fail_config = 1;
    fake.fail_code = ENOENT;
    tern_count count[TERN_GROUP_EVENTS];
    count_three(count);
    assert_true(isnan(count[0].value) && count[0].reason[0] != '\0');
    assert_true(count[1].value == 6000.0 && count[2].value == 8000.0);
}

static void an_event_that_lacks_one_thread_is_left_out(void **state)
{
    tern_count count[TERN_GROUP_EVENTS];

    (void)state;
    reset_fake();
    fake.fail_at = 4; /* b in the second thread, after a, a, b */
    fake.fail_code = EMFILE;
    count_three(count);
    assert_true(count[0].value == 4000.0);
    assert_non_null(strstr(count[1].reason, "ulimit"));
    assert_true(count[2].value == 8000.0);
}

/*
 * --------------------------------------------------------------------------------------------------------------
 * passes
 */

static uint64_t calls_made;

static void count_calls(void *context, uint64_t calls)
{
    assert_null(context);
    calls_made += calls;
}

static tern_timing take_by(const tern_core_pmus *pmus, const char *list, const tern_perf_calls *calls)
{
    tern_counters counters;
    static tern_counter counter[TERN_MAX_COUNTERS];
    tern_timing timing;

    memset(&timing, 0, sizeof timing);
    timing.counter = counter;
    timing.calls_per_sample = 10;
    timing.traffic_bytes = 500;
    calls_made = 0;
    assert_int_equal(tern_counters_parse(&counters, list, NULL), TERN_OK);
    counters.pmus = *pmus;
    tern_counters_take(&counters, calls, count_calls, NULL, &timing);
    return timing;
}

static tern_timing take(const char *list, const tern_perf_calls *calls)
{
    return take_by(&(tern_core_pmus){0}, list, calls);
}

static const tern_counter *find(const tern_timing *timing, const char *name)
{
    for (uint32_t i = 0; i < timing->counters; i++)
        if (strcmp(timing->counter[i].name, name) == 0)
            return &timing->counter[i];
    return NULL;
}

/* An emulator may have threads of its own beside this one. */
static unsigned threads_here(void)
{
    DIR *tasks = opendir("/proc/self/task");
    const struct dirent *task;
    unsigned threads = 0;

    assert_non_null(tasks);
    while ((task = readdir(tasks)) != NULL)
        threads += task->d_name[0] != '.';
    closedir(tasks);
    return threads;
}

static void no_group_has_more_than_four_events(void **state)
{
    (void)state;
    reset_fake();
    const tern_timing t =
        take("branches,instructions,cycles,branch-misses,cache-references,cache-misses,ref-cycles", &fake_calls);
    assert_int_equal(fake.largest_group, 4);
    assert_int_equal(fake.passes, 2 * threads_here()); /* instructions and three, instructions and three */
    assert_int_equal(calls_made, 20);
    assert_int_equal(fake.open_now, 0);
    for (uint32_t i = 0; i < t.counters; i++)
        for (uint32_t j = 0; j < i; j++)
            assert_string_not_equal(t.counter[i].name, t.counter[j].name);
    /* A config of c counts c + 1 times as much as cycles, whose config is 0, in as many threads as there are. */
    const double unit = find(&t, "cycles")->per_call;
    assert_true(unit >= 100.0);
    assert_true(find(&t, "instructions")->per_call == 2.0 * unit);
    assert_true(find(&t, "ipc")->per_call == 2.0);
    assert_true(find(&t, "branch-misses.mpki")->per_call == 3000.0);
    assert_true(find(&t, "cache-misses.mpki")->per_call == 2000.0);
    assert_true(find(&t, "bytes_per_cycle")->per_call == 500.0 / unit);
    assert_string_equal(find(&t, "cycles")->source, "pmu");
}

static void ratios_need_both_their_events(void **state)
{
    (void)state;
    reset_fake();
    fake.fail_config = PERF_COUNT_HW_INSTRUCTIONS;
    fake.fail_code = ENOENT;
    const tern_timing t = take("cycles,instructions,cache-misses", &fake_calls);
    assert_null(find(&t, "ipc"));
    assert_null(find(&t, "cache-misses.mpki"));
    assert_non_null(find(&t, "bytes_per_cycle"));
    assert_true(isnan(find(&t, "instructions")->per_call));
    assert_non_null(strstr(find(&t, "instructions")->reason, "no such counter"));
}

static void what_happens_in_the_kernel_is_counted_there(void **state)
{
    (void)state;
    reset_fake();
    take("page-faults,cpu-migrations", &fake_calls);
    const unsigned threads = threads_here();
    assert_int_equal(fake.files, 2 * threads);
    assert_int_equal(fake.exclude_kernel[0], 1);
    assert_int_equal(fake.exclude_kernel[threads], 0);
}

/*
 * ---------------------------------------------------------------------------------------------------------------
 * kinds of core
 */

static void each_kind_of_core_counts_for_itself(void **state)
{
    static const tern_core_pmus hybrid = {2, {{"cpu_atom", 10}, {"cpu_core", 4}}};

    (void)state;
    reset_fake();
    fake.idle_type = 10;
    fake.running_ns = 500; /* half of the time on the other kind: nothing to be scaled up */
    const tern_timing t = take_by(&hybrid, "cycles,instructions,branch-misses,task-clock", &fake_calls);
    const double unit = 100.0 * threads_here();
    assert_true(find(&t, "cycles:cpu_core")->per_call == unit);
    assert_true(find(&t, "instructions:cpu_core")->per_call == 2.0 * unit);
    assert_true(find(&t, "ipc:cpu_core")->per_call == 2.0);
    assert_non_null(find(&t, "branch-misses.mpki:cpu_core"));
    assert_true(isnan(find(&t, "cycles:cpu_atom")->per_call));
    assert_non_null(strstr(find(&t, "cycles:cpu_atom")->reason, "no thread ran on a core of this kind"));
    assert_null(find(&t, "ipc:cpu_atom"));
    assert_non_null(find(&t, "task-clock"));
    assert_int_equal(fake.config[0] >> 32, 10);
    assert_int_equal(fake.open_now, 0);
}

static void put_file(const char *folder, const char *pmu, const char *file, const char *text)
{
    char path[128] = "";

    tern_text_append(path, sizeof path, "%s/%s", folder, pmu);
    assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
    tern_text_append(path, sizeof path, "/%s", file);
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    fclose(stream);
}

static void kinds_are_pmus_that_list_their_cores(void **state)
{
    char folder[] = "/tmp/test_counters.XXXXXX", command[64] = "";
    tern_core_pmus pmus;

    (void)state;
    assert_non_null(mkdtemp(folder));
    put_file(folder, "cpu_core", "cpus", "0-15\n");
    put_file(folder, "cpu_core", "type", "4\n");
    put_file(folder, "power", "cpumask", "0\n");
    put_file(folder, "power", "type", "9\n");
    tern_core_pmus_read(&pmus, folder);
    assert_int_equal(pmus.count, 0);
    put_file(folder, "cpu_atom", "cpus", "16-23\n");
    put_file(folder, "cpu_atom", "type", "10\n");
    tern_core_pmus_read(&pmus, folder);
    assert_int_equal(pmus.count, 2);
    assert_string_equal(pmus.pmu[0].name, "cpu_atom");
    assert_int_equal(pmus.pmu[0].type, 10);
    assert_string_equal(pmus.pmu[1].name, "cpu_core");
    tern_core_pmus_read(&pmus, "/nowhere");
    assert_int_equal(pmus.count, 0);
    tern_text_append(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

/*
 * ---------------------------------------------------------------------------------------------------------------
 * names
 */

static void lists_and_presets(void **state)
{
    tern_counters counters;
    tern_error error;

    (void)state;
    assert_int_equal(tern_counters_parse(&counters, "branch,CYCLES,step,work", NULL), TERN_OK);
    assert_int_equal(counters.events, 4);
    assert_true(counters.step && counters.work);
    assert_int_equal(tern_counters_parse(&counters, "default", NULL), TERN_OK);
    assert_false(counters.step || counters.work);
    assert_int_equal(tern_counters_parse(&counters, "cache", NULL), TERN_OK);
    assert_int_equal(tern_counters_parse(&counters, "", &error), TERN_USAGE);
    assert_int_equal(tern_counters_parse(&counters, "cycels", &error), TERN_USAGE);
    assert_non_null(strstr(error.text, "did you mean 'cycles'?"));
    assert_int_equal(tern_counters_parse(
                         &counters, "default,cache,branch,ref-cycles,dTLB-loads,cache-references,LLC-misses", &error),
                     TERN_USAGE);
    assert_non_null(strstr(error.text, "more than"));
}

#ifdef HAVE_PFM
/* libpfm4 reads LIBPFM_FORCE_PMU once in a process. Exits with 0 when the encoding is the golden one. */
static _Noreturn void encode(const char *pmu, const char *name, uint64_t config)
{
    tern_event event;

    setenv("LIBPFM_FORCE_PMU", pmu, 1);
    const tern_status status = tern_event_find(&event, name, NULL);
    _exit(status == TERN_OK && event.source == TERN_EVENT_PMU && event.type == PERF_TYPE_RAW &&
                  event.config == config && !event.in_kernel && strcmp(event.name, name) == 0
              ? 0
              : 1);
}
#endif

/* Event and unit mask bytes as the manuals of the processors give them. */
static void golden_encodings_of_libpfm4(void **state)
{
    static const struct {
        const char *pmu, *name;
        uint64_t config;
    } table[] = {
        {"skl", "INST_RETIRED:ANY_P", 0x00C0},       {"skl", "UOPS_ISSUED:ANY", 0x010E},
        {"skl", "MEM_LOAD_RETIRED:L3_MISS", 0x20D1}, {"spr", "UOPS_ISSUED:ANY", 0x01AE},
        {"spr", "MEM_LOAD_RETIRED:L3_MISS", 0x20D1}, {"amd64_fam19h_zen3", "RETIRED_INSTRUCTIONS", 0x00C0},
    };

    (void)state;
#ifdef HAVE_PFM
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int status;
        const pid_t child = fork();
        if (child == 0)
            encode(table[i].pmu, table[i].name, table[i].config);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
#else
    (void)table;
    skip_because("built without libpfm4");
#endif
}

/*
 * ------------------------------------------------------------------------------------------------ the real system
 * call
 */

static void software_events_are_counted_for_real(void **state)
{
    (void)state;
    const tern_timing t = take("task-clock,page-faults,context-switches", &tern_perf_system);
    assert_int_equal(t.counters, 3);
    for (uint32_t i = 0; i < t.counters; i++) {
        const tern_counter *c = &t.counter[i];
        if (c->reason[0] == '\0')
            assert_true(c->per_call >= 0.0 && c->running > 0.0);
        else
            assert_true(isnan(c->per_call));
    }
    assert_string_equal(find(&t, "task-clock")->source, "software");
    assert_string_equal(find(&t, "context-switches")->source, "getrusage");
    assert_string_equal(find(&t, "context-switches")->reason, "");
}

/* From here on, perf_event_open() fails with that errno in this process. */
static bool refuse_perf(int code)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_perf_event_open, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)code),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = {.len = sizeof program / sizeof *program, .filter = program};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/* In a child: whether both events of a list get the sentence of that errno. */
static _Noreturn void be_refused(int code)
{
    enum { TOLD, NO_FILTER, NOT_TOLD };
    char expected[96];
    bool told = true;

    if (!refuse_perf(code))
        _exit(NO_FILTER);
    const tern_timing t = take("cycles,task-clock", &tern_perf_system);
    tern_perf_reason(code, expected, sizeof expected);
    for (uint32_t i = 0; i < 2; i++)
        told = told && isnan(t.counter[i].per_call) && strcmp(t.counter[i].reason, expected) == 0;
    _exit(told && t.counters == 2 && expected[0] != '\0' ? TOLD : NOT_TOLD);
}

static void every_errno_has_its_sentence(void **state)
{
    static const int codes[] = {ENOENT, EOPNOTSUPP, ENXIO,  ENODEV, EINVAL, EACCES, EPERM,
                                ENOSYS, EMFILE,     ENFILE, EBUSY,  ENOSPC, ENOMEM, E2BIG};

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        int status;
        const pid_t child = fork();
        if (child == 0)
            be_refused(codes[i]);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == 1)
            skip_because("no filter of system calls can be set here");
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            golden_encodings_of_libpfm4), /* first: a child of a process that has used libpfm4 has its PMU */
        cmocka_unit_test(threads_are_added_up),
        cmocka_unit_test(multiplexed_counts_are_scaled_and_told),
        cmocka_unit_test(counts_that_are_none_are_never_zero),
        cmocka_unit_test(an_event_that_lacks_one_thread_is_left_out),
        cmocka_unit_test(no_group_has_more_than_four_events),
        cmocka_unit_test(ratios_need_both_their_events),
        cmocka_unit_test(what_happens_in_the_kernel_is_counted_there),
        cmocka_unit_test(each_kind_of_core_counts_for_itself),
        cmocka_unit_test(kinds_are_pmus_that_list_their_cores),
        cmocka_unit_test(lists_and_presets),
        cmocka_unit_test(software_events_are_counted_for_real),
        cmocka_unit_test(every_errno_has_its_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
