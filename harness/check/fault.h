/*
 * fault.h - what a crash was: told to the parent process before the signal ends this one.
 */
#ifndef TERN_FAULT_H
#define TERN_FAULT_H

#include "check/guard.h"

typedef enum tern_access { TERN_ACCESS_UNKNOWN, TERN_ACCESS_READ, TERN_ACCESS_WRITE } tern_access;

/* Plain data, in memory that is shared with the parent. breach.name points into the program, which both have. */
typedef struct tern_fault {
    bool happened;
    tern_guard_breach breach; /* name is NULL when no guard page was touched */
    tern_access access;
    bool stack_overflow;
    bool no_address; /* x86 gives none for an aligned access to an unaligned address, and for one that cannot exist */
} tern_fault;

/*
 * From now on a fault in this process fills fault, and the process ends by the same signal as it would have. The
 * guards, some of which may be empty, and fault are read and written then; they may change in between. For one caller
 * a process.
 */
void tern_fault_watch(const tern_guard *guards, size_t count, tern_fault *fault);

/*
 * From now on a fault in these pages opens the page for reading, sets its entry in touched, and the access goes on.
 * pages == 0 ends it. One trace at a time.
 */
void tern_fault_trace(uint8_t *begin, size_t page_bytes, size_t pages, uint8_t *touched);

/* "reads 1 byte past the end of X", or "" when there is nothing to add to the signal's name. Returns text. */
char *tern_fault_text(const tern_fault *fault, char *text, size_t bytes);

#endif
