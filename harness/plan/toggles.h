/*
 * toggles.h - the values of a table of toggles, in an array that runs beside it, and their text: "prefetch=0,tile=8".
 */
#ifndef TERN_TOGGLES_H
#define TERN_TOGGLES_H

#include "base/error.h"
#include "kernel.h"

/*
 * table ends with a row whose name is NULL, or is NULL; value has as many elements. Sets each to what the table says.
 */
void tern_toggles_init(const tern_toggle *table, int32_t *value);

/*
 * Sets those that text names. TERN_USAGE when there is no such toggle or a value is out of range; owner says whose they
 * are, in the message.
 */
tern_status tern_toggles_set(const tern_toggle *table, const char *owner, int32_t *value, const char *text,
                             tern_error *error);

/* Writes those that are not what the table says, "" for none. Returns text. */
char *tern_toggles_text(const tern_toggle *table, const int32_t *value, char *text, size_t bytes);

#endif
