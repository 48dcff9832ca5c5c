/*
 * What more threads bring. A block for each case but for its threads; the line of the fewest threads is what the
 * others are compared with.
 *
 *     speed-up    time with the fewest threads / time
 *     efficiency  speed-up / (threads / fewest threads)
 *     imbalance   time inside the kernel of the busiest thread / mean over the threads; 1 is even
 *     fork-join   an empty call of the same threads
 */
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Whether two records differ in threads alone. */
static bool same_but_threads(const tern_record *a, const tern_record *b)
{
    const tern_problem_key mine = tern_problem_key_of_any_threads(a->problem);
    const tern_problem_key theirs = tern_problem_key_of_any_threads(b->problem);

    return a->run == b->run && a->timed && b->timed && strcmp(a->kernel, b->kernel) == 0 &&
           strcmp(a->toggles, b->toggles) == 0 && tern_problem_key_same(&mine, &theirs);
}

/* NaN when the kernel's threads were not seen one by one. */
static double imbalance(const tern_timing *t)
{
    double sum = 0.0, most = 0.0;

    for (uint32_t i = 0; i < t->threads; i++) {
        sum += t->busy_ns[i];
        most = fmax(most, t->busy_ns[i]);
    }
    return sum > 0.0 ? most * t->threads / sum : (double)NAN;
}

static void put_number(FILE *stream, double value)
{
    if (isfinite(value))
        fprintf(stream, "  %10.2f", value);
    else
        fprintf(stream, "  %10s", "n/a");
}

static void put_line(FILE *stream, const tern_record *fewest, const tern_record *r)
{
    const double speedup = fewest->timing.median_ns / r->timing.median_ns;
    char median[16], fork_join[16];

    fprintf(stream, "  %7" PRIu32 "  %8s", r->problem.threads,
            tern_report_time(r->timing.median_ns, median, sizeof median));
    put_number(stream, speedup);
    put_number(stream, speedup * fewest->problem.threads / r->problem.threads);
    put_number(stream, imbalance(&r->timing));
    fprintf(stream, "  %9s\n", tern_report_time(r->timing.fork_join_ns, fork_join, sizeof fork_join));
}

static void put_block(FILE *stream, const tern_results *results, const tern_record *first)
{
    const tern_record *fewest = first;

    for (size_t i = 0; i < results->cases.count; i++)
        if (same_but_threads(first, &results->cases.item[i]) &&
            results->cases.item[i].problem.threads < fewest->problem.threads)
            fewest = &results->cases.item[i];
    fprintf(stream, "\n%s%s%s  %zux%zux%zu  %s  p0=%.3g  seed=%" PRIu64 "\n", first->kernel,
            first->toggles[0] ? "+" : "", first->toggles, first->problem.m, first->problem.k, first->problem.n,
            first->problem.cache, first->problem.p0, first->problem.seed);
    fprintf(stream, "  %7s  %8s  %10s  %10s  %10s  %9s\n", "threads", "median", "speed-up", "efficiency", "imbalance",
            "fork-join");
    for (size_t i = 0; i < results->cases.count; i++)
        if (same_but_threads(first, &results->cases.item[i]))
            put_line(stream, fewest, &results->cases.item[i]);
}

static bool is_first(const tern_results *results, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (same_but_threads(&results->cases.item[i], &results->cases.item[index]))
            return false;
    return results->cases.item[index].timed;
}

void tern_report_scaling(FILE *stream, const tern_results *results)
{
    for (size_t i = 0; i < results->cases.count; i++)
        if (is_first(results, i))
            put_block(stream, results, &results->cases.item[i]);
}
