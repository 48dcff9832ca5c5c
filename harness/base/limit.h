/*
 * limit.h - limits that the system or a shell sets for a process.
 */
#ifndef TERN_LIMIT_H
#define TERN_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Raises the limit of a resource (RLIMIT_NOFILE, ...) to `enough` where it is below. False: it may not be raised so
 * far, and *most is how far it may. Where the system does not tell the limit, it is taken to be enough.
 */
bool tern_limit_raise(int resource, uintmax_t enough, uintmax_t *most);

#endif
