/*
 * cell.h - what is read of one cell.
 */
#ifndef TERN_CELL_H
#define TERN_CELL_H

#include "sheet.h"

enum { TERN_CELL_BYTES = 96 };

/* A number as a program reads it; an interval is three. */
typedef enum tern_cell_part { TERN_CELL_VALUE, TERN_CELL_LOW, TERN_CELL_HIGH } tern_cell_part;

/*
 * What people read: "12.3 us", "93.0 %", "1.50 (1.40..1.60)", "n/a" for a number that is not known, "" for a blank
 * cell. Returns the cell's own text, or text, which holds TERN_CELL_BYTES.
 */
const char *tern_cell_show(const tern_column *column, const tern_cell *cell, char *text);

/* Whether the column's cells hold texts. */
bool tern_column_is_text(const tern_column *column);

/* Whether the column's cells hold a number that may be NaN. */
bool tern_column_is_real(const tern_column *column);

/* That part of a real number: NaN when the cell is blank. */
double tern_cell_real(const tern_cell *cell, tern_cell_part part);

/* "12.3 us": three digits and a unit that fits; "n/a" for what is not finite. Returns text. */
char *tern_cell_time(double ns, char *text, size_t bytes);

/* "1.50 (1.40..1.60)", or without the interval where there is none; "n/a" without a value. Returns text. */
char *tern_cell_interval(tern_estimate value, int decimals, char *text, size_t bytes);

#endif
