/*
 * The parent learns of the child's end from a pipe that only the child holds open, because that wakes at once, needs
 * no signal handler and works where pidfd_open() is not allowed. What the child prints goes to a file in memory: its
 * first line says more of a crash than a signal number does, and a sanitizer's report would be lost otherwise.
 */
#include "base/child.h"

#include "base/clock.h"
#include "base/heap.h"
#include "base/interrupt.h"
#include "base/orphans.h"
#include "base/proc_file.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TICK_MS = 100, PRINTED_BYTES = 64 * 1024 };

/* Of processes below the child that may compute for it. */
enum { GENERATIONS = 2 };

/* On a busy machine a deadline becomes later, by so many times itself at most. */
static const double MOST_EXTENSIONS = 4.0;

/*
 * Who does not look at the child for longer was stopped, as by ^Z or with a machine that slept, and so was the child,
 * or may have been.
 */
static const double LONGEST_LOOK_S = 0.5;

/*
 * Waiting for a CPU is counted when it is over. Who misses a deadline is looked at again so much later, and goes on
 * while one of its threads is ready to run and has not run in between.
 */
static const double SECOND_LOOK_S = 0.3;
enum { READY_THREADS = 16 }; /* that are remembered from look to look; more are not looked at */

/* What stands before the result in shared memory. */
typedef struct shared {
    _Alignas(64) bool begun; /* the function was called */
    bool returned;
    _Atomic uint64_t refusals; /* of memory */
} shared;

typedef struct child {
    pid_t pid;
    int status;  /* as waitpid() has it */
    bool reaped; /* and the process is gone */
    int life;    /* reading end of the pipe */
    int printed; /* its stdout and stderr; -1 when there is no such file */
    shared *memory;
    size_t memory_bytes;
    double missed_s; /* the deadline that it did not keep */
} child;

/* A thread that runs, or would, and for how long it has run. */
typedef struct ready_thread {
    int id;
    unsigned long long ran_ns;
} ready_thread;

typedef struct look {
    ready_thread thread[READY_THREADS];
    size_t threads;
} look;

/* All of its work, or the part that it is at. */
typedef struct turn {
    double began_s, stopped_s; /* for how long this process had been stopped until then */
    double looked_s;           /* when it was looked at since it is late; 0: not yet */
    look last;
} turn;

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HAS_TSAN
#endif
#endif
#if defined(HAS_TSAN)
/*
 * The OpenMP runtime is not built for ThreadSanitizer, which is told of its synchronisation by libarcher; what it
 * does inside is to be left alone. This is the name under which the sanitizer looks for its defaults.
 */
const char *__tsan_default_options(void);

const char *__tsan_default_options(void)
{
    return "ignore_noninstrumented_modules=1";
}
#endif

