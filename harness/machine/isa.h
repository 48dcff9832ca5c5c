/*
 * isa.h - which instruction sets this processor and its operating system offer, found out once, and the cap on them.
 */
#ifndef TERN_ISA_H
#define TERN_ISA_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* TERN_ISA_ bits that both the processor and the operating system's saved state allow. */
uint32_t tern_isa_detect(void);

/*
 * Bits that remain under a cap: "scalar", "avx2", "avxvnni", "avx512", "avx512vnni", "avx512vbmi", "amx", "neon",
 * "dotprod" or "native". A cap allows all levels before it. TERN_USAGE lists the levels.
 */
tern_status tern_isa_cap(const char *name, uint32_t *mask, tern_error *error);

/* "avx2 avx512vnni", or "portable" for none. Returns text. */
char *tern_isa_text(uint32_t isa, char *text, size_t bytes);

#endif
