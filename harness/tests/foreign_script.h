/*
 * foreign_script.h - whether a page holds a script that is not its own.
 */
#ifndef TERN_FOREIGN_SCRIPT_H
#define TERN_FOREIGN_SCRIPT_H

#include <stdbool.h>
#include <string.h>

/* Any beginning of such an element counts, whole or not. */
static inline bool has_foreign_script(const char *text)
{
    static const char own[] = "<script id=\"sorting\">";

    for (; (text = strstr(text, "<script")) != NULL; text++)
        if (strncmp(text, own, sizeof own - 1) != 0)
            return true;
    return false;
}

#endif
