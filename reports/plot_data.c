/*
 * Rows of a sheet as panels and series. Where there are too many, the panels with the longest series are drawn, and in
 * them the series that come nearest to the best of each panel and place.
 */
#include "plot.h"

#include "cell.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_BYTES = 96, PANELS = 4, SERIES = 8 };

typedef struct point {
    const char *panel, *series;
    double x, y;
    double share; /* of the best y of its panel and x */
    size_t row;
} point;

/* Points that share a panel, or a panel and a series. */
typedef struct range {
    size_t first, count;
    size_t row;   /* the first of the sheet */
    double score; /* the larger the better */
} range;

typedef struct pivot {
    const tern_plot *plot;
    const tern_sheet *sheet;
    point *point;
    size_t points;
    range panel[PANELS];
    size_t panels, panels_in_all;
    const char *series[SERIES];
    size_t series_count, series_in_all;
    tern_text_pool pool;
} pivot;

static size_t find_column(const tern_sheet *sheet, const char *name)
{
    size_t i = 0;

    while (i < sheet->columns && strcmp(sheet->column[i].name, name) != 0)
        i++;
    return i;
}

/* NaN when there is no such number. */
static double number_at(const tern_sheet *sheet, size_t row, const char *name)
{
    const size_t c = find_column(sheet, name);

    if (c == sheet->columns || !tern_sheet_cell(sheet, row, c)->filled)
        return (double)NAN;
    if (sheet->column[c].type == TERN_COLUMN_COUNT)
        return (double)tern_sheet_cell(sheet, row, c)->value.count;
    return tern_column_is_real(&sheet->column[c]) ? tern_cell_real(tern_sheet_cell(sheet, row, c), TERN_CELL_VALUE)
                                                  : (double)NAN;
}

/* "hot, threads=2, p0=0.42": texts as they are, numbers behind their names, nothing of what is blank. */
static const char *key_at(pivot *p, size_t row, const char *const names[TERN_PLOT_KEYS])
{
    char key[KEY_BYTES] = "";

    for (size_t i = 0; i < TERN_PLOT_KEYS && names[i] != NULL; i++) {
        const size_t c = find_column(p->sheet, names[i]);
        const char *comma = key[0] == '\0' ? "" : ", ";
        if (c == p->sheet->columns || !tern_sheet_cell(p->sheet, row, c)->filled)
            continue;
        const tern_cell *cell = tern_sheet_cell(p->sheet, row, c);
        if (!tern_column_is_text(&p->sheet->column[c]))
            tern_text_append(key, sizeof key, "%s%s=%.4g", comma, names[i], number_at(p->sheet, row, names[i]));
        else if (cell->value.text[0] != '\0' && strcmp(cell->value.text, "random") != 0)
            tern_text_append(key, sizeof key, "%s%s", comma, cell->value.text);
    }
    return tern_text_pool_copy(&p->pool, key);
}

static double place_at(const pivot *p, size_t row)
{
    double x = 1.0;

    if (p->plot->x[0] == NULL)
        return (double)row;
    for (size_t i = 0; i < TERN_PLOT_FACTORS && p->plot->x[i] != NULL; i++)
        x *= number_at(p->sheet, row, p->plot->x[i]);
    return x;
}

static void collect(pivot *p)
{
    for (size_t row = 0; row < p->sheet->rows; row++) {
        const double x = place_at(p, row), y = number_at(p->sheet, row, p->plot->y);
        if (isfinite(x) && isfinite(y))
            p->point[p->points++] =
                (point){key_at(p, row, p->plot->panel), key_at(p, row, p->plot->series), x, y, 1.0, row};
    }
}

static int by_number(double a, double b)
{
    return (a > b) - (a < b);
}

static int by_place(const void *a, const void *b)
{
    const point *p = a, *q = b;
    const int panel = strcmp(p->panel, q->panel);

    return panel != 0 ? panel : by_number(p->x, q->x);
}

