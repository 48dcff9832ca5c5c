/*
 * above_limit.h - what is to be said of a share of a measured limit that is above it.
 */
#ifndef TERN_ABOVE_LIMIT_H
#define TERN_ABOVE_LIMIT_H

#include <stdbool.h>

/* Why there can be such a share. What is marked as not cold reads from a cache, and was held against memory. */
#define TERN_ABOVE_LIMIT "above 100 %: the limit was measured too low in that run, unless it is marked as not cold"

/* Whether people read more than 100.0 %. */
bool tern_is_above_limit(double share);

/*
 * " (above 100 %: the limit was measured too low in that run, unless ...)", to stand behind such a share; "" behind
 * others.
 */
const char *tern_above_limit_remark(double share);

#endif
