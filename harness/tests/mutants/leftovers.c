/*
 * What run() leaves behind in its process: libraries that set up a runtime, profile, guard against overruns or go to
 * another folder do so, and forget to undo it.
 */
#include "mutant.h"

#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A mutant that is right, and then does something that outlives the call. */
#define MUTANT_LEAVES(symbol, its_name, its_summary, ...)                                                              \
    static void run_##symbol(const tern_call *call, tern_slice rows)                                                   \
    {                                                                                                                  \
        mutant_run(call, rows);                                                                                        \
        __VA_ARGS__;                                                                                                   \
    }                                                                                                                  \
    MUTANT(symbol, its_name, its_summary, run_##symbol)

static void must(int failed)
{
    if (failed)
        abort();
}

/* Memory, descriptors, processes. */
MUTANT_LEAVES(mapping_left, "mapping-left", "leaves a page mapped",
              must(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED));
MUTANT_LEAVES(x_protected, "mprotects-x", "leaves the pages of X read-only",
              must(mprotect((void *)((uintptr_t)call->x & ~(uintptr_t)4095), 1, PROT_READ) != 0));
MUTANT_LEAVES(high_descriptor, "high-descriptor", "leaves descriptor 900 open",
              must(fcntl(STDERR_FILENO, F_DUPFD, 900) < 0));
MUTANT_LEAVES(pipe_left, "pipe-left", "leaves a pipe open", int ends[2]; must(pipe(ends) != 0));
MUTANT_LEAVES(stdin_closed, "stdin-closed", "closes the standard input", close(STDIN_FILENO));

static void start_child(void)
{
    const pid_t child = fork();

    must(child < 0);
    if (child == 0)
        _exit(0);
}
MUTANT_LEAVES(child_left, "child-left", "leaves a child that nobody waits for", start_child());

/* As a daemon starts: in a session of its own, its parent gone. */
static void start_daemon(void)
{
    const pid_t child = fork();

    must(child < 0);
    if (child == 0) {
        setsid();
        if (fork() == 0)
            sleep(600);
        _exit(0);
    }
    must(waitpid(child, NULL, 0) != child);
}
MUTANT_LEAVES(daemon_left, "daemon-left", "leaves a daemon in a session of its own", start_daemon());

/* Time. */
static void start_profiling(void)
{
    const struct itimerval hour = {.it_value = {.tv_sec = 3600}};

    must(setitimer(ITIMER_PROF, &hour, NULL) != 0);
}
MUTANT_LEAVES(alarm_left, "alarm-left", "leaves an alarm set for in an hour", alarm(3600));
MUTANT_LEAVES(profiling_left, "profiling-timer-left", "leaves a profiling timer running", start_profiling());

static void start_posix_timer(void)
{
    struct sigevent none = {.sigev_notify = SIGEV_NONE};
    timer_t timer;

    must(timer_create(CLOCK_MONOTONIC, &none, &timer) != 0);
}
MUTANT_LEAVES(timer_left, "posix-timer-left", "leaves a timer behind", start_posix_timer());

/* Where the process is and what it inherits. */
MUTANT_LEAVES(cwd_changed, "cwd-changed", "goes to another folder", must(chdir("/") != 0));
MUTANT_LEAVES(umask_changed, "umask-changed", "leaves another umask", umask(0123));

/* A name that the C library brings itself, or another set of conventions that every system has. */
static void change_locale(void)
{
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        must(uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0)) == (locale_t)0);
}
MUTANT_LEAVES(locale_changed, "locale-changed", "leaves another locale", change_locale());
MUTANT_LEAVES(environment_changed, "environment-changed", "leaves a variable in the environment",
              must(setenv("MUTANT_NUM_THREADS", "1", 1) != 0));
MUTANT_LEAVES(variable_unset, "environment-unset", "takes PATH out of the environment", must(unsetenv("PATH") != 0));
MUTANT_LEAVES(limit_lowered, "limit-lowered", "leaves a lower limit of open files", struct rlimit limit;
              must(getrlimit(RLIMIT_NOFILE, &limit) != 0); limit.rlim_cur -= 1;
              must(setrlimit(RLIMIT_NOFILE, &limit) != 0));
MUTANT_LEAVES(niced, "priority-lowered", "leaves a lower priority",
              must(setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + 1) != 0));

static void change_scheduler(void)
{
    const struct sched_param none = {.sched_priority = 0};

    must(sched_setscheduler(0, SCHED_BATCH, &none) != 0);
}
MUTANT_LEAVES(scheduler_changed, "scheduler-changed", "leaves another scheduling class", change_scheduler());