static int by_series(const void *a, const void *b)
{
    const point *p = a, *q = b;
    const int panel = strcmp(p->panel, q->panel), series = strcmp(p->series, q->series), x = by_number(p->x, q->x);

    return panel != 0 ? panel : series != 0 ? series : x != 0 ? x : by_number((double)p->row, (double)q->row);
}

/* Points from first on that are alike, by the comparison. */
static size_t count_alike(const pivot *p, size_t first, size_t end, bool (*alike)(const point *, const point *))
{
    size_t i = first;

    while (i < end && alike(&p->point[first], &p->point[i]))
        i++;
    return i - first;
}

static bool same_panel(const point *a, const point *b)
{
    return strcmp(a->panel, b->panel) == 0;
}

static bool same_series(const point *a, const point *b)
{
    return strcmp(a->series, b->series) == 0;
}

static bool same_place(const point *a, const point *b)
{
    return same_panel(a, b) && by_number(a->x, b->x) == 0;
}

static void fill_shares(pivot *p)
{
    qsort(p->point, p->points, sizeof *p->point, by_place);
    for (size_t i = 0, count; i < p->points; i += count) {
        double best = 0.0;
        count = count_alike(p, i, p->points, same_place);
        for (size_t j = i; j < i + count; j++)
            best = fmax(best, p->point[j].y);
        for (size_t j = i; j < i + count; j++)
            p->point[j].share = best > 0.0 ? p->point[j].y / best : 0.0;
    }
}

/* How many different places on x a series has, its points in order. */
static size_t count_places(const pivot *p, size_t first, size_t count)
{
    size_t places = 0;

    for (size_t i = first; i < first + count; i++)
        places += i == first || by_number(p->point[i].x, p->point[i - 1].x) != 0;
    return places;
}

static bool same_line(const point *a, const point *b)
{
    return same_panel(a, b) && same_series(a, b);
}

/* Takes away the series that are too short to be a line. */
static void drop_short(pivot *p)
{
    size_t kept = 0;

    for (size_t i = 0, count; i < p->points; i += count) {
        count = count_alike(p, i, p->points, same_line);
        if (count_places(p, i, count) < p->plot->points)
            continue;
        memmove(&p->point[kept], &p->point[i], count * sizeof *p->point);
        kept += count;
    }
    p->points = kept;
}

/* Places of the longest series of a panel. */
static size_t longest(const pivot *p, const range *panel)
{
    size_t most = 0;

    for (size_t i = panel->first, count; i < panel->first + panel->count; i += count) {
        count = count_alike(p, i, panel->first + panel->count, same_series);
        const size_t places = count_places(p, i, count);
        most = places > most ? places : most;
    }
    return most;
}

/* Puts a panel where its score places it among those that are kept. */
static void offer(pivot *p, range panel)
{
    size_t i = p->panels;

    for (; i > 0 && (p->panel[i - 1].score < panel.score ||
                     (p->panel[i - 1].score <= panel.score && p->panel[i - 1].row > panel.row));
         i--)
        if (i < p->plot->panels)
            p->panel[i] = p->panel[i - 1];
    if (i < p->plot->panels)
        p->panel[i] = panel;
    p->panels += p->panels < p->plot->panels;
}

static int by_row(const void *a, const void *b)
{
    return by_number((double)((const range *)a)->row, (double)((const range *)b)->row);
}

static void choose_panels(pivot *p)
{
    for (size_t i = 0, count; i < p->points; i += count) {
        count = count_alike(p, i, p->points, same_panel);
        range panel = {i, count, SIZE_MAX, 0.0};
        for (size_t j = i; j < i + count; j++)
            panel.row = p->point[j].row < panel.row ? p->point[j].row : panel.row;
        panel.score = (double)longest(p, &panel);
        p->panels_in_all++;
        offer(p, panel);
    }
    qsort(p->panel, p->panels, sizeof *p->panel, by_row);
}

static double score_of(const pivot *p, const char *series)
{
    double sum = 0.0;

    for (size_t i = 0; i < p->panels; i++)
        for (size_t j = p->panel[i].first; j < p->panel[i].first + p->panel[i].count; j++)
            sum += strcmp(p->point[j].series, series) == 0 ? p->point[j].share : 0.0;
    return sum;
}

