/*
 * registers.h - the modes of the processor that a function must leave as it found them.
 */
#ifndef TERN_REGISTERS_H
#define TERN_REGISTERS_H

#include <stdint.h>

typedef struct tern_registers {
    uint32_t float_control; /* x86: MXCSR without its status flags; aarch64: FPCR */
    uint32_t x87_control;
    uint32_t x87_in_use;                 /* the tag word's: MMX code that lacks EMMS, a value left on the stack */
    uint32_t direction, alignment_check; /* flags */
} tern_registers;

/* Inline and without a call in it, since any call may rely on these modes. */
static inline tern_registers tern_registers_take(void)
{
    tern_registers taken = {0};
#if defined(__x86_64__)
    enum { STATUS_FLAGS = 0x3F, DIRECTION = 1 << 10, ALIGNMENT_CHECK = 1 << 18 };
    struct {
        uint32_t control, status, tag, rest[4];
    } x87;
    uint64_t flags;

    __asm__ volatile("pushfq\n\tpopq %0\n\tcld" : "=r"(flags) : : "memory", "cc");
    __asm__ volatile("stmxcsr %0" : "=m"(taken.float_control));
    /* FNSTENV masks all exceptions, so the control word is put back. */
    __asm__ volatile("fnstenv %0\n\tfldcw %0" : "=m"(x87));
    taken.float_control &= ~(uint32_t)STATUS_FLAGS;
    taken.x87_control = x87.control & 0xFFFF;
    taken.x87_in_use = ~x87.tag & 0xFFFF;
    taken.direction = (uint32_t)flags & DIRECTION;
    taken.alignment_check = (uint32_t)flags & ALIGNMENT_CHECK;
#elif defined(__aarch64__)
    uint64_t fpcr;

    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    taken.float_control = (uint32_t)fpcr;
#endif
    return taken;
}

/* Sets them as they were taken; what was on the x87 stack is gone. */
static inline void tern_registers_put(const tern_registers *registers)
{
#if defined(__x86_64__)
    enum { ALIGNMENT_CHECK = 1 << 18 };
    const uint16_t x87_control = (uint16_t)registers->x87_control;
    uint64_t flags;

    __asm__ volatile("cld\n\tpushfq\n\tpopq %0" : "=r"(flags) : : "memory", "cc");
    flags = (flags & ~(uint64_t)ALIGNMENT_CHECK) | registers->alignment_check;
    __asm__ volatile("pushq %0\n\tpopfq" : : "r"(flags) : "memory", "cc");
    __asm__ volatile("ldmxcsr %0" : : "m"(registers->float_control));
    __asm__ volatile("fninit\n\tfldcw %0" : : "m"(x87_control));
#elif defined(__aarch64__)
    __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)registers->float_control));
#else
    (void)registers;
#endif
}

#endif