static void do_nothing(void)
{
}
MUTANT_LEAVES(atexit_left, "atexit-left", "leaves a function to be called at exit", must(atexit(do_nothing) != 0));

/* Signals. */
static void change_stack(void)
{
    static char space[64 * 1024];
    const stack_t stack = {.ss_sp = space, .ss_size = sizeof space};

    must(sigaltstack(&stack, NULL) != 0);
}
MUTANT_LEAVES(stack_changed, "signal-stack-left", "leaves an alternative stack for signals", change_stack());

static void ignore(int number)
{
    (void)number;
}
MUTANT_LEAVES(realtime_handler, "realtime-handler", "leaves a handler for a real-time signal",
              signal(SIGRTMIN + 5, ignore));
MUTANT_LEAVES(pipe_ignored, "sigpipe-ignored", "leaves SIGPIPE ignored", signal(SIGPIPE, SIG_IGN));
MUTANT_LEAVES(winch_handler, "sigwinch-handler", "leaves a handler for SIGWINCH", signal(SIGWINCH, ignore));

static void block_realtime(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGRTMAX);
    must(pthread_sigmask(SIG_BLOCK, &set, NULL) != 0);
}
MUTANT_LEAVES(realtime_blocked, "realtime-blocked", "leaves a real-time signal blocked", block_realtime());

/* The processor. */
#if defined(__x86_64__)
static void lower_x87_precision(void)
{
    const uint16_t single_precision = 0x007F;

    __asm__ volatile("fldcw %0" : : "m"(single_precision));
}
MUTANT_LEAVES(x87_precision, "x87-precision", "leaves the x87 unit at single precision", lower_x87_precision());
MUTANT_LEAVES(mmx_left, "mmx-left", "uses MMX and leaves the x87 registers taken",
              __asm__ volatile("pxor %%mm0, %%mm0"
                               :
                               :
                               : "memory"));
MUTANT_LEAVES(x87_stacked, "x87-stack-left", "leaves a value on the x87 stack",
              __asm__ volatile("fld1"
                               :
                               :
                               : "memory"));
MUTANT_LEAVES(x87_trap, "x87-exceptions-unmasked", "leaves x87 exceptions unmasked", const uint16_t unmasked = 0x037B;
              __asm__ volatile("fldcw %0"
                               :
                               : "m"(unmasked)));
MUTANT_LEAVES(direction, "direction-flag", "leaves the direction flag set",
              __asm__ volatile("std"
                               :
                               :
                               : "cc", "memory"));
#endif

/* A worker alone leaves something: the thread that calls is as it was. */
#define NOT_THE_FIRST (rows.thread > 0)

static void pin_here(void)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
}
MUTANT_LEAVES(worker_pinned, "worker-affinity", "pins every thread but the first", if (NOT_THE_FIRST) pin_here());
MUTANT_LEAVES(worker_blocked, "worker-signal-mask", "leaves a signal blocked in every thread but the first",
              if (NOT_THE_FIRST) block_realtime());
#if defined(__x86_64__)
static void flush_denormals(void)
{
    const unsigned mode = 0x9F80;

    __asm__ volatile("ldmxcsr %0" : : "m"(mode));
}
MUTANT_LEAVES(worker_mode, "worker-float-mode", "leaves denormals flushed in every thread but the first",
              if (NOT_THE_FIRST) flush_denormals());
#endif

/* A thread of its own that ends a while after the call. */
static void *ends_later(void *nothing)
{
    const struct timespec while_long = {.tv_nsec = 300 * 1000 * 1000};

    nanosleep(&while_long, NULL);
    return nothing;
}

static void start_thread(void)
{
    pthread_t thread;

    must(pthread_create(&thread, NULL, ends_later, NULL) != 0);
    pthread_detach(thread);
}
MUTANT_LEAVES(lingers, "thread-lingers", "leaves a thread that ends 0.3 s later", start_thread());

/* A buffer that is made anew every hundredth time, and the old one forgotten. */
static void run_and_lose(const tern_call *call, tern_slice rows)
{
    static int calls;

    if (++calls % 100 == 0) {
        void *volatile lost = malloc(40);
        (void)lost;
    }
    mutant_run(call, rows);
}
MUTANT(leaks_seldom, "leaks-each-100th", "loses 40 bytes at every hundredth call", run_and_lose);
