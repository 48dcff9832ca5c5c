#include "analyse/change_points.h"

#include "analyse/student.h"
#include "base/stats.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { WINDOW = TERN_CHANGE_WINDOW, LEAST = TERN_CHANGE_SEGMENT, AROUND = 3 };

/* Two builds of the same code differ by this much or more, depending on where it lies: the least spread of a figure. */
static const double least_sd = 0.001;

/* Figures this many deviations from the median around them are taken for it. */
static const double far_off = 4.0;

/* A step is that between the figures right before and right after it, at this share of it or more. A drift is not. */
static const double least_sudden = 0.5;

/* What is looked at again, and its parts, has to be this unlikely; what is told is judged with all other series. */
static const double worth_a_look = 0.05;

static double median_around(const double *value, size_t count, size_t i)
{
    const size_t first = i < AROUND ? 0 : i - AROUND, end = i + AROUND + 1 < count ? i + AROUND + 1 : count;
    double near[2 * AROUND + 1];

    memcpy(near, value + first, (end - first) * sizeof *near);
    tern_stats_sort(near, end - first);
    return tern_stats_median(near, end - first);
}

void tern_changes_clean(const double *value, size_t count, double *clean)
{
    static const double sd_of_median_deviation = 1.4826; /* of a normal distribution */
    double median[WINDOW], off[WINDOW];

    assert(count <= WINDOW);
    for (size_t i = 0; i < count; i++) {
        median[i] = median_around(value, count, i);
        off[i] = fabs(value[i] - median[i]);
    }
    if (count == 0)
        return;
    tern_stats_sort(off, count);
    const double sd = fmax(sd_of_median_deviation * tern_stats_median(off, count), least_sd);
    for (size_t i = 0; i < count; i++)
        clean[i] = fabs(value[i] - median[i]) > far_off * sd ? median[i] : value[i];
}

/* Sums of |x - y| over pairs, as figures move from the right part to the left one by one. */
typedef struct energy {
    double left, right, between;
} energy;

static void move_left(energy *e, const double *value, size_t count, size_t i)
{
    double to_left = 0.0, to_right = 0.0;

    for (size_t j = 0; j < i; j++)
        to_left += fabs(value[i] - value[j]);
    for (size_t j = i + 1; j < count; j++)
        to_right += fabs(value[i] - value[j]);
    e->left += to_left;
    e->right -= to_right;
    e->between += to_right - to_left;
}

/* The first figure of the right part of the best split. */
static size_t best_split(const double *value, size_t count)
{
    energy e = {0};
    double best = -1.0;
    size_t at = LEAST;

    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            e.right += fabs(value[i] - value[j]);
    for (size_t i = 0; i + LEAST < count; i++) {
        move_left(&e, value, count, i);
        const double n = (double)(i + 1), m = (double)(count - i - 1);
        const double distance = 2.0 * e.between / (n * m) - 2.0 * e.left / (n * n) - 2.0 * e.right / (m * m);
        const double q = n * m / (n + m) * distance;
        if (i + 1 >= LEAST && q > best) {
            best = q;
            at = i + 1;
        }
    }
    return at;
}

/* A line through figures: its slope a figure, and what is left of them when it is taken away. */
static double take_line(const double *value, size_t count, double *left)
{
    const double mean = tern_stats_mean(value, count), middle = 0.5 * (double)(count - 1);
    double xy = 0.0, xx = 0.0;

    for (size_t i = 0; i < count; i++) {
        xy += ((double)i - middle) * (value[i] - mean);
        xx += ((double)i - middle) * ((double)i - middle);
    }
    for (size_t i = 0; i < count; i++)
        left[i] = value[i] - mean - xy / xx * ((double)i - middle);
    return xy / xx;
}

