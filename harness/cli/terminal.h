/*
 * terminal.h - one line on standard error that says what is going on: it changes in place on a terminal, and comes
 * every few seconds otherwise.
 */
#ifndef TERN_TERMINAL_H
#define TERN_TERMINAL_H

#include <stdbool.h>

/* Whether standard error can show a line that changes. */
bool tern_terminal_is(void);

/* Its width in columns. */
int tern_terminal_columns(void);

/* Takes the line off. */
void tern_terminal_clear(void);

/* Monotonic seconds. */
double tern_terminal_clock(void);

#endif
