/*
 * terminal.h - one line on standard error that says what is going on: it changes in place on a terminal, and comes
 * every few seconds otherwise; and any line that may hold the text of others.
 */
#ifndef TERN_TERMINAL_H
#define TERN_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* Whether standard error can show a line that changes. */
bool tern_terminal_is(void);

/* Its width in columns. */
int tern_terminal_columns(void);

/*
 * Prints one line, as tern_text_visible() shows it: what a file, a plug-in or a user wrote sends nothing to the
 * terminal but characters. The end of the line is added.
 */
void tern_terminal_say(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Takes the line off. */
void tern_terminal_clear(void);

#endif
