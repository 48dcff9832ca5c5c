/*
 * One line a row. Numbers have all their digits; what is blank or not known is empty.
 */
#include "cell.h"
#include "writer.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A spreadsheet takes such a text for a formula, and runs it: it gets an apostrophe, as a user would write it there. */
static bool is_formula(const char *text)
{
    return text[0] != '\0' && strchr("=+-@", text[0]) != NULL;
}

/* A field with a comma, a quote, a line end, or spaces that a reader might strip is quoted, its quotes doubled. */
static void put_text(FILE *stream, const char *text)
{
    const size_t length = strlen(text);
    const bool quoted = strpbrk(text, ",\"\r\n") != NULL || (length > 0 && (text[0] == ' ' || text[length - 1] == ' '));

    fputs(quoted ? "\"" : "", stream);
    fputs(is_formula(text) ? "'" : "", stream);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', stream);
        fputc(*text, stream);
    }
    fputs(quoted ? "\"" : "", stream);
}

static void put_real(FILE *stream, double value)
{
    if (isfinite(value))
        fprintf(stream, "%.15g", value);
}

static void put_cell(FILE *stream, const tern_column *column, const tern_cell *cell)
{
    if (tern_column_is_real(column)) {
        put_real(stream, tern_cell_real(cell, TERN_CELL_VALUE));
        for (int part = TERN_CELL_LOW; column->interval && part <= TERN_CELL_HIGH; part++) {
            fputc(',', stream);
            put_real(stream, tern_cell_real(cell, (tern_cell_part)part));
        }
    } else if (!cell->filled) {
        return;
    } else if (tern_column_is_text(column)) {
        put_text(stream, cell->value.text);
    } else if (column->type == TERN_COLUMN_FLAG) {
        fputs(cell->value.flag ? "true" : "false", stream);
    } else {
        fprintf(stream, "%" PRIu64, cell->value.count);
    }
}

/* row: SIZE_MAX writes the names. */
static void put_line(FILE *stream, const tern_sheet *sheet, size_t row)
{
    const char *comma = "";

    for (size_t i = 0; i < sheet->columns; i++) {
        const tern_column *c = &sheet->column[i];
        if (!tern_audience_has(c->audience, TERN_FOR_PROGRAMS))
            continue;
        fputs(comma, stream);
        comma = ",";
        if (row != SIZE_MAX)
            put_cell(stream, c, tern_sheet_cell(sheet, row, i));
        else if (c->interval)
            fprintf(stream, "%s,%s_low,%s_high", c->name, c->name, c->name);
        else
            fputs(c->name, stream);
    }
    fputs("\r\n", stream);
}

void tern_write_csv(FILE *stream, const tern_document *document)
{
    size_t place = 0;
    const tern_sheet *sheet = tern_document_next(document, TERN_FOR_PROGRAMS, &place);
    const tern_section *s = NULL;

    if (sheet == NULL)
        return;
    put_line(stream, sheet, SIZE_MAX);
    while ((s = tern_sheet_next(sheet, TERN_FOR_PROGRAMS, s)) != NULL)
        for (size_t i = 0; i < s->rows; i++)
            put_line(stream, sheet, s->first_row + i);
}
