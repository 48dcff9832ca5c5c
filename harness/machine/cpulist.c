#include "machine/cpulist.h"

#include "machine/allowed.h"

#include <ctype.h>
#include <stdlib.h>

/* Takes a number from *text. */
static bool take_number(const char **text, long *number)
{
    char *end;

    if (!isdigit((unsigned char)**text))
        return false;
    *number = strtol(*text, &end, 10);
    *text = end;
    return *number < TERN_ALLOWED_MAX;
}

/* Takes "first", "first-last" or "first-last:step". */
static bool take_range(const char **text, long *first, long *last, long *step)
{
    *step = 1;
    if (!take_number(text, first))
        return false;
    *last = *first;
    if (**text != '-')
        return true;
    ++*text;
    if (!take_number(text, last) || *last < *first)
        return false;
    if (**text != ':')
        return true;
    ++*text;
    return take_number(text, step) && *step > 0;
}

bool tern_cpulist_parse(const char *text, int32_t *cpu, size_t max, size_t *count)
{
    long first, last, step;

    *count = 0;
    for (;; text++) {
        if (!take_range(&text, &first, &last, &step))
            return false;
        for (long number = first; number <= last; number += step) {
            if (*count == max)
                return false;
            cpu[(*count)++] = (int32_t)number;
        }
        if (*text != ',')
            return *text == '\0' || (*text == '\n' && text[1] == '\0');
    }
}
