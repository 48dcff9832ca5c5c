#include "check/state.h"

#include <locale.h>
#include <string.h>
#include <time.h>

void tern_state_take(tern_state *state)
{
    memset(state, 0, sizeof *state);
    tern_thread_state_take(&state->thread);
    tern_process_state_take(&state->process);
    state->heap_bytes = tern_process_heap_bytes();
    state->mapped_bytes = tern_process_mapped_bytes();
}

void tern_state_take_quickly(tern_state *state)
{
    const tern_registers registers = tern_registers_take();

    memset(state, 0, sizeof *state);
    tern_thread_state_take(&state->thread);
    state->thread.registers = registers;
    state->process.threads = tern_process_count_threads();
}

typedef struct member {
    size_t offset, bytes;
    bool team; /* belongs to a kernel that owns its team */
    const char *name;
} member;

#define OF_THREAD(name)  offsetof(tern_thread_state, name), sizeof(((tern_thread_state *)NULL)->name)
#define OF_PROCESS(name) offsetof(tern_process_state, name), sizeof(((tern_process_state *)NULL)->name)

static const member thread_members[] = {
    {OF_THREAD(registers.float_control), false, "the floating-point mode"},
    {OF_THREAD(registers.x87_control), false, "the floating-point mode (x87)"},
    {OF_THREAD(registers.x87_in_use), false, "the x87 or MMX registers in use, and so their state"},
    {OF_THREAD(registers.direction), false, "the direction flag"},
    {OF_THREAD(registers.alignment_check), false, "the alignment-check flag"},
    {OF_THREAD(affinity), true, "the CPU affinity"},
    {OF_THREAD(blocked), false, "the signal mask"},
    {OF_THREAD(signal_stack), false, "the alternative signal stack"},
    {OF_THREAD(policy), false, "the scheduling policy"},
    {OF_THREAD(priority), false, "the scheduling priority"},
    {OF_THREAD(nice), false, "the priority"},
    {OF_THREAD(io_priority), false, "the I/O priority"},
    {OF_THREAD(locale), false, "the locale of the thread"},
    {OF_THREAD(name), false, "the name of the thread"},
};

static const member process_members[] = {
    {OF_PROCESS(handler), false, "a signal handler"},
    {OF_PROCESS(files), false, "the open files"},
    {OF_PROCESS(limits), false, "a resource limit"},
    {OF_PROCESS(timers), false, "a timer"},
    {OF_PROCESS(environment), false, "the environment"},
    {OF_PROCESS(locale), false, "the locale"},
    {OF_PROCESS(folder), false, "the working directory"},
    {OF_PROCESS(mask), false, "the umask"},
    {OF_PROCESS(children), false, "the child processes"},
    {OF_PROCESS(exits), false, "the functions to be called at exit"},
};

static const char *find_difference(const member *members, size_t count, const void *before, const void *after,
                                   bool owns_team)
{
    for (size_t i = 0; i < count; i++)
        if (!(owns_team && members[i].team) && memcmp((const char *)before + members[i].offset,
                                                      (const char *)after + members[i].offset, members[i].bytes) != 0)
            return members[i].name;
    return NULL;
}

const char *tern_thread_state_difference(const tern_thread_state *before, const tern_thread_state *after,
                                         bool owns_team)
{
    return find_difference(thread_members, sizeof thread_members / sizeof *thread_members, before, after, owns_team);
}

/* For so many naps is looked again at what may be so for a moment. */
enum { NAPS = 100 };

static void take_a_nap(void)
{
    const struct timespec nap = {.tv_nsec = 1000 * 1000};

    nanosleep(&nap, NULL);
}

void tern_state_await_files(tern_process_state *state, uint64_t expected)
{
    for (int naps = 0; state->files != expected && naps < NAPS; naps++) {
        take_a_nap();
        state->files = tern_process_files();
    }
}

void tern_state_take_awaiting(tern_state *state, bool owns_team, uint64_t files)
{
    tern_state_take(state);
    if (owns_team)
        tern_state_await_files(&state->process, files);
}

/* A thread that says that it is done, and ends without being joined, gets a while for it. */
static bool has_more_threads(const tern_state *before, const tern_state *after)
{
    bool more = after->process.threads > before->process.threads;

    for (int naps = 0; more && naps < NAPS; naps++) {
        more = tern_process_count_threads_that_stay() > before->process.threads;
        if (more)
            take_a_nap();
    }
    return more;
}

const char *tern_state_difference(const tern_state *before, const tern_state *after, bool owns_team)
{
    const char *difference = tern_thread_state_difference(&before->thread, &after->thread, owns_team);

    if (difference == NULL)
        difference = find_difference(process_members, sizeof process_members / sizeof *process_members,
                                     &before->process, &after->process, owns_team);
    if (difference == NULL && !owns_team && has_more_threads(before, after))
        difference = "the number of threads";
    return difference;
}
