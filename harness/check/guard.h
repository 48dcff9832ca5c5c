/*
 * guard.h - buffers that end, or begin, at memory that cannot be touched.
 *
 * What is left of the object's pages is its red zone: filled with a pattern, looked at afterwards. That finds writes
 * which stay within the pages; reads and writes that leave them fault.
 */
#ifndef TERN_GUARD_H
#define TERN_GUARD_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum tern_guard_side {
    TERN_GUARD_AFTER,  /* the object ends at a guard page, or as near as its alignment allows */
    TERN_GUARD_BEFORE, /* it begins at the end of a guard page */
    TERN_GUARD_APART,  /* as AFTER, and more than 4 GiB away from other buffers, where the system lets it */
    /* it begins near a guard page, at an address that is aligned as demanded and not to twice that */
    TERN_GUARD_UNALIGNED
} tern_guard_side;

typedef enum tern_guard_access { TERN_GUARD_OPEN, TERN_GUARD_READ_ONLY, TERN_GUARD_CLOSED } tern_guard_access;

typedef struct tern_guard {
    const char *name; /* for sentences: "X", "packed W" */
    uint8_t *data;
    size_t bytes;
    uint8_t paint; /* what the red zones hold */
    size_t zone;   /* bytes of the red zone before the object that are painted; 0: all */
    tern_guard_access access;
    uint8_t *map; /* of map_bytes: guard pages, pages, guard pages */
    size_t map_bytes;
    uint8_t *pages, *pages_end; /* those that may be touched: red zone, object, red zone */
} tern_guard;

/*
 * Maps a buffer of bytes bytes, 0 as well, aligned to align, a power of two. name must outlive it. Contents are zero.
 * Free with tern_guard_free(), whatever is returned; a guard of zeros may be freed too.
 */
tern_status tern_guard_new(tern_guard *guard, const char *name, size_t bytes, size_t align, tern_guard_side side,
                           tern_error *error);
void tern_guard_free(tern_guard *guard);

/*
 * Makes the object one of bytes bytes that ends at the guard pages, as near as align allows, in pages that may be
 * larger; maps new ones only when they are not large enough. For many objects one after the other: only the last bytes
 * of the red zone before them are painted and looked at. Contents are undefined. guard may be zeros.
 */
tern_status tern_guard_fit(tern_guard *guard, const char *name, size_t bytes, size_t align, tern_error *error);

/* Fills the red zones with the byte paint. */
void tern_guard_paint(tern_guard *guard, uint8_t paint);

/* Fills the object with the byte that its red zones hold. */
void tern_guard_paint_object(const tern_guard *guard);

/*
 * Opens the object and its red zones, or takes away writing, or all. Fails only when the system has no memory for it.
 */
tern_status tern_guard_set_access(tern_guard *guard, tern_guard_access access, tern_error *error);

typedef enum tern_guard_where { TERN_GUARD_PAST_END, TERN_GUARD_BEFORE_BEGINNING, TERN_GUARD_INSIDE } tern_guard_where;

/* Where an access lay that should not have been. */
typedef struct tern_guard_breach {
    const char *name; /* NULL: nowhere */
    tern_guard_where where;
    tern_guard_access access; /* what was allowed there */
    size_t distance;          /* bytes from the object's edge; 1 = the very next; 0 when inside */
} tern_guard_breach;

/*
 * Finds the changed byte of the red zones that is nearest to the object. Returns whether there is one. Not for a
 * closed guard.
 */
bool tern_guard_find_change(const tern_guard *guard, tern_guard_breach *breach);

/* Whether address lies in the buffer, guard pages included. Calls nothing, so that a signal handler may use it. */
bool tern_guard_find_fault(const tern_guard *guard, const void *address, tern_guard_breach *breach);

/* "12 bytes past the end of X", "inside W, which is closed to it", "inside X, which it may only read". Returns text. */
char *tern_guard_breach_text(const tern_guard_breach *breach, char *text, size_t bytes);

#endif
