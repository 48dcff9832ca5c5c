/*
 * Three processes: the caller; a child with a deadline, which traces; and its own child, which calls the kernel. The
 * traced one passes mark() four times: twice in a row, which gives the way through mark() itself, then after each
 * stage.
 */
#include "measure/step.h"

#include "base/cpu_mask.h"
#include "base/text.h"
#include "base/traced.h"
#include "measure/bench.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MARKS = 4, CANNOT_TRACE = 101, CANNOT_OPEN = 102, REFUSED = 103 };

typedef struct job {
    const tern_case *c;
    uint64_t limit;
} job;

typedef struct answer {
    tern_counter counter;
    tern_step_stages stages;
} answer;

__attribute__((noinline)) static void mark(void)
{
    __asm__ volatile("" ::: "memory");
}

static _Noreturn void be_traced(const tern_case *with_threads)
{
    static tern_fixture fixture;
    static tern_bench bench;
    const tern_pin anywhere = {0};
    const char *refusal;
    tern_case c = *with_threads;

    c.threads = 1;
    c.cache = TERN_HOT;
    if (tern_fixture_open(&fixture, &c, NULL, c.kernel->x_align, &tern_layout_usual, &anywhere, NULL) != TERN_OK ||
        tern_bench_open(&bench, &c, &fixture, 0, &refusal, NULL) != TERN_OK)
        _exit(CANNOT_OPEN);
    if (refusal != NULL)
        _exit(REFUSED);
    const tern_call call = tern_bench_next(&bench);
    const tern_stages stages = bench.product.stages;
    const tern_slice units = {.end = stages.prepare_units}, rows = {.end = c.shape.m};
    tern_bench_call(&bench, NULL);
    if (!tern_traced_begin())
        _exit(CANNOT_TRACE);
    mark();
    mark();
    if (stages.prepare != NULL)
        stages.prepare(&call, units);
    mark();
    stages.run(&call, rows);
    mark();
    _exit(EXIT_SUCCESS);
}

/* The address of the instruction that comes next. Returns false when it cannot be read. */
static bool read_position(pid_t traced, uint64_t *position)
{
    struct user_regs_struct registers;

    if (!tern_traced_registers(traced, &registers))
        return false;
#if defined(__x86_64__)
    *position = registers.rip;
#else
    *position = registers.pc;
#endif
    return true;
}

/* Whether the traced process stopped with that signal; otherwise says what happened to it. */
static bool stops_with(pid_t traced, int signal_number, char *reason, size_t bytes)
{
    int status;

    if (tern_traced_wait(traced, &status) < 0) {
        tern_text_append(reason, bytes, "the traced process is gone");
        return false;
    }
    if (WIFSTOPPED(status) && WSTOPSIG(status) == signal_number)
        return true;
    if (WIFSTOPPED(status) || WIFSIGNALED(status))
        tern_text_append(reason, bytes, "the kernel was stopped by signal %d",
                         WIFSTOPPED(status) ? WSTOPSIG(status) : WTERMSIG(status));
    else
        tern_text_append(reason, bytes, "%s",
                         WEXITSTATUS(status) == CANNOT_TRACE  ? "ptrace is not permitted here"
                         : WEXITSTATUS(status) == CANNOT_OPEN ? "no memory for a second copy of the case"
                         : WEXITSTATUS(status) == REFUSED     ? "the kernel refuses to run with one thread"
                                                              : "the kernel left the process");
    return false;
}

/* Steps to the last mark. Returns whether it came there; the way through mark() is taken off each stage. */
static bool step_through(pid_t traced, uint64_t limit, tern_step_stages *stages, char *reason, size_t bytes)
{
    const uint64_t marked = (uint64_t)(uintptr_t)mark;
    uint64_t steps = 0, position = 0, before = 0, at_mark[MARKS] = {0};
    int marks = 0;

    if (!stops_with(traced, SIGSTOP, reason, bytes))
        return false;
    tern_traced_hold(traced, false);
    while (marks < MARKS) {
        if (ptrace(PTRACE_SINGLESTEP, traced, NULL, NULL) != 0 || !stops_with(traced, SIGTRAP, reason, bytes) ||
            !read_position(traced, &position)) {
            if (reason[0] == '\0')
                tern_text_append(reason, bytes, "stepping failed: %s", strerror(errno));
            return false;
        }
        /* A string instruction with a repeat prefix stops after each turn, at its own address. */
        steps += position != before;
        before = position;
        if (position == marked)
            at_mark[marks++] = steps;
        if (steps > limit) {
            tern_text_append(reason, bytes, "more than %g million instructions; choose a smaller shape",
                             (double)limit / 1e6);
            return false;
        }
    }
    const uint64_t way = at_mark[1] - at_mark[0];
    stages->prepare = (double)(at_mark[2] - at_mark[1]) - (double)way;
    stages->run = (double)(at_mark[3] - at_mark[2]) - (double)way;
    return true;
}

/* On one CPU, handing over from one process to the other needs no interrupt to another CPU, and is twice as fast. */
static void stay_on_one_cpu(void)
{
    const int cpu = sched_getcpu();

    if (cpu >= 0)
        tern_cpu_mask_bind(cpu);
}

static void trace(void *argument, void *result)
{
    const job *j = argument;
    answer *a = result;
    tern_counter *counter = &a->counter;

    stay_on_one_cpu();
    const pid_t traced = fork();
    if (traced == 0)
        be_traced(j->c);
    if (traced < 0) {
        tern_text_append(counter->reason, sizeof counter->reason, "no process to trace: %s", strerror(errno));
        return;
    }
    if (step_through(traced, j->limit, &a->stages, counter->reason, sizeof counter->reason)) {
        counter->per_call = a->stages.prepare + a->stages.run;
        counter->running = 1.0;
    }
    tern_traced_end(traced);
}

tern_status tern_step_count(const tern_case *c, uint64_t limit, const tern_child_options *options,
                            tern_counter *counter, tern_step_stages *stages, tern_error *error)
{
    job j = {.c = c, .limit = limit};
    answer a = {.counter = {.name = "instructions", .source = "step", .per_call = (double)NAN}};
    tern_child_outcome outcome;

    const tern_status status = tern_child_run(trace, &j, &a, sizeof a, options, &outcome, error);
    *counter = a.counter;
    if (stages != NULL)
        *stages = a.stages;
    if (status == TERN_OK && outcome.end != TERN_CHILD_DONE) {
        counter->per_call = (double)NAN;
        counter->running = 0.0;
        counter->reason[0] = '\0';
        if (outcome.end == TERN_CHILD_TIMEOUT)
            tern_text_append(counter->reason, sizeof counter->reason,
                             "not through after %.0f s of single steps; choose a smaller shape", options->deadline_s);
        else
            tern_text_copy(counter->reason, sizeof counter->reason, outcome.reason);
    }
    return status;
}
