/*
 * undeclared.h - instructions that a kernel executes and does not declare, found on a processor that has them.
 */
#ifndef TERN_UNDECLARED_H
#define TERN_UNDECLARED_H

#include <stdbool.h>
#include <stdint.h>

typedef struct tern_undeclared {
    bool looked;     /* a process could be traced */
    const char *set; /* "AVX-512 VNNI"; NULL: there are none */
    char place[96];  /* "my.so+0x11f0", for a disassembler */
} tern_undeclared;

/*
 * Runs work(argument), which calls the kernel, in a child process of its own, and looks at all that it executes in the
 * functions which it has named by tern_walk_function(), and in what these call within their object. isa are the bits
 * that the kernel declares; what this program itself was compiled for is allowed too, as it runs nowhere else.
 *
 * Some systems let no process be traced. x86-64 only, and not under sanitizers, whose code stands among the kernel's.
 * The process must have no other threads.
 */
void tern_undeclared_find(uint32_t isa, void (*work)(void *argument), void *argument, tern_undeclared *found);

#endif
