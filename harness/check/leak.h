/*
 * leak.h - does memory grow again and again? Heap and mappings are read at the ends of equal series of calls. What is
 * made once, and what an allocator keeps, grows in one of them; what is lost grows in all.
 */
#ifndef TERN_LEAK_H
#define TERN_LEAK_H

#include <stdbool.h>
#include <stddef.h>

/* Starts as zeros. */
typedef struct tern_leak {
    unsigned looks;
    size_t heap, mapped;             /* bytes, at the latest look */
    size_t least_heap, least_mapped; /* bytes added between two looks */
} tern_leak;

/* At the end of each series; the first is for what is made once. */
void tern_leak_look(tern_leak *leak);

/* "12 bytes more on the heap", of each series after the first; NULL: there were no two, or one did not grow. */
const char *tern_leak_text(const tern_leak *leak, char *text, size_t bytes);

#endif
