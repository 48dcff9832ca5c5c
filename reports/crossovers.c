/*
 * Which share of zeros in W lets one kernel pass another: for each two kernels that were timed with several shares
 * and all else alike, one sentence. A kernel is ahead where the interval of the ratio lies beyond 1, or where there
 * is no interval, the ratio.
 */
#include "analyse/speedup.h"
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { SHARES_MAX = 64 };

/* Whether two records differ in the share of zeros at most. */
static bool same_series(const tern_record *a, const tern_record *b)
{
    const tern_problem_key mine = tern_problem_key_of_any_zeros(a->problem);
    const tern_problem_key theirs = tern_problem_key_of_any_zeros(b->problem);

    return a->run == b->run && a->timed && b->timed && strcmp(mine.w, "random") == 0 &&
           tern_problem_key_same(&mine, &theirs);
}

static bool same_kernel(const tern_record *a, const tern_record *b)
{
    return strcmp(a->kernel, b->kernel) == 0 && strcmp(a->toggles, b->toggles) == 0;
}

/* The first of its kernel in its series. */
static bool is_first(const tern_results *results, const tern_record *r)
{
    for (const tern_record *other = results->cases.item; other < r; other++)
        if (same_series(other, r) && same_kernel(other, r))
            return false;
    return r->timed && strcmp(r->problem.w, "random") == 0;
}

typedef struct point {
    double p0;
    tern_estimate speedup; /* of one kernel over the other */
} point;

typedef struct series {
    point point[SHARES_MAX]; /* smallest share first */
    size_t points;
} series;

static void add_point(series *s, double p0, tern_estimate speedup)
{
    size_t at = s->points;

    if (s->points == SHARES_MAX)
        return;
    for (; at > 0 && s->point[at - 1].p0 > p0; at--)
        s->point[at] = s->point[at - 1];
    s->point[at] = (point){p0, speedup};
    s->points++;
}

/* Where both were timed: how many times as fast a is as b. */
static void collect(const tern_results *results, const tern_record *a, const tern_record *b, series *s)
{
    s->points = 0;
    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *mine = &results->cases.item[i];
        if (!same_series(mine, a) || !same_kernel(mine, a))
            continue;
        for (size_t j = 0; j < results->cases.count; j++) {
            const tern_record *theirs = &results->cases.item[j];
            if (same_series(theirs, b) && same_kernel(theirs, b) && theirs->problem.p0 == mine->problem.p0)
                add_point(s, mine->problem.p0, tern_speedup_estimate(mine, theirs));
        }
    }
}

/* 1: the first kernel is ahead, -1: it is behind, 0: no difference was seen. */
static int side(const point *p)
{
    const double low = isfinite(p->speedup.low) ? p->speedup.low : p->speedup.median;
    const double high = isfinite(p->speedup.high) ? p->speedup.high : p->speedup.median;

    return low > 1.0 ? 1 : high < 1.0 ? -1 : 0;
}

static void put_name(FILE *stream, const tern_record *r)
{
    fprintf(stream, "%s%s%s", r->kernel, r->toggles[0] ? "+" : "", r->toggles);
}

static void put_pair(FILE *stream, const tern_record *a, const char *verb, const tern_record *b)
{
    fputs("  ", stream);
    put_name(stream, a);
    fprintf(stream, " %s ", verb);
    put_name(stream, b);
}

/* a gains on b as the share grows. */
static void put_sentence(FILE *stream, const tern_record *a, const tern_record *b, const series *s)
{
    const point *first = &s->point[0], *last = &s->point[s->points - 1];
    size_t behind = 0, ahead = 0; /* points */

    for (size_t i = 0; i < s->points; i++) {
        behind += side(&s->point[i]) < 0;
        ahead += side(&s->point[i]) > 0;
    }
    const point *before = &s->point[behind > 0 ? behind - 1 : 0],
                *after = &s->point[s->points - (ahead > 0 ? ahead : 1)];
    const bool passes = behind > 0 && ahead > 0 && side(before) < 0 && side(after) > 0 && before < after;

    put_pair(stream, a,
             passes               ? "passes"
             : ahead == 0         ? "never passes"
             : ahead == s->points ? "is ahead of"
             : behind == 0        ? "is not behind"
                                  : "changes places with",
             b);
    if (passes)
        fprintf(stream, " at P(0) between %.3g and %.3g", before->p0, after->p0);
    else
        fprintf(stream, " within P(0) %.3g..%.3g", first->p0, last->p0);
    fprintf(stream, ": %.2f times as fast at %.3g, %.2f at %.3g\n", first->speedup.median, first->p0,
            last->speedup.median, last->p0);
}

/* All pairs of the kernel of `a` with those that come after it. */
static bool put_pairs(FILE *stream, const tern_results *results, const tern_record *a, bool begun)
{
    series s;

    for (const tern_record *b = a + 1; b < results->cases.item + results->cases.count; b++) {
        if (!same_series(a, b) || same_kernel(a, b) || !is_first(results, b))
            continue;
        collect(results, a, b, &s);
        if (s.points < 2)
            continue;
        if (!begun)
            fprintf(stream, "\nZeros in W, %zux%zux%zu, threads=%" PRIu32 ", %s:\n", a->problem.m, a->problem.k,
                    a->problem.n, a->problem.threads, a->problem.cache);
        begun = true;
        if (s.point[s.points - 1].speedup.median >= s.point[0].speedup.median) {
            put_sentence(stream, a, b, &s);
        } else {
            collect(results, b, a, &s);
            put_sentence(stream, b, a, &s);
        }
    }
    return begun;
}

static bool begins_series(const tern_results *results, const tern_record *r)
{
    for (const tern_record *other = results->cases.item; other < r; other++)
        if (same_series(other, r))
            return false;
    return true;
}

void tern_report_crossovers(FILE *stream, const tern_results *results)
{
    for (size_t i = 0; i < results->cases.count; i++) {
        bool begun = false;
        if (!begins_series(results, &results->cases.item[i]))
            continue;
        for (size_t j = i; j < results->cases.count; j++)
            if (same_series(&results->cases.item[i], &results->cases.item[j]) &&
                is_first(results, &results->cases.item[j]))
                begun = put_pairs(stream, results, &results->cases.item[j], begun);
    }
}
