#include "machine/cpulist.h"

#include <ctype.h>
#include <stdlib.h>

/* Above it stands no CPU, but a mistake; and a list is no longer. */
enum { MOST = 1 << 20 };

/* Takes a number from *text. */
static bool take_number(const char **text, long *number)
{
    char *end;

    if (!isdigit((unsigned char)**text))
        return false;
    *number = strtol(*text, &end, 10);
    *text = end;
    return *number < MOST;
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

/* Counts the CPUs, and fills cpu unless it is NULL. */
static bool read_list(const char *text, int32_t *cpu, size_t *count)
{
    long first, last, step;

    *count = 0;
    for (;; text++) {
        if (!take_range(&text, &first, &last, &step))
            return false;
        for (long number = first; number <= last && *count <= MOST; number += step, ++*count)
            if (cpu != NULL)
                cpu[*count] = (int32_t)number;
        if (*text != ',' || *count > MOST)
            return *count <= MOST && (*text == '\0' || (*text == '\n' && text[1] == '\0'));
    }
}

bool tern_cpulist_parse(const char *text, int32_t **cpu, size_t *count)
{
    *cpu = NULL;
    if (!read_list(text, NULL, count))
        return false;
    *cpu = malloc(*count * sizeof **cpu);
    return *cpu != NULL && read_list(text, *cpu, count);
}
