/*
 * change_points.h - where does a series of figures step to another level? Drifts and single figures that are far off
 * are none.
 *
 * The place is that of E-divisive (Matteson, James, JASA 109, 2014): the split whose two parts are the most unlike each
 * other by energy distance, and then each part again. Whether the parts differ is Welch's test, whose p-value is
 * multiplied by the number of splits that were tried, since the best of them was taken.
 */
#ifndef TERN_CHANGE_POINTS_H
#define TERN_CHANGE_POINTS_H

#include <stdbool.h>
#include <stddef.h>

enum {
    TERN_CHANGE_WINDOW = 50,
    TERN_CHANGE_SEGMENT = 5,
    TERN_LEVEL_CHANGES = TERN_CHANGE_WINDOW / TERN_CHANGE_SEGMENT
};

/* One step. Figures are logarithms, and so is it: 0.03 is 3 % more. */
typedef struct tern_level_change {
    size_t at; /* the first figure after it */
    double step;
    double low, high; /* covers the true step with 95 % */
    double most;      /* the true step is no larger than this, either way, with 99.95 % */
    double p;         /* how likely a step this large is when there is none, over all splits */
} tern_level_change;

typedef struct tern_changes {
    tern_level_change change[TERN_LEVEL_CHANGES]; /* in order */
    size_t count;
    double drift;   /* of the whole series where it has no step: the difference between the ends of its line */
    double drift_p; /* how likely that is when there is none; NaN below three figures */
} tern_changes;

/*
 * Finds the steps of at most TERN_CHANGE_WINDOW figures, each with TERN_CHANGE_SEGMENT of them at least on either side.
 * step: what matters; a step that is shown to be smaller is none.
 */
void tern_changes_find(tern_changes *changes, const double *value, size_t count, double step);

/* A copy in which figures that are far from those around them stand at the median of these. */
void tern_changes_clean(const double *value, size_t count, double *clean);

#endif
