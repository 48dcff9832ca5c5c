#include "analyse/planned_changes.h"

#include "base/text.h"

#include <string.h>

static tern_status take_cases(tern_planned_change *change, const char *value, tern_error *error)
{
    tern_error why;

    return tern_filter_compile(&change->cases, value, &why) == TERN_OK
               ? TERN_OK
               : tern_error_set(error, TERN_USAGE, "this is no regular expression for cases: %s", why.text);
}

static tern_status take(void *row, const char *key, const char *value, tern_error *error)
{
    tern_planned_change *change = row;

    if (strcmp(key, "cases") == 0)
        return take_cases(change, value, error);
    if (strcmp(key, "commit") == 0)
        tern_text_copy(change->commit, sizeof change->commit, value);
    else if (strcmp(key, "expected") == 0)
        tern_text_copy(change->expected, sizeof change->expected, value);
    else
        return tern_error_set(error, TERN_USAGE, "there are cases, commit and expected; this is none of them: '%.100s'",
                              key);
    return TERN_OK;
}

tern_status tern_planned_changes_read(tern_planned_changes *planned, const char *path, tern_error *error)
{
    tern_ini_rows rows = {.row = planned->item,
                          .bytes = sizeof planned->item[0],
                          .most = TERN_PLANNED_CHANGES,
                          .count = &planned->count,
                          .take = take};

    *planned = (tern_planned_changes){.count = 0};
    const tern_status status = tern_ini_read(path, "list of planned changes", tern_ini_take_row, &rows, error);
    for (size_t i = 0; i < planned->count && status == TERN_OK; i++)
        if (!planned->item[i].cases.chooses)
            return tern_error_set(error, TERN_USAGE, "%s: the section '%s' has no line `cases = REGEX`", path,
                                  planned->item[i].section);
    return status;
}

void tern_planned_changes_free(tern_planned_changes *planned)
{
    for (size_t i = 0; i < planned->count; i++)
        tern_filter_free(&planned->item[i].cases);
    planned->count = 0;
}

/* Whether one of two texts is the beginning of the other: short and long forms of a hash. */
static bool is_same_commit(const char *a, const char *b)
{
    const size_t length = strlen(a) < strlen(b) ? strlen(a) : strlen(b);

    return length > 0 && strncmp(a, b, length) == 0;
}

static bool has_commit(const tern_planned_change *change, const char *const *commit, size_t commits)
{
    if (change->commit[0] == '\0')
        return true;
    for (size_t i = 0; i < commits; i++)
        if (is_same_commit(change->commit, commit[i]))
            return true;
    return false;
}

const tern_planned_change *tern_planned_changes_find(const tern_planned_changes *planned, const char *id,
                                                     const char *const *commit, size_t commits)
{
    for (size_t i = 0; i < planned->count; i++)
        if (tern_filter_passes(&planned->item[i].cases, id) && has_commit(&planned->item[i], commit, commits))
            return &planned->item[i];
    return NULL;
}
