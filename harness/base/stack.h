/*
 * stack.h - the stack of each thread, which a limit of the shell's would otherwise make a property of kernels.
 */
#ifndef TERN_STACK_H
#define TERN_STACK_H

#include "base/error.h"

/* What a kernel may rely on, less what the harness has on it: the default of Linux. */
enum { TERN_STACK_BYTES = 8 << 20 };

/*
 * Gives the process that many bytes, and all threads that it and its libraries begin from now on. TERN_ENVIRONMENT: the
 * limit may not be raised so far.
 */
tern_status tern_stack_prepare(tern_error *error);

#endif
