/*
 * Where there are too many, the panels with the longest series are kept, and in them the series that come nearest to
 * the best of each panel and place.
 */
#include "plot_pivot.h"

#include "cell.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_BYTES = 320 };

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

static int by_number(double a, double b)
{
    return (a > b) - (a < b);
}

/* What only keeps rows apart, and needs no word where all agree. */
static const char *const apart[] = {"machine_class", "method", "anchor"};

static bool is_apart(const char *name)
{
    for (size_t i = 0; i < sizeof apart / sizeof *apart; i++)
        if (strcmp(name, apart[i]) == 0)
            return true;
    return false;
}

/* Which machine and which run of it a row is of needs no word where there is one. */
static bool is_told(const tern_pivot *p, const char *name)
{
    return strcmp(name, "machine") == 0 ? p->machines_differ
           : strcmp(name, "run") == 0   ? p->runs_differ
           : is_apart(name)             ? p->classes_differ
                                        : true;
}

static bool same_cell(const tern_sheet *sheet, size_t a, size_t b, size_t column)
{
    const tern_cell *x = tern_sheet_cell(sheet, a, column), *y = tern_sheet_cell(sheet, b, column);

    if (x->filled != y->filled || !x->filled)
        return x->filled == y->filled;
    return tern_column_is_text(&sheet->column[column]) ? strcmp(x->value.text, y->value.text) == 0
                                                       : x->value.count == y->value.count;
}

static void look_for_classes(tern_pivot *p)
{
    for (size_t i = 0; i < sizeof apart / sizeof *apart; i++) {
        const size_t column = find_column(p->sheet, apart[i]);
        for (size_t row = 1; column < p->sheet->columns && row < p->sheet->rows; row++)
            p->classes_differ |= !same_cell(p->sheet, 0, row, column);
    }
}

static double place_at(const tern_pivot *p, size_t row)
{
    double x = 1.0;

    if (p->plot->x[0] == NULL)
        return (double)row;
    for (size_t i = 0; i < TERN_PLOT_FACTORS && p->plot->x[i] != NULL; i++)
        x *= number_at(p->sheet, row, p->plot->x[i]);
    return x;
}

/* Whether rows that are drawn differ in machine, or, on one machine, in run. */
static void look_for_runs(tern_pivot *p)
{
    double first = (double)NAN, run[TERN_PLOT_MACHINES] = {0.0};

    for (size_t row = 0; row < p->sheet->rows; row++) {
        const double machine = number_at(p->sheet, row, "machine"), of = number_at(p->sheet, row, "run");
        if (!isfinite(machine) || !isfinite(of) || !isfinite(place_at(p, row)) ||
            !isfinite(number_at(p->sheet, row, p->plot->y)))
            continue;
        first = isfinite(first) ? first : machine;
        p->machines_differ |= by_number(first, machine) != 0;
        if (machine >= TERN_PLOT_MACHINES)
            continue;
        double *known = &run[(size_t)machine];
        p->runs_differ |= *known > 0.0 && by_number(*known, of) != 0;
        *known = of;
    }
}

/* "2 threads", "P(0) = 0.42": a number as people say it, after what is there already. */
static void append_number(char key[KEY_BYTES], const char *name, double value)
{
    const char *comma = key[0] == '\0' ? "" : ", ";

    if (strcmp(name, "threads") == 0)
        tern_text_append(key, KEY_BYTES, "%s%.0f thread%s", comma, value, value > 1.0 ? "s" : "");
    else if (strcmp(name, "p0") == 0)
        tern_text_append(key, KEY_BYTES, "%sP(0) = %.4g", comma, value);
    else if (strcmp(name, "k") == 0 || strcmp(name, "n") == 0) /* of a shape, behind its m */
        tern_text_append(key, KEY_BYTES, "x%.0f", value);
    else if (strcmp(name, "m") == 0)
        tern_text_append(key, KEY_BYTES, "%s%.0f", comma, value);
    else
        tern_text_append(key, KEY_BYTES, "%s%s %.4g", comma, name, value);
}

