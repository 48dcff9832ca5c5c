/*
 * walk.h - sees every instruction that a traced child executes in some functions, each of them once, at nearly full
 * speed.
 *
 * A breakpoint stands where the child may go next and has not been: at a function's first instruction, behind both ways
 * of a branch, behind a call. When it is met, the instructions up to the next branch are read, new breakpoints are set
 * where that leads, and this one is taken away for good. So a loop stops the child once, however often it turns. Where
 * a register says where to go, the child is led over that one instruction each time.
 *
 * Code that lies elsewhere than in the object (the program, or a shared object) of the functions is not seen. x86-64
 * only.
 */
#ifndef TERN_WALK_H
#define TERN_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* In the child, after tern_traced_begin(): function is one of those that are walked, from its next call on. */
void tern_walk_function(void (*function)(void));

/* Whether the instruction at code, of which bytes bytes can be read, is what is looked for. */
typedef bool tern_walk_sought(void *context, const uint8_t *code, size_t bytes);

/* Counts are for tests. */
typedef struct tern_walk {
    tern_walk_sought *sought;
    void *context;
    const uint8_t *found; /* an instruction that was sought and executed, in this process's memory; or NULL */
    size_t found_bytes;   /* that can be read there */
    size_t instructions;  /* that were seen */
    size_t stops;
} tern_walk;

/*
 * In the parent. Walks with the child, a fork of this process that stops in tern_traced_begin(), until it ends or is
 * found out; then it is ended. The process must have no other children. False when the child did not stop there.
 */
bool tern_walk_through(tern_walk *walk, pid_t child);

#endif
