/*
 * json_value.h - JSON written value by value, so that one row at a time is in memory. No NaN, no infinity, no byte
 * above 127.
 */
#ifndef TERN_JSON_VALUE_H
#define TERN_JSON_VALUE_H

#include <jansson.h>
#include <stdio.h>

/* null when it is not finite. */
json_t *tern_json_real(double value);

/* Of what comes from a record, which may hold anything: as tern_text_visible() shows it. */
json_t *tern_json_text(const char *text);

/* Writes a value and gives it up; NULL, for memory that ran out, writes null. */
void tern_json_put(FILE *stream, json_t *value);

/* The same as a text, to be freed; NULL when memory ran out. */
char *tern_json_dump(json_t *value);

#endif
