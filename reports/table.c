/*
 * The text table: for each run, one block for each shape, data, thread count and cache state, one line a kernel. Within a block all
 * that differs is the kernel, so that lines may be compared.
 */
#include "analyse/speedup.h"
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { KERNEL_WIDTH = 34 };

static bool same_block(const tern_record *a, const tern_record *b)
{
    return a->run == b->run && tern_problem_key_same(&a->problem, &b->problem);
}

static bool is_first_of_block(const tern_results *results, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (same_block(&results->cases.item[i], &results->cases.item[index]))
            return false;
    return true;
}

/* The timed record of the baseline kernel in the block of `of`, or NULL. */
static const tern_record *find_baseline(const tern_results *results, const tern_record *of)
{
    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i];
        if (r->timed && r->toggles[0] == '\0' && strcmp(r->kernel, results->runs.item[of->run].baseline) == 0 &&
            same_block(r, of))
            return r;
    }
    return NULL;
}

static void put_block_head(FILE *stream, const tern_results *results, const tern_record *r)
{
    const char *baseline = results->runs.item[r->run].baseline;

    fprintf(stream, "\n%zux%zux%zu", r->problem.m, r->problem.k, r->problem.n);
    if (strcmp(r->problem.w, "random") == 0)
        fprintf(stream, "  p0=%.3g", r->problem.p0);
    else
        fprintf(stream, "  w=%s", r->problem.w);
    if (strcmp(r->problem.x, "random") != 0)
        fprintf(stream, "  x=%s", r->problem.x);
    fprintf(stream, "  seed=%" PRIu64, r->problem.seed);
    if (r->problem.threads == 0) {
        fprintf(stream, "\n  %-*s  verdict\n", KERNEL_WIDTH, "kernel");
        return;
    }
    fprintf(stream, "  threads=%" PRIu32 "  %s\n", r->problem.threads, r->problem.cache);
    fprintf(stream, "  %-*s  %-8s  %8s  %-19s  %8s  %7s  %7s", KERNEL_WIDTH, "kernel", "verdict", "median",
            "95 % interval", "GMAC/s", "GB/s", "% roof");
    if (baseline[0] != '\0')
        fprintf(stream, "  x %s", baseline);
    fputc('\n', stream);
}

static void put_interval(FILE *stream, const tern_timing *t)
{
    char low[16], high[16], text[40];

    if (isfinite(t->low_ns))
        snprintf(text, sizeof text, "%s..%s", tern_report_time(t->low_ns, low, sizeof low),
                 tern_report_time(t->high_ns, high, sizeof high));
    else
        snprintf(text, sizeof text, "n/a, %" PRIu32 " sample%s", t->samples, t->samples == 1 ? "" : "s");
    fprintf(stream, "  %-19s", text);
}

/* How many times as fast as the baseline, and the interval. */
static void put_ratio(FILE *stream, const tern_record *baseline, const tern_record *r)
{
    const tern_estimate speedup = tern_speedup_estimate(r, baseline);

    fprintf(stream, "  %.2f", speedup.median);
    if (baseline != r && isfinite(speedup.low))
        fprintf(stream, " (%.2f..%.2f)", speedup.low, speedup.high);
}

static void put_line(FILE *stream, const tern_results *results, const tern_record *r)
{
    char name[sizeof r->kernel + sizeof r->toggles], median[16];
    const tern_record *baseline = find_baseline(results, r);

    snprintf(name, sizeof name, "%s%s%s", r->kernel, r->toggles[0] ? "+" : "", r->toggles);
    fprintf(stream, "  %-*s  %-8s", KERNEL_WIDTH, name, tern_verdict_name(r->finding.verdict));
    if (r->timed) {
        fprintf(stream, "  %8s", tern_report_time(r->timing.median_ns, median, sizeof median));
        put_interval(stream, &r->timing);
        fprintf(stream, "  %8.2f  %7.2f", tern_record_gmacs(r), tern_record_gbps(r));
        if (isfinite(r->timing.roof_share))
            fprintf(stream, "  %5.1f %%", 100.0 * r->timing.roof_share);
        else
            fprintf(stream, "  %7s", "n/a");
        if (baseline != NULL)
            put_ratio(stream, baseline, r);
        if (r->timing.not_cold)
            fprintf(stream, "  (not cold)");
    } else if (r->finding.verdict == TERN_UNSUPPORTED) {
        fprintf(stream, "  %s", r->finding.reason);
    }
    fputc('\n', stream);
}

/* Whose cases follow; the one run of most results needs no word. */
static void put_run(FILE *stream, const tern_results *results, uint32_t index)
{
    const tern_run *run = &results->runs.item[index];
    const tern_run_end *end = tern_results_end(results, index);

    if (results->runs.count < 2)
        return;
    fprintf(stream, "\nRun %" PRIu32 " of %zu: %s, %s, %" PRIu32 " CPU%s, %s, commit %s", index + 1,
            results->runs.count, run->host, run->cpu, run->cpus_allowed, run->cpus_allowed == 1 ? "" : "s", run->time,
            run->commit);
    if (end == NULL)
        fputs(", cut off", stream);
    else if (!end->complete)
        fprintf(stream, ", incomplete: %s", end->reason);
    fputc('\n', stream);
}

static bool is_shown(const tern_record *r, uint32_t run)
{
    return r->run == run && strcmp(r->group, "edges") != 0;
}

static void put_blocks(FILE *stream, const tern_results *results, uint32_t run)
{
    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *first = &results->cases.item[i];
        if (!is_shown(first, run) || !is_first_of_block(results, i))
            continue;
        put_block_head(stream, results, first);
        for (size_t j = i; j < results->cases.count; j++)
            if (is_shown(&results->cases.item[j], run) && same_block(first, &results->cases.item[j]))
                put_line(stream, results, &results->cases.item[j]);
    }
}

void tern_report_table(FILE *stream, const tern_results *results)
{
    for (uint32_t run = 0; run < results->runs.count; run++) {
        put_run(stream, results, run);
        put_blocks(stream, results, run);
    }
}