static bool is_listed(const char *const *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], name) == 0)
            return true;
    return false;
}

/* The series of the chosen panels, the best first; false when memory ran out. */
static bool choose_series(pivot *p)
{
    const char **all = calloc(p->points + 1, sizeof *all);

    if (all == NULL)
        return false;
    for (size_t i = 0; i < p->panels; i++)
        for (size_t j = p->panel[i].first; j < p->panel[i].first + p->panel[i].count; j++)
            if (!is_listed(all, p->series_in_all, p->point[j].series))
                all[p->series_in_all++] = p->point[j].series;
    while (p->series_count < p->series_in_all && p->series_count < p->plot->series_most) {
        const char *best = NULL;
        double score = -1.0;
        for (size_t i = 0; i < p->series_in_all; i++) {
            const double s = score_of(p, all[i]);
            if (s > score && !is_listed(p->series, p->series_count, all[i])) {
                best = all[i];
                score = s;
            }
        }
        p->series[p->series_count++] = best;
    }
    free(all);
    return true;
}

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

/* The points of a series in a panel; false when it has none there. */
static bool find_block(const pivot *p, const range *panel, const char *series, range *block)
{
    const size_t end = panel->first + panel->count;

    *block = (range){.first = panel->first};
    while (block->first < end && strcmp(p->point[block->first].series, series) != 0)
        block->first++;
    if (block->first < end)
        block->count = count_alike(p, block->first, end, same_series);
    return block->count > 0;
}

/* One block a panel and series, and what is left out of it. */
static size_t put_blocks(FILE *stream, const pivot *p, FILE *places)
{
    size_t left_out = 0;
    const char *comma = "";
    range block;

    for (size_t i = 0; i < p->panels; i++)
        for (size_t s = 0; s < p->series_count; s++) {
            if (!find_block(p, &p->panel[i], p->series[s], &block))
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

static void put_titles(FILE *stream, const pivot *p)
{
    const char *panel[PANELS];

    for (size_t i = 0; i < p->panels; i++)
        panel[i] = p->point[p->panel[i].first].panel;
    put_list(stream, "Panel", panel, p->panels);
    put_list(stream, "Series", p->series, p->series_count);
}

static void append_count(char text[KEY_BYTES], size_t count, const char *what)
{
    if (count > 0)
        tern_text_append(text, KEY_BYTES, "%s%zu %s", text[0] == '\0' ? "not drawn, but in the records: " : ", ", count,
                         what);
}

/* "not drawn, but in the records: 3 panels, 5 lines", or nothing. */
static void put_left_out(FILE *stream, const pivot *p, size_t rows)
{
    char text[KEY_BYTES] = "";

    append_count(text, p->panels_in_all - p->panels, "panels");
    append_count(text, p->series_in_all - p->series_count, "lines");
    append_count(text, rows, "points");
    fprintf(stream, "LeftOut = '%s'\n", text);
}

static bool put_all(const pivot *p, FILE *stream)
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
    pivot p = {.plot = plot, .sheet = sheet};
    char *text = NULL;
    size_t bytes;

    *panels = 0;
    if (sheet == NULL || sheet->rows == 0 || (p.point = calloc(sheet->rows, sizeof *p.point)) == NULL)
        return NULL;
    collect(&p);
    fill_shares(&p);
    qsort(p.point, p.points, sizeof *p.point, by_series);
    drop_short(&p);
    choose_panels(&p);
    if (p.panels > 0 && choose_series(&p)) {
        FILE *stream = open_memstream(&text, &bytes);
        const bool written = stream != NULL && put_all(&p, stream);
        if ((stream != NULL && fclose(stream) != 0) || !written || p.pool.failed) {
            free(text);
            text = NULL;
        }
    }
    *panels = text == NULL ? 0 : p.panels;
    tern_text_pool_free(&p.pool);
    free(p.point);
    return text;
}
