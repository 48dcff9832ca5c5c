#include "plan/contract.h"

#include "plan/registry.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A record has room for so many letters. */
enum { NAME_LENGTH = 63 };

static bool power_of_two(size_t n)
{
    return n != 0 && (n & (n - 1)) == 0;
}

/* The name may hold only what an id, a file name, a command line and a regular expression leave alone. */
static bool name_is_plain(const char *name)
{
    const size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-");

    return length > 0 && length <= NAME_LENGTH && name[length] == '\0' && name[0] != '-' && name[0] != '.';
}

/* Names with blanks between them, or none at all. */
static bool names_are_plain(const char *names)
{
    char name[NAME_LENGTH + 2];

    while (*(names += strspn(names, " ")) != '\0') {
        const size_t length = strcspn(names, " ");
        snprintf(name, sizeof name, "%.*s", (int)(length > NAME_LENGTH ? NAME_LENGTH + 1 : length), names);
        if (!name_is_plain(name))
            return false;
        names += length;
    }
    return true;
}

/* How many toggles before `end` have that name. */
static size_t count_named(const tern_toggle *toggles, size_t end, const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < end; i++)
        count += strcmp(toggles[i].name, name) == 0;
    return count;
}

static const char *needs_breach(const tern_toggle *toggles, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (toggles[i].needs != NULL &&
            (strcmp(toggles[i].needs, toggles[i].name) == 0 || count_named(toggles, count, toggles[i].needs) == 0))
            return "a toggle needs one that the kernel does not have, or itself";
    return NULL;
}

static const char *toggles_breach(const tern_toggle *toggles)
{
    size_t count = 0;

    for (size_t i = 0; toggles != NULL && toggles[i].name != NULL; i++, count++)
        if (i == TERN_KERNEL_TOGGLES)
            return "it has more than 16 toggles, or their list has no end";
        else if (strcmp(toggles[i].name, TERN_TOGGLE_HUGE_PAGES) == 0)
            return "a toggle has the name of one that the harness gives to every kernel";
        else if (!name_is_plain(toggles[i].name) || toggles[i].summary == NULL || toggles[i].initial < toggles[i].low ||
                 toggles[i].initial > toggles[i].high)
            return "each toggle needs a plain name, a summary and low <= initial <= high";
        else if (count_named(toggles, i, toggles[i].name) > 0)
            return "two toggles have the same name";
    return needs_breach(toggles, count);
}

/* Shapes are made of whole numbers of the first, slices of the second, and neither may overflow. */
enum { MOST_STEP = 1 << 20 };
static const size_t MOST_ROW_STEP = (size_t)1 << 40;

static size_t most_of(tern_shape shape)
{
    const size_t larger = shape.m > shape.k ? shape.m : shape.k;

    return larger > shape.n ? larger : shape.n;
}

const char *tern_contract_breach(const tern_kernel *k)
{
    if (!name_is_plain(k->name))
        return "its name must be lower case letters, digits, '.', '_' and '-', 63 at most, the first a letter or digit";
    if (strcmp(k->name, TERN_KERNEL_AUTO) == 0 || strcmp(k->name, "decode") == 0 || strcmp(k->name, "none") == 0)
        return "'auto', 'decode' and 'none' mean something else in ids";
    if ((k->formerly != NULL && !names_are_plain(k->formerly)) || (k->refines != NULL && !name_is_plain(k->refines)))
        return "`refines` and `formerly` are names, too: plain, `formerly` with blanks between them";
    if (k->packed_bytes == NULL || k->bind == NULL)
        return "packed_bytes and bind must be set";
    if ((k->pack == NULL) == (k->pack_rows == NULL))
        return "either pack or pack_rows must be set";
    if ((k->plan_bytes == NULL) != (k->make_plan == NULL) || (k->plan_bytes == NULL && k->drop_plan != NULL))
        return "plan_bytes and make_plan must be set together, drop_plan only with them";
    if (k->summary == NULL)
        return "it has no summary";
    if (k->isa >= 2 * TERN_ISA_GFNI)
        return "it needs an instruction set that this program does not know";
    if ((k->flags & ~(uint32_t)TERN_KERNEL_OWNS_TEAM) != 0)
        return "it sets a flag that this program does not know";
    if (!isfinite(k->bits_per_weight) || k->bits_per_weight <= 0.0)
        return "bits_per_weight must be a number above 0";
    if (k->multiple.m == 0 || k->multiple.k == 0 || k->multiple.n == 0 || k->row_step == 0)
        return "multiple and row_step must be at least 1";
    if (k->tile.m == 0 || k->tile.k == 0 || k->tile.n == 0)
        return "tile must be at least 1 in each size";
    if (most_of(k->multiple) > MOST_STEP || most_of(k->tile) > MOST_STEP)
        return "multiple and tile are at most 1048576 in each size";
    if (k->row_step > MOST_ROW_STEP)
        return "row_step is at most 2^40, which is one slice for any M";
    if (!power_of_two(k->packed_align) || !power_of_two(k->x_align) || !power_of_two(k->y_align) || k->y_align < 4)
        return "alignments must be powers of two, y_align at least 4";
    return toggles_breach(k->toggles);
}
