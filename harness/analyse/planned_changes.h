/*
 * planned_changes.h - what somebody says will get slower over time, and why, so that nobody is alarmed:
 *
 *     [smaller tables]
 *     cases    = ^tmac.lut/        ; a regular expression on ids
 *     commit   = 6841a688          ; the first commit that has it, or the beginning of its hash; without it: any
 *     expected = half the memory   ; why
 */
#ifndef TERN_PLANNED_CHANGES_H
#define TERN_PLANNED_CHANGES_H

#include "base/filter.h"
#include "base/ini.h"

#include <stddef.h>

enum { TERN_PLANNED_CHANGES = 64 };

typedef struct tern_planned_change {
    char section[TERN_INI_NAME_BYTES];
    tern_filter cases;  /* as --filter takes it */
    char commit[48];    /* "": any */
    char expected[160]; /* why */
} tern_planned_change;

typedef struct tern_planned_changes {
    tern_planned_change item[TERN_PLANNED_CHANGES];
    size_t count;
} tern_planned_changes;

/* TERN_USAGE names file and line of what is wrong. Free with tern_planned_changes_free(), whatever is returned. */
tern_status tern_planned_changes_read(tern_planned_changes *planned, const char *path, tern_error *error);
void tern_planned_changes_free(tern_planned_changes *planned);

/* The first that speaks of the case at one of these commits; NULL: none does. */
const tern_planned_change *tern_planned_changes_find(const tern_planned_changes *planned, const char *id,
                                                     const char *const *commit, size_t commits);

#endif
