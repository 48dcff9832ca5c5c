#include "base/index.h"

#include <stdlib.h>
#include <string.h>

/* Puts an entry into the first empty slot from its own on. */
static void link_entry(tern_index *index, size_t entry)
{
    const size_t mask = 2 * index->capacity - 1;
    size_t at = (size_t)index->entry[entry].hash & mask;

    while (index->slot[at] != 0)
        at = (at + 1) & mask;
    index->slot[at] = (uint32_t)entry + 1;
}

static tern_status grow(tern_index *index, tern_error *error)
{
    const size_t capacity = index->capacity == 0 ? 16 : 2 * index->capacity;
    void *entries = realloc(index->entry, capacity * sizeof *index->entry);
    uint32_t *slots = calloc(2 * capacity, sizeof *slots);

    if (entries != NULL)
        index->entry = entries;
    if (entries == NULL || slots == NULL) {
        free(slots);
        return tern_error_memory(error, "an index", (double)(capacity * sizeof *index->entry));
    }
    free(index->slot);
    index->slot = slots;
    index->capacity = capacity;
    for (size_t i = 0; i < index->count; i++)
        link_entry(index, i);
    return TERN_OK;
}

tern_status tern_index_add(tern_index *index, uint64_t hash, size_t place, tern_error *error)
{
    if (index->count == index->capacity) {
        const tern_status status = grow(index, error);
        if (status != TERN_OK)
            return status;
    }
    index->entry[index->count] = (struct tern_index_entry){hash, place};
    link_entry(index, index->count++);
    return TERN_OK;
}

/* The cursor counts the slots that were looked at. */
bool tern_index_next(const tern_index *index, uint64_t hash, size_t *cursor, size_t *place)
{
    const size_t mask = 2 * index->capacity - 1;

    if (index->count == 0)
        return false;
    for (uint32_t slot; (slot = index->slot[((size_t)hash + *cursor) & mask]) != 0;) {
        const struct tern_index_entry *entry = &index->entry[slot - 1];
        ++*cursor;
        if (entry->hash == hash) {
            *place = entry->place;
            return true;
        }
    }
    return false;
}

void tern_index_free(tern_index *index)
{
    free(index->entry);
    free(index->slot);
    memset(index, 0, sizeof *index);
}
