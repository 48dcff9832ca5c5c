/*
 * probe.h - loops that do nothing but read, or nothing but multiply and add, as fast as an instruction set allows.
 *
 * One probe a file, compiled for its instruction set alone and called only where tern_isa_detect() finds it.
 */
#ifndef TERN_PROBE_H
#define TERN_PROBE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads bytes (a multiple of 256) from data (aligned to 64), and asks for each line `ahead` bytes before its turn; 0
 * leaves that to the hardware. Returns a number that depends on all of them.
 */
typedef uint64_t tern_probe_read_fn(const void *data, size_t bytes, size_t ahead);

/* Does that many turns of independent multiply-adds. Returns a number that depends on all of them. */
typedef uint64_t tern_probe_multiply_fn(uint64_t turns);

typedef struct tern_probe {
    const char *level; /* as --isa names it */
    const char *instruction;
    uint32_t isa;             /* TERN_ISA_ bits */
    tern_probe_read_fn *read; /* NULL: reads no better than another level */
    tern_probe_multiply_fn *multiply;
    uint32_t macs_per_turn; /* products of an int8 and a trit, added up */
    int (*permit)(void);    /* NULL, or to be called once in the process: 0 when the instruction may be used */
} tern_probe;

extern const tern_probe tern_probe_scalar;
extern const tern_probe tern_probe_sse2, tern_probe_avx2, tern_probe_avxvnni, tern_probe_avx512, tern_probe_avx512vnni,
    tern_probe_amx;

/* Those that this build has, ends with NULL. */
extern const tern_probe *const tern_probes[];

#endif
