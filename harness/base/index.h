/*
 * index.h - finds the places of an array by a 64-bit hash of what stands there, without reading all of it.
 *
 *     size_t cursor = 0, place;
 *     while (tern_index_next(&index, hash, &cursor, &place))
 *         if (is_it(&array[place]))
 *             ...
 */
#ifndef TERN_INDEX_H
#define TERN_INDEX_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: empty. Free with tern_index_free(). */
typedef struct tern_index {
    struct tern_index_entry {
        uint64_t hash;
        size_t place;
    } * entry;
    size_t count, capacity;
    uint32_t *slot; /* of twice the capacity, a power of 2: 1 + entry, 0 = empty */
} tern_index;

/* Any number of places may have the same hash. TERN_ENVIRONMENT when memory ran out; the index is then as before. */
tern_status tern_index_add(tern_index *index, uint64_t hash, size_t place, tern_error *error);

/* Steps through the places of a hash in the order in which they were added. *cursor is 0 at first. */
bool tern_index_next(const tern_index *index, uint64_t hash, size_t *cursor, size_t *place);

void tern_index_free(tern_index *index);

#endif
