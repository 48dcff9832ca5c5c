/*
 * exits.h - functions that a kernel registers to be called at exit.
 */
#ifndef TERN_EXITS_H
#define TERN_EXITS_H

#include <stdint.h>

/* From now on those are counted that the module which holds this address registers: a plug-in, or the program. */
void tern_exits_watch(uintptr_t address);

/*
 * How many there are until now. Every call registers a function itself, one that does nothing; there is room for a few,
 * so that later calls return what the last one with room did. 0 where nobody is watched or the C library does not show
 * its list. For a process that ends by _exit().
 */
uint64_t tern_exits_count(void);

#endif
