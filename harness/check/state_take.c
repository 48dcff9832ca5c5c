/*
 * State is read from the system and not from the C library's copies of it, and kept as a hash where it is long.
 */
#include "check/state.h"

#include "base/cpu_mask.h"
#include "base/orphans.h"
#include "base/proc_file.h"
#include "base/sanitized.h"
#include "base/text.h"
#include "check/exits.h"

#include <alloca.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
#include <xxhash.h>

extern char **environ;

static void *end(void *argument)
{
    pthread_exit(argument);
}

void tern_state_load_unwinder(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, end, NULL) == 0)
        pthread_join(thread, NULL);
}

static uint64_t hash_affinity(void)
{
    const size_t bytes = tern_cpu_mask_bytes();
    cpu_set_t *mask = alloca(bytes); /* cppcheck-suppress allocaCalled ; the heap is what is looked at */

    memset(mask, 0, bytes);
    sched_getaffinity(0, bytes, mask);
    return XXH3_64bits(mask, bytes);
}

int tern_state_io_priority(int told)
{
    enum { CLASS_SHIFT = 13, BEST_EFFORT = 2, NORMAL = 4 };

    return told >> CLASS_SHIFT == 0 || told == (BEST_EFFORT << CLASS_SHIFT | NORMAL) ? 0 : told;
}

void tern_thread_state_take(tern_thread_state *state)
{
    enum { IOPRIO_WHO_PROCESS = 1 };
    struct sched_param parameters = {0};

    memset(state, 0, sizeof *state);
    state->affinity = hash_affinity();
    sigprocmask(SIG_BLOCK, NULL, &state->blocked);
    sigaltstack(NULL, &state->signal_stack);
    state->policy = sched_getscheduler(0);
    if (sched_getparam(0, &parameters) == 0)
        state->priority = parameters.sched_priority;
    state->nice = getpriority(PRIO_PROCESS, 0);
    state->io_priority = tern_state_io_priority((int)syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0));
    state->locale = uselocale((locale_t)0);
    prctl(PR_GET_NAME, state->name);
}

static void take_handlers(tern_process_state *state)
{
    for (int i = 0; i < TERN_STATE_SIGNALS; i++) {
        struct sigaction action;
        if (sigaction(i + 1, NULL, &action) == 0) {
            state->handler[i].fn = action.sa_handler;
            state->handler[i].flags = action.sa_flags;
        }
    }
}

/* Descriptors may be anywhere up to the limit, so that the system is asked which there are. */
uint64_t tern_process_files(void)
{
    struct entry {
        uint64_t inode, offset;
        unsigned short length;
        unsigned char type;
        char name[];
    };
    _Alignas(struct entry) char buffer[2048];
    const int folder = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    uint64_t hash = 0;

    for (long bytes; folder >= 0 && (bytes = syscall(SYS_getdents64, folder, buffer, sizeof buffer)) > 0;)
        for (long at = 0; at < bytes;) {
            const struct entry *entry = (const void *)(buffer + at);
            struct stat file;
            int fd = 0;
            for (const char *digit = entry->name; *digit >= '0' && *digit <= '9'; digit++)
                fd = 10 * fd + *digit - '0';
            if (fd != folder && entry->name[0] != '.' && fstat(fd, &file) == 0) {
                const uint64_t open_on[] = {(uint64_t)fd, file.st_dev, file.st_ino};
                hash += XXH3_64bits(open_on, sizeof open_on); /* in any order */
            }
            at += entry->length;
        }
    if (folder >= 0)
        close(folder);
    return hash;
}

static uint64_t hash_limits(void)
{
    struct rlimit limit[RLIM_NLIMITS];

    memset(limit, 0, sizeof limit);
    for (int i = 0; i < RLIM_NLIMITS; i++)
        getrlimit((__rlimit_resource_t)i, &limit[i]);
    return XXH3_64bits(limit, sizeof limit);
}

/* Whether they run, not how long they still do. */
static uint64_t hash_timers(void)
{
    static const __itimer_which_t timers[] = {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};
    char posix[512] = "";
    uint64_t running = 0;

    for (size_t i = 0; i < sizeof timers / sizeof *timers; i++) {
        struct itimerval timer = {0};
        if (getitimer(timers[i], &timer) == 0 && (timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0))
            running |= (uint64_t)1 << i;
    }
    if (tern_proc_read("/proc/self/timers", posix, sizeof posix) > 0)
        running += XXH3_64bits(posix, sizeof posix);
    return running;
}

