/*
 * program.h - runs another program, such as git or a compiler, and waits for it.
 */
#ifndef TERN_PROGRAM_H
#define TERN_PROGRAM_H

#include "base/child.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct tern_program {
    const char *const *argv; /* ends with NULL; argv[0] is looked up in PATH */
    const char *log;         /* a file to which its output and errors are appended; NULL: see below */
    char *output; /* what it prints, without the last line's end; what does not fit is cut. NULL: not wanted */
    size_t output_bytes;
    tern_child_tick *tick; /* asked about ten times a second; the program is ended when it says false. May be NULL. */
    void *tick_context;
} tern_program;

/*
 * Standard input is empty. Without a log, errors are thrown away. *exit_status is what it ended with, 128 + N for a
 * signal. TERN_ENVIRONMENT when it cannot be started (the sentence names it), TERN_NOTHING when tick ended it.
 */
tern_status tern_program_run(const tern_program *program, int *exit_status, tern_error *error);

/* Ends at once what runs, with what it started: for a signal that ends this process, which does so by itself. */
void tern_program_end_running(void);

/* Whether PATH, or the path of the system where there is none, leads to an executable file of that name. */
bool tern_program_is_installed(const char *name);

#endif
