/*
 * pages.h - one large buffer, cut into pieces.
 */
#ifndef TERN_PAGES_H
#define TERN_PAGES_H

#include "base/team.h"
#include "kernel.h"
#include "machine/memory.h"

#include <stdbool.h>

/*
 * Called twice with the same pieces: with base NULL it only adds up, then it hands out. Pieces begin at multiples of
 * align, a power of two of at least 64.
 */
typedef struct tern_pages {
    uint8_t *base;
    size_t used, align;
} tern_pages;

/* The align that serves X, Y, scratch and plan of this kernel, and whole cache lines. */
size_t tern_pages_alignment(const tern_kernel *kernel);

/* Returns NULL as long as there is no base. */
void *tern_pages_take(tern_pages *pages, size_t bytes);

/*
 * Whether the machine has that much left: memory is reserved without being there, and a process that touches too much
 * is killed. TERN_ENVIRONMENT when not.
 */
tern_status tern_pages_check(const char *what, uint64_t bytes, tern_error *error);

/* Reserves memory as tern_memory_new(), after that check, and on small pages when huge ones are not wanted. */
tern_status tern_pages_new(tern_memory *memory, const char *what, size_t bytes, bool huge, tern_error *error);

/* Has every page there before it is needed: shared by the team, since the system clears them first. */
void tern_pages_touch(const tern_memory *memory, tern_team *team);

/* Gives back what lies behind the first `used` bytes; it can no longer be told from memory that was never touched. */
void tern_pages_trim(tern_memory *memory, size_t used);

#endif
