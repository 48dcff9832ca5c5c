/*
 * state.h - what of the thread's and the process's state a kernel must leave as it found it.
 */
#ifndef TERN_STATE_H
#define TERN_STATE_H

#include "check/registers.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TERN_STATE_SIGNALS = 64 };

/* Of the thread that takes it. Plain data; padding is zero, so that members compare byte for byte. */
typedef struct tern_thread_state {
    tern_registers registers;
    uint64_t affinity; /* a hash of the mask */
    sigset_t blocked;
    stack_t signal_stack;
    int policy, priority, nice, io_priority;
    const void *locale; /* of the thread */
    char name[16];
} tern_thread_state;

/* Of the process. Hashes are XXH3. */
typedef struct tern_process_state {
    struct {
        void (*fn)(int);
        int flags;
    } handler[TERN_STATE_SIGNALS];
    uint64_t files;       /* of the numbers of all descriptors and what they are open on */
    uint64_t limits;      /* resource limits */
    uint64_t timers;      /* interval and POSIX timers that run */
    uint64_t environment; /* of the variables */
    uint64_t locale;      /* of its name */
    uint64_t folder[2];   /* working directory: device, inode */
    unsigned mask;        /* umask */
    uint64_t children;
    uint64_t exits; /* functions to be called at exit: tern_exits_count() */
    uint64_t threads;
} tern_process_state;

typedef struct tern_state {
    tern_thread_state thread;
    tern_process_state process;
    size_t heap_bytes;   /* in use; 0 where the C library cannot tell, as under the sanitizers */
    size_t mapped_bytes; /* address space in use */
} tern_state;

/*
 * To be called once, before the process of the check is forked off. The C library loads its unwinder when a thread
 * first ends by pthread_exit(), as OpenMP's workers do: files that are open for a moment, after the call that they
 * worked for.
 */
void tern_state_load_unwinder(void);

/* None makes use of the heap. The registers are left zero: they are taken right after a call, by the one who calls. */
void tern_thread_state_take(tern_thread_state *state);
void tern_process_state_take(tern_process_state *state);
void tern_state_take(tern_state *state);

/*
 * In some microseconds: of the thread all, of the process the number of threads; the rest is zero. Takes the registers,
 * too.
 */
void tern_state_take_quickly(tern_state *state);

/* Parts of it, for those who ask again. */
uint64_t tern_process_files(void);
uint64_t tern_process_count_threads(void);
size_t tern_process_mapped_bytes(void);
size_t tern_process_heap_bytes(void);

/*
 * Without those that have begun to end: they are counted until the system, or who traces the process, has had time for
 * them, which may be long after they were joined. Makes use of the heap.
 */
uint64_t tern_process_count_threads_that_stay(void);

/*
 * What threads of a kernel's own have open for a moment, as when the C library asks for the number of CPUs on their
 * behalf, is not left: the files are looked at again for a while, until they are as expected.
 */
void tern_state_await_files(tern_process_state *state, uint64_t expected);

/* tern_state_take(), of a kernel that owns its team with the files awaited. */
void tern_state_take_awaiting(tern_state *state, bool owns_team, uint64_t files);

/*
 * 0 for none that was set. Before Linux 6.0 the system tells a default of its own (class 0 or 2, level 4) until the
 * thread first waits for a disk, as for the code of a function, and none from then on.
 */
int tern_state_io_priority(int told);

/*
 * Return what differs, "the CPU affinity" for instance, or NULL. Heap and mappings are left out: what a first call
 * allocates for good is not known from one call. owns_team: threads and their affinity are the kernel's own affair.
 */
const char *tern_thread_state_difference(const tern_thread_state *before, const tern_thread_state *after,
                                         bool owns_team);
const char *tern_state_difference(const tern_state *before, const tern_state *after, bool owns_team);

#endif
