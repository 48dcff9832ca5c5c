/*
 * text.h - the little that the harness needs of strings.
 */
#ifndef TERN_TEXT_H
#define TERN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* printf to the end of text, which holds bytes bytes. What does not fit is cut. */
void tern_text_append(char *text, size_t bytes, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Appends a blank and the word as a shell takes it: in quotes where it needs them. */
void tern_text_append_word(char *text, size_t bytes, const char *word);

/* Copies as much of source as fits. */
void tern_text_copy(char *text, size_t bytes, const char *source);

/* The same for what may not be cut: false, and text is empty, when it does not fit. */
bool tern_text_fit(char *text, size_t bytes, const char *source);

/* The ending of a noun behind a number: "s", or "" for one. */
const char *tern_text_plural(uint64_t count);

bool tern_text_ends_with(const char *text, const char *ending);

/*
 * Writes the last part of a path, without that ending if it has it: "small" of "suites/small.suite". What does not fit
 * is cut.
 */
void tern_text_name_of_path(char *name, size_t bytes, const char *path, const char *ending);

/*
 * Copies source as a terminal may see it: valid UTF-8 without control characters. Those, characters that change the
 * direction of writing, and bytes that are no UTF-8 stand as \n, \x1b, \u202e. Returns the length of the whole, as
 * snprintf() does; what does not fit in bytes is cut.
 */
size_t tern_text_visible(char *text, size_t bytes, const char *source);

/* The same for what is stored: bytes that are no UTF-8 stand as \xff, and all else as it is. */
size_t tern_text_storable(char *text, size_t bytes, const char *source);

/* Whole-string conversions: false when text has anything else in it, or is out of range. */
bool tern_text_u64(const char *text, uint64_t low, uint64_t high, uint64_t *value);
bool tern_text_i64(const char *text, int64_t low, int64_t high, int64_t *value);
bool tern_text_double(const char *text, double low, double high, double *value);

/*
 * Takes the next word of *text, ended by any of separators, which it overwrites with '\0'. Empty words are passed over.
 * Returns NULL at the end. (strtok_r with nothing hidden.)
 */
char *tern_text_word(char **text, const char *separators);

/* The candidate that is nearest to text by edit distance, or NULL when none is near. For "did you mean". */
const char *tern_text_nearest(const char *text, const char *const *candidates, size_t count);

#endif
