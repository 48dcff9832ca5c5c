/*
 * json.h - records, fingerprints and closing lines to JSON and back. One table of fields a struct serves both ways.
 *
 * NaN and infinity become null, and null becomes NaN. Unknown keys are passed over, missing ones leave zero, so that
 * older and newer files of the same schema can be read.
 */
#ifndef TERN_JSON_H
#define TERN_JSON_H

#include "record/decode.h"
#include "record/run.h"

#include <jansson.h>

/* Each returns a new reference, NULL when memory ran out. "type" is "case", "decode", "run" or "end". */
json_t *tern_json_from_record(const tern_record *record);
json_t *tern_json_from_decode(const tern_decode_record *record);
json_t *tern_json_from_run(const tern_run *run);
json_t *tern_json_from_end(const tern_run_end *end);

/* False when a field has another type than the schema says; what is then the key, for a message. */
bool tern_json_to_record(const json_t *json, tern_record *record, const char **what);
bool tern_json_to_decode(const json_t *json, tern_decode_record *record, const char **what);
bool tern_json_to_run(const json_t *json, tern_run *run, const char **what);
bool tern_json_to_end(const json_t *json, tern_run_end *end, const char **what);

#endif
