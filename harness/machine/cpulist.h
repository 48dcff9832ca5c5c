/*
 * cpulist.h - lists of CPUs as Linux and taskset write them: "0-3,8,10-14:2".
 */
#ifndef TERN_CPULIST_H
#define TERN_CPULIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Fills cpu with at most max numbers, in the order of the text, and *count with how many there are. False when the
 * text is no such list, is empty, or has more. A newline may end it.
 */
bool tern_cpulist_parse(const char *text, int32_t *cpu, size_t max, size_t *count);

#endif
