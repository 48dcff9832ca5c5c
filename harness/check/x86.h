/*
 * x86.h - as much of x86-64 machine code as it takes to go through it: by which opcode of which map an instruction is
 * known, how long it is, and where it leads. Pure functions on bytes, on any processor.
 *
 * Source: Intel SDM vol. 2, chapter 2 (prefixes, ModRM, VEX, EVEX) and appendix A (opcode maps).
 */
#ifndef TERN_X86_H
#define TERN_X86_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum tern_x86_coding { TERN_X86_LEGACY, TERN_X86_VEX, TERN_X86_EVEX } tern_x86_coding;

/* The prefix that belongs to the opcode, in the order of VEX.pp. */
typedef enum tern_x86_prefix { TERN_X86_NP, TERN_X86_66, TERN_X86_F3, TERN_X86_F2 } tern_x86_prefix;

typedef struct tern_x86_opcode {
    tern_x86_coding coding;
    tern_x86_prefix prefix;
    uint8_t
        map; /* 0: opcodes of one byte; 1: after 0F; 2: after 0F 38; 3: after 0F 3A; others are those of VEX and EVEX */
    uint8_t byte;
    bool wide;      /* REX.W, VEX.W or EVEX.W */
    bool operand16; /* prefix 66, whatever else there is */
    bool address32; /* prefix 67 */
    size_t end;     /* bytes to the end of the opcode */
} tern_x86_opcode;

/* False when the bytes end before, or the coding is none of these (XOP, REX2). */
bool tern_x86_read_opcode(const uint8_t *code, size_t bytes, tern_x86_opcode *opcode);

typedef enum tern_x86_flow {
    TERN_X86_NEXT,          /* to the next instruction */
    TERN_X86_BRANCH,        /* to the next one or to the target */
    TERN_X86_JUMP,          /* to the target */
    TERN_X86_CALL,          /* to the target, and back to the next one if that returns */
    TERN_X86_INDIRECT_JUMP, /* to where a register or memory says */
    TERN_X86_INDIRECT_CALL,
    TERN_X86_END /* nowhere that is known: a return, or an end */
} tern_x86_flow;

typedef struct tern_x86_instruction {
    size_t bytes;
    tern_x86_flow flow;
    bool has_target; /* of a branch, jump or call; of NEXT: the address of something near is taken */
    int64_t target;  /* bytes from the beginning of the instruction */
} tern_x86_instruction;

/* False when its length is not known. */
bool tern_x86_read(const uint8_t *code, size_t bytes, tern_x86_instruction *instruction);

#endif