/* "hot, 2 threads, P(0) = 0.42": texts as they are, numbers in words, nothing of what is blank. */
static const char *key_at(tern_pivot *p, size_t row, const char *const names[TERN_PLOT_KEYS])
{
    char key[KEY_BYTES] = "";

    for (size_t i = 0; i < TERN_PLOT_KEYS && names[i] != NULL; i++) {
        const size_t c = find_column(p->sheet, names[i]);
        const char *comma = key[0] == '\0' ? "" : ", ";
        if (c == p->sheet->columns || !tern_sheet_cell(p->sheet, row, c)->filled || !is_told(p, names[i]))
            continue;
        const tern_cell *cell = tern_sheet_cell(p->sheet, row, c);
        if (!tern_column_is_text(&p->sheet->column[c]))
            append_number(key, names[i], number_at(p->sheet, row, names[i]));
        else if (cell->value.text[0] != '\0' && strcmp(cell->value.text, "random") != 0)
            tern_text_append(key, sizeof key, "%s%s", comma, cell->value.text);
    }
    return tern_text_pool_copy(&p->pool, key);
}

static void collect(tern_pivot *p)
{
    const char *rank = p->plot->rank != NULL ? p->plot->rank : p->plot->y;

    for (size_t row = 0; row < p->sheet->rows; row++) {
        const double x = place_at(p, row), y = number_at(p->sheet, row, rank);
        if (isfinite(x) && isfinite(y) && isfinite(number_at(p->sheet, row, p->plot->y)))
            p->point[p->points++] =
                (tern_plot_point){key_at(p, row, p->plot->panel), key_at(p, row, p->plot->series), x, y, 1.0, row};
    }
}

static int by_place(const void *a, const void *b)
{
    const tern_plot_point *p = a, *q = b;
    const int panel = strcmp(p->panel, q->panel);

    return panel != 0 ? panel : by_number(p->x, q->x);
}

static int by_series(const void *a, const void *b)
{
    const tern_plot_point *p = a, *q = b;
    const int panel = strcmp(p->panel, q->panel), series = strcmp(p->series, q->series), x = by_number(p->x, q->x);

    return panel != 0 ? panel : series != 0 ? series : x != 0 ? x : by_number((double)p->row, (double)q->row);
}

/* Points from first on that are alike, by the comparison. */
static size_t count_alike(const tern_pivot *p, size_t first, size_t end,
                          bool (*alike)(const tern_plot_point *, const tern_plot_point *))
{
    size_t i = first;

    while (i < end && alike(&p->point[first], &p->point[i]))
        i++;
    return i - first;
}

static bool same_panel(const tern_plot_point *a, const tern_plot_point *b)
{
    return strcmp(a->panel, b->panel) == 0;
}

static bool same_series(const tern_plot_point *a, const tern_plot_point *b)
{
    return strcmp(a->series, b->series) == 0;
}

static bool same_place(const tern_plot_point *a, const tern_plot_point *b)
{
    return same_panel(a, b) && by_number(a->x, b->x) == 0;
}

static void fill_shares(tern_pivot *p)
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
static size_t count_places(const tern_pivot *p, size_t first, size_t count)
{
    size_t places = 0;

    for (size_t i = first; i < first + count; i++)
        places += i == first || by_number(p->point[i].x, p->point[i - 1].x) != 0;
    return places;
}

static bool same_line(const tern_plot_point *a, const tern_plot_point *b)
{
    return same_panel(a, b) && same_series(a, b);
}

/* Takes away the series that are too short to be a line. */
static void drop_short(tern_pivot *p)
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
static size_t longest(const tern_pivot *p, const tern_plot_range *panel)
{
    size_t most = 0;

    for (size_t i = panel->first, count; i < panel->first + panel->count; i += count) {
        count = count_alike(p, i, panel->first + panel->count, same_series);
        const size_t places = count_places(p, i, count);
        most = places > most ? places : most;
    }
    return most;
}

