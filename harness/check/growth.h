/*
 * growth.h - does memory grow again and again? Heap and mappings are read at the ends of equal series of calls. What is
 * made once, and what an allocator keeps, grows in one of them; what is lost grows in all.
 */
#ifndef TERN_GROWTH_H
#define TERN_GROWTH_H

#include <stdbool.h>
#include <stddef.h>

/* Starts as zeros. */
typedef struct tern_growth {
    unsigned looks;
    size_t heap, mapped;             /* bytes, at the latest look */
    size_t least_heap, least_mapped; /* bytes added between two looks */
} tern_growth;

/* At the end of each series; the first is for what is made once. */
void tern_growth_look(tern_growth *growth);

/* "12 bytes more on the heap", of each series after the first; NULL: there were no two, or one did not grow. */
const char *tern_growth_text(const tern_growth *growth, char *text, size_t bytes);

#endif