static double product(const double *a, const double *b, size_t count)
{
    double sum = 0.0;

    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

/* How many figures in a row tell no more than one: above 1 where what is left has a course. */
static double repetition(const double *left, size_t count)
{
    const double squares = product(left, left, count);
    const double follows = squares > 0.0 ? product(left, left + 1, count - 1) / squares : 0.0;
    const double correlation = fmin(fmax(follows, 0.0), 0.9);

    return (1.0 + correlation) / (1.0 - correlation);
}

/* How unlikely the step is when the figures also lie on a line, and follow each other as what is left of them does. */
static double p_beside_line(const double *value, size_t count, size_t at)
{
    double step[WINDOW] = {0}, left[WINDOW] = {0};

    for (size_t i = 0; i < count; i++)
        step[i] = i < at ? 0.0 : 1.0;
    take_line(step, count, step);
    take_line(value, count, left);
    const double squares = product(step, step, count), height = product(step, left, count) / squares;
    for (size_t i = 0; i < count; i++)
        left[i] -= height * step[i];
    const double repeats = repetition(left, count);
    const double freedom = fmax(((double)count - 3.0) / repeats, 1.0);
    const double variance = fmax(product(left, left, count) / (double)(count - 3), least_sd * least_sd);
    return 2.0 * tern_student_cdf(-fabs(height) / sqrt(repeats * variance / squares), freedom);
}

/* The step between two neighbouring parts of a series, where `splits` places were tried. */
static tern_level_change change_between(const double *value, size_t first, size_t at, size_t end, size_t splits)
{
    const tern_difference_of_means d = tern_welch(value + first, at - first, value + at, end - at, least_sd);
    const double half = d.error * tern_student_quantile(0.975, d.freedom);
    const double p = fmax(d.p, p_beside_line(value + first, end - first, at - first));

    return (tern_level_change){.at = at,
                               .step = d.difference,
                               .low = d.difference - half,
                               .high = d.difference + half,
                               .most = fabs(d.difference) + d.error * tern_student_quantile(0.9995, d.freedom),
                               .p = fmin(1.0, p * (double)splits)};
}

/* Whether the level moves at that place and not around it. */
static bool is_sudden(const double *value, const tern_level_change *change)
{
    const double before = tern_stats_mean(value + change->at - LEAST, LEAST);
    const double after = tern_stats_mean(value + change->at, LEAST);

    return (after - before) / change->step >= least_sudden;
}

/* Parts that are still to be looked at lie behind each other; each split adds one. */
static void split(tern_changes *changes, const double *value, size_t first, size_t end)
{
    if (end - first < 2 * (size_t)LEAST || changes->count == TERN_LEVEL_CHANGES)
        return;
    const size_t at = first + best_split(value + first, end - first);
    const tern_level_change change = change_between(value, first, at, end, end - first - 2 * (size_t)LEAST + 1);
    if (change.p > worth_a_look || !is_sudden(value, &change))
        return;
    split(changes, value, first, at);
    if (changes->count < TERN_LEVEL_CHANGES)
        changes->change[changes->count++] = change;
    split(changes, value, at, end);
}

/* Each step against the levels on its two sides. */
static void level(tern_changes *changes, const double *value, size_t count)
{
    size_t first = 0;

    for (size_t i = 0; i < changes->count; i++) {
        const size_t end = i + 1 < changes->count ? changes->change[i + 1].at : count;
        const size_t at = changes->change[i].at;
        changes->change[i] = change_between(value, first, at, end, count - 2 * (size_t)LEAST + 1);
        first = at;
    }
}

/* Takes out steps that are too small, the smallest first, as its neighbours get longer and clearer by that. */
static void settle(tern_changes *changes, const double *value, size_t count, double step)
{
    for (;;) {
        size_t least = 0;
        level(changes, value, count);
        for (size_t i = 1; i < changes->count; i++)
            if (changes->change[i].most < changes->change[least].most)
                least = i;
        if (changes->count == 0 || changes->change[least].most >= step)
            return;
        changes->count--;
        memmove(&changes->change[least], &changes->change[least + 1],
                (changes->count - least) * sizeof *changes->change);
    }
}

static void find_drift(tern_changes *changes, const double *value, size_t count)
{
    double left[WINDOW];

    if (count < 3)
        return;
    const double n = (double)count, slope = take_line(value, count, left), repeats = repetition(left, count);
    const double variance = fmax(product(left, left, count) / (n - 2.0), least_sd * least_sd);
    const double error = sqrt(repeats * variance / (n * (n * n - 1.0) / 12.0));
    changes->drift = slope * (n - 1.0);
    changes->drift_p = 2.0 * tern_student_cdf(-fabs(slope) / error, fmax((n - 2.0) / repeats, 1.0));
}

void tern_changes_find(tern_changes *changes, const double *value, size_t count, double step)
{
    double clean[WINDOW] = {0};

    assert(count <= WINDOW);
    *changes = (tern_changes){.drift_p = (double)NAN};
    tern_changes_clean(value, count, clean);
    split(changes, clean, 0, count);
    settle(changes, clean, count, log1p(step));
    if (changes->count == 0)
        find_drift(changes, clean, count);
}