static bool goes_before(const tern_pivot *p, const tern_plot_range *a, const tern_plot_range *b)
{
    if (a->score < b->score || a->score > b->score)
        return a->score > b->score;
    return p->plot->last_panels ? a->row > b->row : a->row < b->row;
}

/* Puts a panel where its score places it among those that are kept. */
static void offer(tern_pivot *p, tern_plot_range panel)
{
    size_t i = p->panels;

    for (; i > 0 && goes_before(p, &panel, &p->panel[i - 1]); i--)
        if (i < p->plot->panels)
            p->panel[i] = p->panel[i - 1];
    if (i < p->plot->panels)
        p->panel[i] = panel;
    p->panels += p->panels < p->plot->panels;
}

static int by_row(const void *a, const void *b)
{
    return by_number((double)((const tern_plot_range *)a)->row, (double)((const tern_plot_range *)b)->row);
}

static void choose_panels(tern_pivot *p)
{
    for (size_t i = 0, count; i < p->points; i += count) {
        count = count_alike(p, i, p->points, same_panel);
        tern_plot_range panel = {i, count, SIZE_MAX, 0.0};
        for (size_t j = i; j < i + count; j++)
            panel.row = p->point[j].row < panel.row ? p->point[j].row : panel.row;
        panel.score = (double)longest(p, &panel);
        p->panels_in_all++;
        offer(p, panel);
    }
    qsort(p->panel, p->panels, sizeof *p->panel, by_row);
}

static double score_of(const tern_pivot *p, const char *series)
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
static bool choose_series(tern_pivot *p)
{
    const char **all = calloc(p->points + 1, sizeof *all);
    size_t count = 0;

    if (all == NULL)
        return false;
    for (size_t i = 0; i < p->panels; i++)
        for (size_t j = p->panel[i].first; j < p->panel[i].first + p->panel[i].count; j++)
            if (!is_listed(all, count, p->point[j].series))
                all[count++] = p->point[j].series;
    p->series_in_all = count;
    while (p->series_count < count && p->series_count < p->plot->series_most) {
        const char *best = NULL;
        double score = -1.0;
        for (size_t i = 0; i < count; i++) {
            const double s = score_of(p, all[i]);
            if (s > score && !is_listed(p->series, p->series_count, all[i])) {
                best = all[i];
                score = s;
            }
        }
        if (best == NULL)
            break;
        p->series[p->series_count++] = best;
    }
    free(all);
    return true;
}

bool tern_pivot_find(const tern_pivot *p, const tern_plot_range *panel, const char *series, tern_plot_range *block)
{
    const size_t end = panel->first + panel->count;

    *block = (tern_plot_range){.first = panel->first};
    while (block->first < end && strcmp(p->point[block->first].series, series) != 0)
        block->first++;
    if (block->first < end)
        block->count = count_alike(p, block->first, end, same_series);
    return block->count > 0;
}

void tern_pivot_make(tern_pivot *pivot, const tern_plot *plot, const tern_sheet *sheet)
{
    tern_pivot *p = pivot;

    *p = (tern_pivot){.plot = plot, .sheet = sheet};
    if (sheet->rows == 0 || (p->point = calloc(sheet->rows, sizeof *p->point)) == NULL)
        return;
    look_for_runs(p);
    look_for_classes(p);
    collect(p);
    fill_shares(p);
    qsort(p->point, p->points, sizeof *p->point, by_series);
    drop_short(p);
    choose_panels(p);
    if (p->panels > 0 && (!choose_series(p) || p->pool.failed))
        p->panels = 0;
}

void tern_pivot_free(tern_pivot *pivot)
{
    tern_text_pool_free(&pivot->pool);
    free(pivot->point);
    *pivot = (tern_pivot){0};
}
