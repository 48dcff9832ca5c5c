/*
 * plot.h - pictures of sheets. A plot names a sheet of a report, the columns that part its rows into panels and series,
 * and a gnuplot script in plots/ that draws them: the same figures as in the report, and no others.
 *
 * To add a plot: a script plots/NAME.gp, a row in plot.c, and a row in report.c.
 */
#ifndef TERN_PLOT_H
#define TERN_PLOT_H

#include "base/error.h"
#include "document.h"

#include <stdio.h>

enum { TERN_PLOT_KEYS = 8, TERN_PLOT_FACTORS = 3 };

typedef struct tern_plot {
    const char *name;                   /* plots/NAME.gp */
    const char *title;                  /* what it shows */
    const char *command;                /* what measures its records */
    const char *sheet;                  /* whose rows it draws */
    const char *panel[TERN_PLOT_KEYS];  /* columns: rows that agree in all of them share a pair of axes */
    const char *series[TERN_PLOT_KEYS]; /* columns: rows that agree in all of them are joined by a line */
    const char *x[TERN_PLOT_FACTORS];   /* the order of the points: the product of these columns; none: row by row */
    const char *y;                      /* rows without it are not drawn */
    const char *rank;                   /* those series are drawn that are nearest to the best in it; NULL: in y */
    bool last_panels;                   /* of panels with lines of one length the last are drawn: the largest */
    size_t panels, series_most;         /* drawn at most; what is left out is told in the picture */
    size_t points, points_most;         /* of a line: places on x at least, points at most */
    int height;                         /* of a panel, in pixels */
} tern_plot;

typedef enum tern_picture {
    TERN_PICTURE_SVG,    /* a file of its own */
    TERN_PICTURE_INLINE, /* an SVG within a page, whose style it takes */
    TERN_PICTURE_PNG
} tern_picture;

extern const tern_plot tern_plots[]; /* ends with a row whose name is NULL */

/* NULL when there is none of that name. */
const tern_plot *tern_plot_find(const char *name);

/*
 * What the plot's script draws, as gnuplot commands; NULL when the document has nothing for it, or memory ran out: the
 * pool's `failed` tells. *panels is how many pairs of axes there are. To be freed.
 */
char *tern_plot_data(const tern_plot *plot, const tern_document *document, size_t *panels);

/* One picture to be drawn. */
typedef struct tern_drawing {
    const tern_plot *plot;
    const char *data; /* tern_plot_data() */
    size_t panels;
    char *bytes; /* the picture; to be freed */
    size_t count;
} tern_drawing;

/*
 * Draws all of them by one gnuplot. TERN_NOTHING when it is not installed, TERN_ENVIRONMENT when it fails; nothing is
 * to be freed then. An SVG has no head of XML; ids in it begin with the plot's name, so that several may stand in one
 * page.
 */
tern_status tern_gnuplot_draw(tern_drawing *drawings, size_t count, tern_picture picture, tern_error *error);

/*
 * Adds the plot of a sheet that stands in the document already, or, when there is nothing for it, a line that says what
 * measures it.
 */
void tern_plot_add(tern_document *document, const char *name);

/*
 * Draws all pictures of a document by one gnuplot. When that fails they are left out, and `missing` of the document and
 * error say why: TERN_NOTHING when there is no gnuplot, TERN_ENVIRONMENT when it failed.
 */
tern_status tern_plots_draw(tern_document *document, tern_error *error);

/* One picture of a document, whole. TERN_NOTHING when the document has nothing for it. */
tern_status tern_plot_write(const tern_plot *plot, tern_picture picture, FILE *stream, const tern_document *document,
                            tern_error *error);

#endif
