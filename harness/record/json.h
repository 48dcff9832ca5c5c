/*
 * json.h - a line of a file of records to JSON and back, by its table of fields.
 *
 * NaN and infinity become null, and null becomes NaN. Unknown keys are passed over, missing ones leave zero, so that
 * older and newer files of the same schema can be read.
 */
#ifndef TERN_JSON_H
#define TERN_JSON_H

#include "record/line.h"

#include <jansson.h>

/* value is the struct of that line. A new reference; NULL when memory ran out. */
json_t *tern_json_from(tern_line line, const void *value);

/* A text of others, as tern_text_storable() writes it: JSON is UTF-8. A new reference; NULL when memory ran out. */
json_t *tern_json_storable(const char *text);

/*
 * Puts an item, which it takes over, behind the others of a list. *list is freed and becomes NULL when memory ran out.
 */
void tern_json_append(json_t **list, json_t *item);

/*
 * Fills value, which must be all zero; its owned arrays are the caller's then, whatever is returned. False when a
 * field has another type than the schema says, a value that nobody writes there, or more values than fit; what is then
 * the key, for a message.
 */
bool tern_json_to(const json_t *json, tern_line line, void *value, const char **what);

#endif
