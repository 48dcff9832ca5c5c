#include "check/guard.h"

#include "base/round.h"
#include "base/text.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Wide enough that a stray row or tile is still told apart from a wild address. */
enum { GUARD_BYTES = 64 * 1024 };

/* Between the outermost guard pages. */
static uint8_t *room_begin(const tern_guard *guard)
{
    return guard->map + GUARD_BYTES;
}

static uint8_t *room_end(const tern_guard *guard)
{
    return guard->map + guard->map_bytes - GUARD_BYTES;
}

static uint8_t *round_down(uint8_t *address, size_t align)
{
    return (uint8_t *)((uintptr_t)address & ~(uintptr_t)(align - 1));
}

static uint8_t *round_up(uint8_t *address, size_t align)
{
    return round_down(address + align - 1, align);
}

static uint8_t *place(const tern_guard *guard, size_t align, tern_guard_side side)
{
    switch (side) {
    case TERN_GUARD_AFTER:
    case TERN_GUARD_APART:
        return round_down(room_end(guard) - guard->bytes, align);
    case TERN_GUARD_UNALIGNED:
        return round_up(room_begin(guard), 2 * align) + align;
    case TERN_GUARD_BEFORE:
        break;
    }
    return round_up(room_begin(guard), align);
}

/* Some systems refuse a range of no pages. */
static bool protect(uint8_t *begin, const uint8_t *end, int protection)
{
    return begin == end || mprotect(begin, (size_t)(end - begin), protection) == 0;
}

/*
 * Opens all the room, and of an object that is aligned to more than a page its own pages alone: the rest is no small
 * zone.
 */
static bool open_pages(tern_guard *guard, size_t align)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const bool wide = align > page;

    guard->pages = wide ? round_down(guard->data, page) : room_begin(guard);
    guard->pages_end = wide ? round_up(guard->data + guard->bytes, page) : room_end(guard);
    guard->access = TERN_GUARD_OPEN;
    if (wide && !protect(room_begin(guard), room_end(guard), PROT_NONE))
        return false;
    return protect(guard->pages, guard->pages_end, PROT_READ | PROT_WRITE);
}

/*
 * Where the next of the buffers would lie that are more than 4 GiB apart: below where the system would put it, each
 * time by some GiB more. A hint only.
 */
