/*
 * Panels and series as what a script in plots/ finds: arrays of titles, and a block of data for each line.
 */
#include "cell.h"
#include "plot_pivot.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEFT_OUT_BYTES = 160 };

/* Within a string of gnuplot's that stands in single quotes, where nothing but that quote is special. */
static void put_quoted(FILE *stream, const char *text)
{
    fputc('\'', stream);
    for (; *text != '\0'; text++)
        if (*text == '\'')
            fputs("''", stream);
        else
            fputc(*text, stream);
    fputc('\'', stream);
}

static void put_list(FILE *stream, const char *name, const char *const *text, size_t count)
{
    fprintf(stream, "array %s[%zu] = [", name, count);
    for (size_t i = 0; i < count; i++) {
        fputs(i == 0 ? "" : ", ", stream);
        put_quoted(stream, text[i]);
    }
    fputs("]\n", stream);
}

/* Within double quotes in a block of data, which has no way to say a double quote. */
static void put_text(FILE *stream, const char *text)
{
    fputc('"', stream);
    for (; *text != '\0'; text++)
        fputc(*text == '"' || *text == '\\' ? '\'' : *text, stream);
    fputc('"', stream);
}

static void put_real(FILE *stream, double value)
{
    if (isfinite(value))
        fprintf(stream, "%.9g ", value);
    else
        fputs("NaN ", stream);
}

static void put_cell(FILE *stream, const tern_column *column, const tern_cell *cell)
{
    if (tern_column_is_real(column)) {
        put_real(stream, tern_cell_real(cell, TERN_CELL_VALUE));
        for (int part = TERN_CELL_LOW; column->interval && part <= TERN_CELL_HIGH; part++)
            put_real(stream, tern_cell_real(cell, (tern_cell_part)part));
        return;
    }
    if (tern_column_is_text(column))
        put_text(stream, cell->filled ? cell->value.text : "");
    else if (!cell->filled)
        fputs("NaN", stream);
    else if (column->type == TERN_COLUMN_FLAG)
        fputs(cell->value.flag ? "1" : "0", stream);
    else
        fprintf(stream, "%" PRIu64, cell->value.count);
    fputc(' ', stream);
}

static void put_names(FILE *stream, const tern_sheet *sheet)
{
    for (size_t c = 0; c < sheet->columns; c++) {
        const tern_column *column = &sheet->column[c];
        if (!tern_audience_has(column->audience, TERN_FOR_PROGRAMS))
            continue;
        fprintf(stream, "\"%s\" ", column->name);
        if (column->interval)
            fprintf(stream, "\"%s_low\" \"%s_high\" ", column->name, column->name);
    }
    fputc('\n', stream);
}

static void put_row(FILE *stream, const tern_sheet *sheet, size_t row)
{
    for (size_t c = 0; c < sheet->columns; c++)
        if (tern_audience_has(sheet->column[c].audience, TERN_FOR_PROGRAMS))
            put_cell(stream, &sheet->column[c], tern_sheet_cell(sheet, row, c));
    fputc('\n', stream);
}

/* One block a panel and series, and what is left out of it. */
static size_t put_blocks(FILE *stream, const tern_pivot *p, FILE *places)
{
    size_t left_out = 0;
    const char *comma = "";
    tern_plot_range block;

    for (size_t i = 0; i < p->panels; i++)
        for (size_t s = 0; s < p->series_count; s++) {
            if (!tern_pivot_find(p, &p->panel[i], p->series[s], &block))
                continue;
            fprintf(places, "%s%zu, %zu", comma, i + 1, s + 1);
            fputs(comma[0] == '\0' ? "" : "\n\n", stream);
            comma = ", ";
            put_names(stream, p->sheet);
            for (size_t j = 0; j < block.count && j < p->plot->points_most; j++)
                put_row(stream, p->sheet, p->point[block.first + j].row);
            left_out += block.count > p->plot->points_most ? block.count - p->plot->points_most : 0;
        }
    return left_out;
}

static void put_titles(FILE *stream, const tern_pivot *p)
{
    const char *panel[TERN_PLOT_PANELS];

    for (size_t i = 0; i < p->panels; i++)
        panel[i] = p->point[p->panel[i].first].panel;
    put_list(stream, "Panel", panel, p->panels);
    put_list(stream, "Series", p->series, p->series_count);
}

static void append_count(char text[LEFT_OUT_BYTES], size_t count, const char *what)
{
    if (count > 0)
        tern_text_append(text, LEFT_OUT_BYTES, "%s%zu %s", text[0] == '\0' ? "not drawn, but in the records: " : ", ",
                         count, what);
}

/* "not drawn, but in the records: 3 panels, 5 lines", or nothing. */
static void put_left_out(FILE *stream, const tern_pivot *p, size_t rows)
{
    char text[LEFT_OUT_BYTES] = "";

    append_count(text, p->panels_in_all - p->panels, "panels");
    append_count(text, p->series_in_all - p->series_count, "lines");
    append_count(text, rows, "points");
    fprintf(stream, "LeftOut = '%s'\n", text);
}

static bool put_all(const tern_pivot *p, FILE *stream)
{
    char *places = NULL;
    size_t bytes;
    FILE *list = open_memstream(&places, &bytes);

    if (list == NULL)
        return false;
    put_titles(stream, p);
    fputs("$data << TERN_END_OF_DATA\n", stream);
    const size_t left_out = put_blocks(stream, p, list);
    fputs("TERN_END_OF_DATA\n", stream);
    const bool written = fclose(list) == 0 && places != NULL;
    if (written)
        fprintf(stream, "array Block = [%s]\n", places);
    put_left_out(stream, p, left_out);
    free(places);
    return written;
}

static const tern_sheet *find_sheet(const tern_document *document, const char *name)
{
    const tern_sheet *sheet;
    size_t place = 0;

    while ((sheet = tern_document_next(document, TERN_FOR_PROGRAMS, &place)) != NULL)
        if (strcmp(sheet->name, name) == 0)
            return sheet;
    return NULL;
}

char *tern_plot_data(const tern_plot *plot, const tern_document *document, size_t *panels)
{
    const tern_sheet *sheet = find_sheet(document, plot->sheet);
    tern_pivot p;
    char *text = NULL;
    size_t bytes;

    *panels = 0;
    if (sheet == NULL)
        return NULL;
    tern_pivot_make(&p, plot, sheet);
    if (p.panels > 0) {
        FILE *stream = open_memstream(&text, &bytes);
        const bool written = stream != NULL && put_all(&p, stream);
        if ((stream != NULL && fclose(stream) != 0) || !written) {
            free(text);
            text = NULL;
        }
    }
    *panels = text == NULL ? 0 : p.panels;
    tern_pivot_free(&p);
    return text;
}
