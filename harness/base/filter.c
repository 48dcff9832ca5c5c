#include "base/filter.h"

#include <string.h>

tern_status tern_filter_compile(tern_filter *filter, const char *text, tern_error *error)
{
    char reason[128];

    memset(filter, 0, sizeof *filter);
    if (text == NULL)
        return TERN_OK;
    /* The library calls itself for each parenthesis, and is slow to end with what is long. */
    if (strlen(text) > TERN_FILTER_LONGEST)
        return tern_error_set(error, TERN_USAGE, "--filter is longer than %d characters", TERN_FILTER_LONGEST);
    filter->negated = text[0] == '-';
    const int code = regcomp(&filter->regex, text + filter->negated, REG_EXTENDED | REG_NOSUB);
    if (code != 0) {
        regerror(code, &filter->regex, reason, sizeof reason);
        return tern_error_set(error, TERN_USAGE, "--filter '%s': %s", text, reason);
    }
    filter->chooses = true;
    return TERN_OK;
}

bool tern_filter_passes(const tern_filter *filter, const char *name)
{
    return !filter->chooses || (regexec(&filter->regex, name, 0, NULL, 0) == 0) != filter->negated;
}

void tern_filter_free(tern_filter *filter)
{
    if (filter->chooses)
        regfree(&filter->regex);
    filter->chooses = false;
}