static void *far_away(void)
{
    static const uint64_t step_bytes = UINT64_C(5) << 30;
    static uint64_t steps;
    void *near = mmap(NULL, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (near == MAP_FAILED || sizeof(void *) < 8)
        return NULL;
    munmap(near, 1);
    steps = steps % 16 + 1;
    return (void *)(uintptr_t)((uint64_t)(uintptr_t)near - steps * step_bytes);
}

tern_status tern_guard_new(tern_guard *guard, const char *name, size_t bytes, size_t align, tern_guard_side side,
                           tern_error *error)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    /* Room to find the address on any side. */
    const size_t usable = tern_round_up(bytes + 3 * align, page);

    *guard = (tern_guard){.name = name, .bytes = bytes, .map_bytes = usable + 2 * GUARD_BYTES};
    guard->map = mmap(side == TERN_GUARD_APART ? far_away() : NULL, guard->map_bytes, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (guard->map == MAP_FAILED) {
        guard->map = NULL;
        return tern_error_memory(error, name, (double)bytes);
    }
    guard->data = place(guard, align, side);
    return open_pages(guard, align) ? TERN_OK : tern_error_memory(error, name, (double)bytes);
}

tern_status tern_guard_fit(tern_guard *guard, const char *name, size_t bytes, size_t align, tern_error *error)
{
    enum { ZONE_BYTES = 256, LEAST_BYTES = 64 * 1024 };
    const size_t usable = guard->map == NULL ? 0 : (size_t)(room_end(guard) - room_begin(guard));

    if (usable < bytes + align) {
        tern_guard_free(guard);
        const tern_status status =
            tern_guard_new(guard, name, bytes < LEAST_BYTES ? LEAST_BYTES : 2 * bytes, align, TERN_GUARD_AFTER, error);
        if (status != TERN_OK)
            return status;
    }
    guard->zone = ZONE_BYTES;
    guard->bytes = bytes;
    guard->data = place(guard, align, TERN_GUARD_AFTER);
    if (align <= (size_t)sysconf(_SC_PAGESIZE) && guard->pages == room_begin(guard))
        return TERN_OK;
    return open_pages(guard, align) ? TERN_OK : tern_error_memory(error, name, (double)bytes);
}

void tern_guard_free(tern_guard *guard)
{
    if (guard->map != NULL)
        munmap(guard->map, guard->map_bytes);
    *guard = (tern_guard){0};
}

/* Where the red zone before the object begins. */
static uint8_t *zone_begin(const tern_guard *guard)
{
    uint8_t *begin = guard->pages;

    return guard->zone == 0 || guard->data < begin + guard->zone ? begin : guard->data - guard->zone;
}

void tern_guard_paint(tern_guard *guard, uint8_t paint)
{
    uint8_t *end = guard->data + guard->bytes;

    guard->paint = paint;
    memset(zone_begin(guard), paint, (size_t)(guard->data - zone_begin(guard)));
    memset(end, paint, (size_t)(guard->pages_end - end));
}

void tern_guard_paint_object(const tern_guard *guard)
{
    memset(guard->data, guard->paint, guard->bytes);
}

tern_status tern_guard_set_access(tern_guard *guard, tern_guard_access access, tern_error *error)
{
    static const int protections[] = {[TERN_GUARD_OPEN] = PROT_READ | PROT_WRITE,
                                      [TERN_GUARD_READ_ONLY] = PROT_READ,
                                      [TERN_GUARD_CLOSED] = PROT_NONE};

    if (guard->map == NULL || guard->access == access)
        return TERN_OK;
    if (!protect(guard->pages, guard->pages_end, protections[access]))
        return tern_error_memory(error, guard->name, (double)guard->bytes);
    guard->access = access;
    return TERN_OK;
}

/* How address lies to the object. */
static tern_guard_breach locate(const tern_guard *guard, const uint8_t *address)
{
    const uint8_t *end = guard->data + guard->bytes;

    if (address >= end)
        return (tern_guard_breach){guard->name, TERN_GUARD_PAST_END, guard->access, (size_t)(address - end) + 1};
    if (address < guard->data)
        return (tern_guard_breach){guard->name, TERN_GUARD_BEFORE_BEGINNING, guard->access,
                                   (size_t)(guard->data - address)};
    return (tern_guard_breach){guard->name, TERN_GUARD_INSIDE, guard->access, 0};
}

bool tern_guard_find_change(const tern_guard *guard, tern_guard_breach *breach)
{
    const uint8_t *changed = NULL;

    for (const uint8_t *p = guard->data + guard->bytes; changed == NULL && p < guard->pages_end; p++)
        if (*p != guard->paint)
            changed = p;
    for (const uint8_t *p = guard->data; changed == NULL && p-- > zone_begin(guard);)
        if (*p != guard->paint)
            changed = p;
    if (changed != NULL)
        *breach = locate(guard, changed);
    return changed != NULL;
}

bool tern_guard_find_fault(const tern_guard *guard, const void *address, tern_guard_breach *breach)
{
    const uint8_t *p = address;

    if (guard->map == NULL || p < guard->map || p >= guard->map + guard->map_bytes)
        return false;
    *breach = locate(guard, p);
    return true;
}

char *tern_guard_breach_text(const tern_guard_breach *breach, char *text, size_t bytes)
{
    static const char *const sides[] = {
        [TERN_GUARD_PAST_END] = "past the end",
        [TERN_GUARD_BEFORE_BEGINNING] = "before the beginning",
    };

    text[0] = '\0';
    if (breach->where == TERN_GUARD_INSIDE)
        tern_text_append(text, bytes, "inside %s, which %s", breach->name,
                         breach->access == TERN_GUARD_READ_ONLY ? "it may only read" : "is closed to it");
    else
        tern_text_append(text, bytes, "%zu byte%s %s of %s", breach->distance, tern_text_plural(breach->distance),
                         sides[breach->where], breach->name);
    return text;
}