/* A file that cannot grow, so that a kernel which prints without end fills nothing. */
static int open_printed(void)
{
    const int fd = memfd_create("ternbench child", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd >= 0 && (ftruncate(fd, PRINTED_BYTES) != 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_GROW) != 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

static void redirect(int printed)
{
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    const int out = printed >= 0 ? printed : nothing;

    if (nothing >= 0)
        dup2(nothing, STDIN_FILENO);
    if (out >= 0) {
        dup2(out, STDOUT_FILENO);
        dup2(out, STDERR_FILENO);
    }
}

/*
 * A process like any other: no handler, mask or terminal of the parent's, and no life after it. But a file that may not
 * grow is an error of write(), as in the parent.
 */
static void settle(pid_t parent, int printed)
{
    static const int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGSEGV,
                                  SIGBUS, SIGFPE,  SIGILL, SIGSYS,  SIGABRT, SIGXCPU};
    const struct rlimit no_core = {0, 0};
    sigset_t none;

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++)
        signal(handled[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setrlimit(RLIMIT_CORE, &no_core);
    tern_orphans_keep(); /* so that a kernel's state shows them */
    redirect(printed);
}

/* The child's process group, which outlives it if it left processes behind, is ended with it. */
static int reap(const child *c)
{
    siginfo_t info;
    int status = c->status;

    while (!c->reaped && waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
    }
    kill(-c->pid, SIGKILL);
    while (!c->reaped && waitpid(c->pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

/* The child stays until it is reaped, so that its number is nobody else's; but for a system that forbids waitid(). */
static bool has_ended(child *c)
{
    siginfo_t info = {0};

    if (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
        return info.si_pid == c->pid;
    c->reaped = errno != EINTR && waitpid(c->pid, &c->status, WNOHANG) == c->pid;
    return c->reaped;
}

/* How long a thread, a folder of /proc, has run and has waited for a CPU. False where the system does not tell. */
static bool read_schedstat(const char *thread, unsigned long long *ran_ns, unsigned long long *waiting_ns)
{
    char path[96], text[128];

    snprintf(path, sizeof path, "%s/schedstat", thread);
    tern_proc_read(path, text, sizeof text);
    return sscanf(text, "%llu %llu", ran_ns, waiting_ns) == 2;
}

static double kept_waiting_s(const char *thread)
{
    unsigned long long ran_ns, waiting_ns;

    return read_schedstat(thread, &ran_ns, &waiting_ns) ? 1e-9 * (double)waiting_ns : 0.0;
}

static double all_kept_waiting_s(pid_t pid, int generations);

/* The same of a process that the thread has started, and waits for. */
static double children_kept_waiting_s(const char *thread, int generations)
{
    char path[96], text[1024];
    double most_s = 0.0;

    snprintf(path, sizeof path, "%s/children", thread);
    tern_proc_read(path, text, sizeof text);
    for (char *word, *rest = text; (word = tern_text_word(&rest, " ")) != NULL;)
        most_s = fmax(most_s, all_kept_waiting_s((pid_t)atoi(word), generations));
    return most_s;
}

/* The load's doing, and not the child's: its first thread computes, or a process does for which it waits. */
static double all_kept_waiting_s(pid_t pid, int generations)
{
    char thread[64];

    snprintf(thread, sizeof thread, "/proc/%d/task/%d", (int)pid, (int)pid);
    return kept_waiting_s(thread) + (generations > 0 ? children_kept_waiting_s(thread, generations - 1) : 0.0);
}

static void look_at_thread(int pid, const char *id, look *at)
{
    char thread[64], path[96], text[512];
    ready_thread found = {.id = atoi(id)};
    unsigned long long waiting_ns;

    snprintf(thread, sizeof thread, "/proc/%d/task/%.16s", pid, id);
    snprintf(path, sizeof path, "%s/stat", thread);
    tern_proc_read(path, text, sizeof text);
    const char *name_end = strrchr(text, ')');
    if (at->threads < READY_THREADS && name_end != NULL && strncmp(name_end, ") R", 3) == 0 &&
        read_schedstat(thread, &found.ran_ns, &waiting_ns))
        at->thread[at->threads++] = found;
}

/* Of a process, and of those that its first thread has started. */
static void look_at(pid_t pid, int generations, look *at)
{
    char path[64], text[1024];
    DIR *tasks;
    const struct dirent *task;

    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    tasks = opendir(path);
    while (tasks != NULL && (task = readdir(tasks)) != NULL)
        if (task->d_name[0] != '.')
            look_at_thread((int)pid, task->d_name, at);
    if (tasks != NULL)
        closedir(tasks);
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    tern_proc_read(path, text, sizeof text);
    for (char *word, *rest = text; generations > 0 && (word = tern_text_word(&rest, " ")) != NULL;)
        look_at((pid_t)atoi(word), generations - 1, at);
}

static bool has_starved(const look *before, const look *now)
{
    for (size_t i = 0; i < before->threads; i++)
        for (size_t j = 0; j < now->threads; j++)
            if (before->thread[i].id == now->thread[j].id && before->thread[i].ran_ns == now->thread[j].ran_ns)
                return true;
    return false;
}

/* Of one that is late: whether it still waits for a CPU, or is yet to be looked at a second time. */
static bool may_be_starved(const child *c, turn *t, double now)
{
    look at = {.threads = 0};

    if (t->looked_s > 0.0 && now < t->looked_s + SECOND_LOOK_S)
        return true;
    look_at(c->pid, GENERATIONS, &at);
    const bool may = t->looked_s == 0.0 ? at.threads > 0 : has_starved(&t->last, &at);
    t->looked_s = now;
    t->last = at;
    return may;
}

/* Whether it is in time, but for what may not be held against it: stops, and its waiting for a CPU. */
static bool has_time(child *c, turn *t, double deadline_s, double stopped_s, double now)
{
    const double late_s = now - t->began_s - deadline_s - (stopped_s - t->stopped_s);
    const double most_s = MOST_EXTENSIONS * deadline_s;

    if (late_s < 0.0 || late_s < fmin(all_kept_waiting_s(c->pid, GENERATIONS), most_s)) {
        t->looked_s = 0.0;
        return true;
    }
    if (late_s < most_s && may_be_starved(c, t, now))
        return true;
    c->missed_s = deadline_s;
    return false;
}

/* Of the part that it is at. Stopped: for how long this process was, now and when it last looked. */
static bool turn_has_time(child *c, const tern_child_options *options, turn *t, double stopped_s,
                          double stopped_before_s)
{
    double deadline_s = 0.0;
    const double began_s = options->turn == NULL ? 0.0 : options->turn(c->memory + 1, &deadline_s);

    if (began_s != t->began_s)
        *t = (turn){.began_s = began_s, .stopped_s = stopped_before_s};
    return began_s <= 0.0 || has_time(c, t, deadline_s, stopped_s, tern_clock_s());
}

/* Waits until the child ends by itself (DONE; the caller looks how) or has to be killed. */
static tern_child_end wait_for(child *c, const tern_child_options *options)
{
    turn all = {.began_s = tern_clock_s()}, part = {0};
    double looked = all.began_s, stopped_s = 0.0;
    struct pollfd life = {.fd = c->life, .events = POLLIN};
    int nap_ms = TICK_MS;

    for (double now = tern_clock_s(); !has_ended(c); looked = now, now = tern_clock_s()) {
        const double stopped_before_s = stopped_s;
        if (now - looked > LONGEST_LOOK_S)
            stopped_s += now - looked;
        if (!has_time(c, &all, options->deadline_s, stopped_s, now) ||
            !turn_has_time(c, options, &part, stopped_s, stopped_before_s))
            return TERN_CHILD_TIMEOUT;
        const double left_ms = 1e3 * (all.began_s + options->deadline_s - now) + 1.0;
        /*
         * The pipe closes a little before the process is gone, and for good if a kernel closes files that are not its
         * own.
         */
        if (poll(&life, life.fd < 0 ? 0 : 1, left_ms > 0.0 && left_ms < nap_ms ? (int)left_ms : nap_ms) > 0) {
            life.fd = -1;
            nap_ms = 1;
            continue;
        }
        if (tern_interrupt_signal() != 0 || (options->tick != NULL && !options->tick(options->tick_context)))
            return TERN_CHILD_STOPPED;
    }
    return TERN_CHILD_DONE;
}

/* Appends the first line of what the child printed that has a letter in it. */
static void append_printed(const child *c, char *text, size_t bytes)
{
    char printed[1024] = "";
    char *rest = printed, *line;

    if (c->printed < 0 || pread(c->printed, printed, sizeof printed - 1, 0) <= 0)
        return;
    while ((line = tern_text_word(&rest, "\n")) != NULL) {
        line += strspn(line, "=0123456789 ");
        if (line[0] != '\0') {
            tern_text_append(text, bytes, ": %s", line);
            return;
        }
    }
}

/* An assertion of this program did not hold. */
static bool is_own_fault(const char *printed)
{
    return strstr(printed, "harness/") != NULL && strstr(printed, ": Assertion `") != NULL;
}

/*
 * A kernel that kills itself this way looks like one that was killed from outside; neither passes. The OpenMP runtime
 * leaves the process when it gets no thread, the C library when the system refuses what threads need, and both say so.
 */
static bool is_from_outside(const child *c, int status, const char *printed)
{
    static const char *const words[] = {": libgomp: ", ": The futex facility returned an unexpected error code"};

    static const int limits[] = {SIGKILL, SIGXCPU, SIGXFSZ};

    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (WIFSIGNALED(status) && WTERMSIG(status) == limits[i])
            return true;
    if (!c->memory->begun || is_own_fault(printed))
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(printed, words[i], strlen(words[i])) == 0)
            return true;
    return atomic_load(&c->memory->refusals) > 0;
}

/* What a user may do about it. */
static const char *cause_of(const child *c, int status, const char *printed)
{
    if (!c->memory->begun)
        return ", before it had begun";
    if (is_own_fault(printed))
        return ", which is a fault of ternbench and not of the kernel: please report it";
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return ", at the limit of CPU time, see ulimit -t";
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ)
        return ", at the limit of the size of files, see ulimit -f";
    if (atomic_load(&c->memory->refusals) > 0)
        return ", after it was refused memory, see ulimit -v";
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL
               ? ", which did not come from here: out of memory, or of CPU time, or somebody's kill"
               : "";
}

static void describe_crash(const child *c, int status, tern_child_outcome *outcome)
{
    char printed[sizeof outcome->reason] = "";

    append_printed(c, printed, sizeof printed);
    outcome->from_outside = is_from_outside(c, status, printed);
    if (WIFSIGNALED(status))
        tern_text_append(outcome->reason, sizeof outcome->reason, "ended by signal %d (%s)", WTERMSIG(status),
                         strsignal(WTERMSIG(status)));
    else
        tern_text_append(outcome->reason, sizeof outcome->reason, "left the process with exit status %d",
                         WEXITSTATUS(status));
    tern_text_append(outcome->reason, sizeof outcome->reason, "%s%s",
                     outcome->from_outside ? cause_of(c, status, printed) : "", printed);
}

/* end is how the waiting ended. */
static tern_child_outcome conclude(const child *c, tern_child_end end)
{
    tern_child_outcome outcome = {.end = end};

    if (end != TERN_CHILD_DONE)
        kill(c->pid, SIGKILL);
    const int status = reap(c);

    if (end == TERN_CHILD_TIMEOUT) {
        tern_text_append(outcome.reason, sizeof outcome.reason, "gave no answer within %g s", c->missed_s);
    } else if (end == TERN_CHILD_STOPPED) {
        tern_text_append(outcome.reason, sizeof outcome.reason, "stopped before it answered");
    } else if (!c->memory->returned || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        outcome.end = TERN_CHILD_CRASH;
        describe_crash(c, status, &outcome);
    }
    return outcome;
}

static tern_status start(child *c, tern_child_fn *fn, void *argument, void *result, tern_error *error)
{
    const pid_t parent = getpid();
    int life[2];

    if (pipe2(life, O_CLOEXEC) != 0)
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot make a pipe to a child process: %s", strerror(errno));
    c->printed = open_printed();
    /* Or what stands in a buffer would be printed by both. */
    fflush(NULL);
    c->pid = fork();
    if (c->pid == 0) {
        settle(parent, c->printed);
        tern_heap_count_refusals_in(&c->memory->refusals);
        c->memory->begun = true;
        fn(argument, result);
        c->memory->returned = true;
        _exit(EXIT_SUCCESS);
    }
    const int failure = errno;
    close(life[1]);
    c->life = life[0];
    if (c->pid < 0)
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot start a child process: %s", strerror(failure));
    setpgid(c->pid, c->pid);
    return TERN_OK;
}

tern_status tern_child_run(tern_child_fn *fn, void *argument, void *result, size_t bytes,
                           const tern_child_options *options, tern_child_outcome *outcome, tern_error *error)
{
    child c = {.pid = -1, .life = -1, .printed = -1, .memory_bytes = sizeof(shared) + bytes};
    const struct sigaction normal = {.sa_handler = SIG_DFL};
    struct sigaction found;
    tern_orphans orphans;

    c.memory = mmap(NULL, c.memory_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (c.memory == MAP_FAILED)
        return tern_error_memory(error, "the result of a child process", (double)c.memory_bytes);
    void *const shared_result = c.memory + 1;
    memcpy(shared_result, result, bytes);
    /* Where a shell left SIGCHLD ignored, children vanish without a status. */
    sigaction(SIGCHLD, &normal, &found);
    tern_orphans_adopt(&orphans);
    const tern_status status = start(&c, fn, argument, shared_result, error);
    if (status == TERN_OK) {
        const tern_child_end end = wait_for(&c, options);
        *outcome = conclude(&c, end);
        memcpy(result, shared_result, bytes);
    }
    tern_orphans_end(&orphans);
    sigaction(SIGCHLD, &found, NULL);
    if (c.life >= 0)
        close(c.life);
    if (c.printed >= 0)
        close(c.printed);
    munmap(c.memory, c.memory_bytes);
    return status;
}
