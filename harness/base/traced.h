/*
 * traced.h - a child process that its parent watches instruction by instruction (ptrace(2)): what counting instructions
 * and looking for them have in common.
 */
#ifndef TERN_TRACED_H
#define TERN_TRACED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

/* In the child: stops until the parent goes on with it. False when the system does not permit tracing. */
bool tern_traced_begin(void);

/*
 * In the parent, when the child has stopped there: what it traces dies with it. With threads, those that the child
 * starts are traced too.
 */
void tern_traced_hold(pid_t child, bool threads);

/* Waits for the next stop or end of pid; -1: of any child or thread. Returns whose it is, or -1. */
pid_t tern_traced_wait(pid_t pid, int *status);

/* False when pid is not stopped. */
bool tern_traced_registers(pid_t pid, struct user_regs_struct *registers);
bool tern_traced_set_registers(pid_t pid, struct user_regs_struct *registers);

/* Ends the child, the only one of this process, for good. */
void tern_traced_end(pid_t child);

#endif
