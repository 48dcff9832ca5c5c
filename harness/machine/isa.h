/*
 * isa.h - which instruction sets this processor and its operating system offer, found out once, and the cap on them.
 */
#ifndef TERN_ISA_H
#define TERN_ISA_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Caps the whole program as if the processor had no more, whatever --isa says: a level as tern_isa_cap() knows it. So
 * a run, and every test, can be made as on a lesser machine.
 */
#define TERN_ISA_VARIABLE "TERNBENCH_ISA"

/*
 * TERN_ISA_ bits that the processor, the operating system's saved state and the environment allow. None where the
 * environment names an unknown level.
 */
uint32_t tern_isa_detect(void);

/* TERN_USAGE where the environment names an unknown level. */
tern_status tern_isa_check_environment(tern_error *error);

/*
 * Bits that remain under a cap: "scalar", "avx2", "avxvnni", "avx512", "avx512vnni", "avx512vbmi", "gfni", "amx",
 * "neon", "dotprod" or "native". A cap allows all levels before it. TERN_USAGE lists the levels.
 */
tern_status tern_isa_cap(const char *name, uint32_t *mask, tern_error *error);

/* These bits, and those of all levels below the highest of them: what code as wide as this might also have used. */
uint32_t tern_isa_up_to(uint32_t isa);

/* "avx2 avx512vnni", or "portable" for none. Returns text. */
char *tern_isa_text(uint32_t isa, char *text, size_t bytes);

/* How a run was capped, for its fingerprint: "native", "avx2, TERNBENCH_ISA=avx512". Returns text. */
char *tern_isa_cap_text(const char *cap, char *text, size_t bytes);

#endif