static uint64_t hash_environment(void)
{
    uint64_t hash = 0;

    for (char **variable = environ; variable != NULL && *variable != NULL; variable++)
        hash = hash * 31 + XXH3_64bits(*variable, strlen(*variable));
    return hash;
}

static uint64_t hash_locale(void)
{
    const char *name = setlocale(LC_ALL, NULL);

    return name == NULL ? 0 : XXH3_64bits(name, strlen(name));
}

/* The sum of the hashes of a thread's children; false where the system does not list them. */
static bool add_children_of(const char *thread, uint64_t *sum)
{
    char path[64], children[4096];

    snprintf(path, sizeof path, "/proc/self/task/%.20s/children", thread);
    if (tern_proc_read(path, children, sizeof children) < 0)
        return false;
    for (char *word, *rest = children; (word = tern_text_word(&rest, " ")) != NULL;)
        *sum += XXH3_64bits(word, strlen(word));
    return true;
}

/*
 * Of the numbers of all threads' children where the system lists them, since the battery may have a process of its own;
 * else whether there is one. When a thread ends, its children become those of another: so it is a sum.
 */
static uint64_t hash_children(void)
{
    DIR *threads = opendir("/proc/self/task");
    uint64_t sum = 0;
    bool listed = threads != NULL;

    for (struct dirent *thread; listed && (thread = readdir(threads)) != NULL;)
        listed = thread->d_name[0] == '.' || add_children_of(thread->d_name, &sum) || errno == ENOENT;
    if (threads != NULL)
        closedir(threads);
    return listed ? sum : tern_has_children();
}

/* A directory has a link for each entry in it, "." and "..". */
uint64_t tern_process_count_threads(void)
{
    struct stat task;

    return stat("/proc/self/task", &task) == 0 ? task.st_nlink - 2 : 0;
}

/* The word after "pid (name) state parent group session terminal owner"; the name may hold anything. */
static bool is_ending(const char *thread)
{
    enum { PF_EXITING = 4 };
    char path[64], text[512];
    unsigned long flags;

    snprintf(path, sizeof path, "/proc/self/task/%.20s/stat", thread);
    const ssize_t bytes = tern_proc_read(path, text, sizeof text);
    if (bytes <= 0) /* it is gone, before or after it was opened */
        return bytes == 0 || errno == ENOENT;
    const char *after_name = strrchr(text, ')');
    return after_name != NULL && sscanf(after_name, ") %*c %*d %*d %*d %*d %*d %lu", &flags) == 1 &&
           (flags & PF_EXITING) != 0;
}

uint64_t tern_process_count_threads_that_stay(void)
{
    DIR *threads = opendir("/proc/self/task");
    uint64_t count = 0;

    if (threads == NULL)
        return tern_process_count_threads();
    for (const struct dirent *thread; (thread = readdir(threads)) != NULL;)
        count += thread->d_name[0] != '.' && !is_ending(thread->d_name);
    closedir(threads);
    return count;
}

/* Under a sanitizer what was freed stays mapped for a while: nothing is known then. */
size_t tern_process_mapped_bytes(void)
{
    char text[128];
    size_t pages = 0;

    if (TERN_SANITIZED || tern_proc_read("/proc/self/statm", text, sizeof text) < 0)
        return 0;
    for (const char *digit = text; *digit >= '0' && *digit <= '9'; digit++)
        pages = 10 * pages + (size_t)(*digit - '0');
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

size_t tern_process_heap_bytes(void)
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
    const struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}

void tern_process_state_take(tern_process_state *state)
{
    struct stat folder;

    memset(state, 0, sizeof *state);
    take_handlers(state);
    state->files = tern_process_files();
    state->limits = hash_limits();
    state->timers = hash_timers();
    state->environment = hash_environment();
    state->locale = hash_locale();
    if (stat(".", &folder) == 0) {
        state->folder[0] = folder.st_dev;
        state->folder[1] = folder.st_ino;
    }
    state->mask = umask(0);
    umask((mode_t)state->mask);
    state->children = hash_children();
    state->exits = tern_exits_count();
    state->threads = tern_process_count_threads();
}
