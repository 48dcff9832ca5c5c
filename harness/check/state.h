/*
 * state.h - what of the thread's and the process's state a kernel must leave as it found it.
 */
#ifndef TERN_STATE_H
#define TERN_STATE_H

#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TERN_STATE_SIGNALS = 8 };

/* Plain data; padding is zero, so that members compare byte for byte. */
typedef struct tern_state {
    uint32_t float_control[2]; /* x86: MXCSR without its status flags, x87 control word */
    cpu_set_t affinity;        /* of this thread */
    sigset_t blocked;          /* of this thread */
    void (*handler[TERN_STATE_SIGNALS])(int);
    int lowest_free_fd;
    uint64_t threads;
    size_t heap_bytes; /* in use; 0 where the C library cannot tell, as under the sanitizers */
} tern_state;

/* Makes no use of the heap. */
void tern_state_take(tern_state *state);

/*
 * Returns what differs, "the CPU affinity" for instance, or NULL. The heap is left out: what a first call allocates
 * for good is not known from one call. owns_team: threads and their affinity are the kernel's own affair.
 */
const char *tern_state_difference(const tern_state *before, const tern_state *after, bool owns_team);

#endif
