/*
 * hint.h - what the pattern of a mismatch points at.
 */
#ifndef TERN_HINT_H
#define TERN_HINT_H

#include "check/compare.h"

/*
 * Writes one sentence that fits every value that differs, and all those that do not, or "" when no hypothesis does.
 * Expects at least one difference.
 */
void tern_hint_find(const tern_answer *c, char *hint, size_t bytes);

#endif
