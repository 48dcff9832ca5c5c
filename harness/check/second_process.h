/*
 * second_process.h - a process that has never packed, and computes with what another one packed.
 *
 * A packed form that leaves a part of itself in a static, or holds an address, is right in the process that packed it
 * and in no other. So a second process is forked before the kernel is first called. It waits until it gets the packed
 * form, and then runs one pass.
 */
#ifndef TERN_SECOND_PROCESS_H
#define TERN_SECOND_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct tern_second_process {
    pid_t pid; /* 0: there is none */
    int wake;  /* a socket: it is told how many bytes there are */
    int file;  /* in memory: the packed form */
} tern_second_process;

/* Runs in the other process when the packed form has come, `bytes` bytes of file. It ends when it returns. */
typedef void tern_second_process_fn(void *argument, int file, size_t bytes);

/* Forks. Without room for a process, or the rights to one, pid is 0. */
void tern_second_process_start(tern_second_process *second, tern_second_process_fn *fn, void *argument);

enum { TERN_SECOND_PROCESS_LOST = -2, TERN_SECOND_PROCESS_FULL = -3 };

/*
 * Hands over packed and waits for the end. Returns 0, or the signal that ended the process, or -1 when it left by
 * itself, or TERN_SECOND_PROCESS_LOST when the system does not say or the process was gone before, or
 * TERN_SECOND_PROCESS_FULL when there was no room to hand it over.
 */
int tern_second_process_run(tern_second_process *second, const void *packed, size_t bytes);

/* Ends the process if it still waits. */
void tern_second_process_end(tern_second_process *second);

#endif
