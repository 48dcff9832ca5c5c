#include "plan/suite.h"

#include "base/ini.h"
#include "base/text.h"
#include "plan/axis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the parser's callback carries along. */
typedef struct reader {
    tern_suite *suite;
    const tern_registry *registry;
    char *values; /* of the line before, which may go on */
} reader;

/* The group of that name, made when it is new. NULL when there are too many. */
static tern_axes *group_of(tern_suite *suite, const char *name)
{
    for (size_t i = 0; i < suite->groups; i++)
        if (strcmp(suite->group[i].name, name) == 0)
            return &suite->group[i];
    if (suite->groups == TERN_SUITE_GROUPS)
        return NULL;
    tern_axes *group = &suite->group[suite->groups++];
    memset(group, 0, sizeof *group);
    tern_text_copy(group->name, sizeof group->name, name);
    return group;
}

static bool read_yes(const char *value, bool *yes)
{
    *yes = strcmp(value, "yes") == 0;
    return *yes || strcmp(value, "no") == 0;
}

static tern_status read_suite_key(tern_suite *suite, const char *key, const char *value, tern_error *error)
{
    const struct {
        const char *key;
        char *text;
        size_t bytes;
    } texts[] = {{"summary", suite->summary, sizeof suite->summary},
                 {"baseline", suite->baseline, sizeof suite->baseline},
                 {"format", suite->format, sizeof suite->format},
                 {"counters", suite->counters, sizeof suite->counters}};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(key, texts[i].key) == 0)
            return tern_text_fit(texts[i].text, texts[i].bytes, value)
                       ? TERN_OK
                       : tern_error_set(error, TERN_USAGE, "%s is longer than %zu bytes", key, texts[i].bytes - 1);
    if (strcmp(key, "interleave") == 0)
        return read_yes(value, &suite->interleave)
                   ? TERN_OK
                   : tern_error_set(error, TERN_USAGE, "interleave is yes or no, not '%s'", value);
    if (strcmp(key, "budget") == 0)
        return tern_text_double(value, 1e-3, 1e6, &suite->budget_s)
                   ? TERN_OK
                   : tern_error_set(error, TERN_USAGE, "budget is a number of seconds, not '%s'", value);
    return tern_error_set(
        error, TERN_USAGE,
        "unknown key '%s' in [suite]; it takes summary, baseline, interleave, format, counters and budget", key);
}

static tern_status take_line(reader *r, const char *section, const char *key, const char *value, tern_error *error)
{
    if (section[0] == '\0')
        return tern_error_set(error, TERN_USAGE, "'%s' stands before the first [group]", key);
    if (strcmp(section, "suite") == 0)
        return read_suite_key(r->suite, key, value, error);
    tern_axes *group = group_of(r->suite, section);
    if (group == NULL)
        return tern_error_set(error, TERN_USAGE, "more than %d groups", TERN_SUITE_GROUPS);
    if (strcmp(key, "interleave") == 0)
        return read_yes(value, &group->interleave)
                   ? TERN_OK
                   : tern_error_set(error, TERN_USAGE, "interleave is yes or no, not '%s'", value);
    return tern_axis_set(group, key, value, r->registry, error);
}

/* Is a tern_ini_visit. A line that goes on gives its key all values again. */
static tern_status on_line(void *context, const char *section, const char *key, const char *value, bool goes_on,
                           tern_error *error)
{
    reader *r = context;
    char *values = NULL;

    if (asprintf(&values, "%s%s%s", goes_on && r->values != NULL ? r->values : "", goes_on ? " " : "", value) < 0)
        return tern_error_memory(error, "a line of a suite", (double)strlen(value));
    free(r->values);
    r->values = values;
    return take_line(r, section, key, values, error);
}

static tern_status check_groups(const tern_suite *suite, const char *path, tern_error *error)
{
    if (suite->groups == 0)
        return tern_error_set(error, TERN_USAGE, "%s: no [group] with axes in it", path);
    for (size_t i = 0; i < suite->groups; i++)
        if (suite->group[i].shapes == 0)
            return tern_error_set(error, TERN_USAGE,
                                  "%s: group [%s] has no shapes; add a line like `shapes = 4096x4096`", path,
                                  suite->group[i].name);
    return TERN_OK;
}

tern_status tern_suite_read(tern_suite *suite, const char *path, const tern_registry *registry, tern_error *error)
{
    reader *r = calloc(1, sizeof *r);
    tern_status status;

    memset(suite, 0, sizeof *suite);
    tern_text_name_of_path(suite->name, sizeof suite->name, path, ".suite");
    suite->group = calloc(TERN_SUITE_GROUPS, sizeof *suite->group);
    if (suite->group == NULL || r == NULL) {
        free(r);
        return tern_error_memory(error, "a suite", TERN_SUITE_GROUPS * sizeof *suite->group);
    }
    r->suite = suite;
    r->registry = registry;
    status = tern_ini_read(path, "suite", on_line, r, error);
    free(r->values);
    free(r);
    return status == TERN_OK ? check_groups(suite, path, error) : status;
}

tern_status tern_suite_override(tern_suite *suite, const char *axis, const char *text, const tern_registry *registry,
                                tern_error *error)
{
    for (size_t i = 0; i < suite->groups; i++) {
        const tern_status status = tern_axis_set(&suite->group[i], axis, text, registry, error);
        if (status != TERN_OK)
            return status;
    }
    return TERN_OK;
}

void tern_suite_free(tern_suite *suite)
{
    free(suite->group);
    memset(suite, 0, sizeof *suite);
}
