/*
 * x86_sets.h - which instruction set an x86-64 instruction belongs to, in the words of kernel.h.
 */
#ifndef TERN_X86_SETS_H
#define TERN_X86_SETS_H

#include "kernel.h"

/* SSSE3, SSE4 and POPCNT: below AVX2, and more than all x86-64 processors have. Stands beside the TERN_ISA_ bits. */
#define TERN_X86_SSE4 (1u << 31)

/* Sets that no bit of kernel.h names, so that no kernel may use them: VBMI2, IFMA, BITALG, AES, SHA, ... */
#define TERN_X86_UNNAMED (1u << 30)

typedef struct tern_x86_set {
    uint32_t isa;     /* bits that are all needed; 0: every x86-64 processor has it, or no bit says that one has */
    const char *name; /* "AVX2", "BMI2", "AVX-512 VNNI"; NULL when isa is 0 */
} tern_x86_set;

/*
 * Of the instruction that begins at code. TZCNT is none: processors without it take it for BSF, which compilers make
 * use of.
 */
tern_x86_set tern_x86_set_of(const uint8_t *code, size_t bytes);

/* These bits and all that a processor with them has as well. */
uint32_t tern_x86_implied(uint32_t isa);

#endif
