/*
 * caution.h - a sentence for everything about a machine that spoils figures, with what to do about it.
 */
#ifndef TERN_CAUTION_H
#define TERN_CAUTION_H

#include "measure/noise.h"

/* Notes are worth knowing; warnings spoil figures a little; --strict refuses the rest. */
typedef enum tern_severity { TERN_NOTE, TERN_WARNING, TERN_REFUSAL } tern_severity;

typedef struct tern_caution {
    const char *name; /* "steal", "governor", ...: constant */
    tern_severity severity;
    char text[256]; /* what, and what to do */
} tern_caution;

enum { TERN_CAUTIONS_MAX = 24 };

/* Fills caution with all that applies, in the order of a fixed table. Returns how many. */
size_t tern_caution_list(const tern_noise *noise, tern_caution caution[TERN_CAUTIONS_MAX]);

/* "note", "warning", "refused" */
const char *tern_severity_name(tern_severity severity);

#endif
