/*
 * cpulist.h - lists of CPUs as Linux and taskset write them: "0-3,8,10-14:2".
 */
#ifndef TERN_CPULIST_H
#define TERN_CPULIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * *cpu gets the numbers in the order of the text, *count of them; free() it. False when the text is no such list, is
 * empty, or memory ran out; *cpu is NULL then. A newline may end it.
 */
bool tern_cpulist_parse(const char *text, int32_t **cpu, size_t *count);

#endif
