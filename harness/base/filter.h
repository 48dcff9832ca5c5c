/*
 * filter.h - a regular expression that chooses by name: what matches, or with a leading '-' what does not.
 */
#ifndef TERN_FILTER_H
#define TERN_FILTER_H

#include "base/error.h"

#include <regex.h>
#include <stdbool.h>

enum { TERN_FILTER_LONGEST = 2000 };

/* All zero: everything passes. */
typedef struct tern_filter {
    regex_t regex;
    bool chooses, negated;
} tern_filter;

/*
 * POSIX extended syntax; NULL: everything passes. TERN_USAGE says what is wrong with the expression, or that it would
 * take the library too long. Free with tern_filter_free(), whatever is returned.
 */
tern_status tern_filter_compile(tern_filter *filter, const char *text, tern_error *error);

bool tern_filter_passes(const tern_filter *filter, const char *name);

void tern_filter_free(tern_filter *filter);

#endif
