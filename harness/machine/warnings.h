/*
 * warnings.h - a sentence for everything about a machine that spoils figures, with what to do about it.
 */
#ifndef TERN_WARNINGS_H
#define TERN_WARNINGS_H

#include "machine/noise.h"

/* Notes are worth knowing; warnings spoil figures a little; --strict refuses the rest. */
typedef enum tern_severity { TERN_NOTE, TERN_WARNING, TERN_REFUSAL } tern_severity;

typedef struct tern_warning {
    const char *name; /* "steal", "governor", ...: constant */
    tern_severity severity;
    char text[256]; /* what, and what to do */
} tern_warning;

enum { TERN_WARNINGS_MAX = 24 };

/* Fills warning with all that applies, in the order of a fixed table. Returns how many. */
size_t tern_warning_list(const tern_noise *noise, tern_warning warning[TERN_WARNINGS_MAX]);

#endif
