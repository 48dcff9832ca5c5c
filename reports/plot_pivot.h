/*
 * plot_pivot.h - for plot_data.c: the rows of a sheet as panels and series.
 */
#ifndef TERN_PLOT_PIVOT_H
#define TERN_PLOT_PIVOT_H

#include "plot.h"

enum { TERN_PLOT_PANELS = 6, TERN_PLOT_SERIES = 8, TERN_PLOT_MACHINES = 64 };

typedef struct tern_plot_point {
    const char *panel, *series;
    double x, y;  /* y: what decides which series are drawn */
    double share; /* of the best y of its panel and x */
    size_t row;
} tern_plot_point;

/* Points that share a panel, or a panel and a series. */
typedef struct tern_plot_range {
    size_t first, count;
    size_t row;   /* the first of the sheet */
    double score; /* the larger the better */
} tern_plot_range;

typedef struct tern_pivot {
    const tern_plot *plot;
    const tern_sheet *sheet;
    bool machines_differ, runs_differ; /* of the rows; runs on one machine */
    bool classes_differ;               /* what else keeps points of a history from being compared */
    tern_plot_point *point;
    size_t points;
    tern_plot_range panel[TERN_PLOT_PANELS];
    size_t panels, panels_in_all;
    const char *series[TERN_PLOT_SERIES];
    size_t series_count, series_in_all;
    tern_text_pool pool;
} tern_pivot;

/*
 * Fills the pivot of a plot and its sheet. No panels when there is nothing to draw, or when memory ran out. Free with
 * tern_pivot_free().
 */
void tern_pivot_make(tern_pivot *pivot, const tern_plot *plot, const tern_sheet *sheet);
void tern_pivot_free(tern_pivot *pivot);

/* The points of a series in a panel; false when it has none there. */
bool tern_pivot_find(const tern_pivot *pivot, const tern_plot_range *panel, const char *series, tern_plot_range *block);

#endif
