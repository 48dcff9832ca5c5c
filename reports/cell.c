#include "cell.h"

#include "analyse/above_limit.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

bool tern_column_is_text(const tern_column *column)
{
    return column->type <= TERN_COLUMN_BELOW;
}

bool tern_column_is_real(const tern_column *column)
{
    return column->type >= TERN_COLUMN_REAL;
}

double tern_cell_real(const tern_cell *cell, tern_cell_part part)
{
    const tern_estimate *real = &cell->value.real;

    if (!cell->filled)
        return (double)NAN;
    return part == TERN_CELL_LOW ? real->low : part == TERN_CELL_HIGH ? real->high : real->median;
}

char *tern_cell_time(double ns, char *text, size_t bytes)
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    size_t unit = 0;

    if (!isfinite(ns)) {
        snprintf(text, bytes, "n/a");
        return text;
    }
    while (unit < 3 && ns >= 999.5) {
        ns /= 1000.0;
        unit++;
    }
    snprintf(text, bytes, "%.*f %s", ns < 9.995 ? 2 : ns < 99.95 ? 1 : 0, ns, units[unit]);
    return text;
}

char *tern_cell_interval(tern_estimate value, int decimals, char *text, size_t bytes)
{
    if (!isfinite(value.median))
        snprintf(text, bytes, "n/a");
    else if (!isfinite(value.low) || !isfinite(value.high))
        snprintf(text, bytes, "%.*f", decimals, value.median);
    else
        snprintf(text, bytes, "%.*f (%.*f..%.*f)", decimals, value.median, decimals, value.low, decimals, value.high);
    return text;
}

static void show_real(const tern_column *column, tern_estimate value, char *text)
{
    if (!isfinite(value.median))
        snprintf(text, TERN_CELL_BYTES, "n/a");
    else if (column->type == TERN_COLUMN_TIME)
        tern_cell_time(value.median, text, TERN_CELL_BYTES);
    else if (column->type == TERN_COLUMN_ROUGH)
        snprintf(text, TERN_CELL_BYTES, "%.*g", column->digits, value.median);
    else if (column->type == TERN_COLUMN_SHARE)
        snprintf(text, TERN_CELL_BYTES, "%.*f %%", column->digits, 100.0 * value.median);
    else if (column->type == TERN_COLUMN_CHANGE)
        snprintf(text, TERN_CELL_BYTES, "%+.*f %%", column->digits, 100.0 * value.median);
    else
        snprintf(text, TERN_CELL_BYTES, "%.*f", column->digits, value.median);
}

/* Shares stand without their sign where they have an interval: it is in the label. */
static void show_interval(const tern_column *column, tern_estimate value, char *text)
{
    const double scale = column->type == TERN_COLUMN_SHARE ? 100.0 : 1.0;

    value = (tern_estimate){scale * value.median, scale * value.low, scale * value.high};
    tern_cell_interval(value, column->digits, text, TERN_CELL_BYTES);
}

/* What a note below the table is about. */
static const char *mark(char *text)
{
    tern_text_append(text, TERN_CELL_BYTES, "*");
    return text;
}

const char *tern_cell_show(const tern_column *column, const tern_cell *cell, char *text)
{
    if (!cell->filled)
        return "";
    if (tern_column_is_text(column))
        return cell->value.text;
    if (column->type == TERN_COLUMN_FLAG)
        return cell->value.flag ? "*" : "";
    if (column->type == TERN_COLUMN_COUNT) {
        snprintf(text, TERN_CELL_BYTES, "%" PRIu64, cell->value.count);
        return text;
    }
    if (column->interval)
        show_interval(column, cell->value.real, text);
    else
        show_real(column, cell->value.real, text);
    return column->of_limit && tern_is_above_limit(cell->value.real.median) ? mark(text) : text;
}
