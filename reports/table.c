/*
 * The text table: one block for each shape, data, thread count and cache state, one line a kernel. Within a block all
 * that differs is the kernel, so that lines may be compared.
 */
#include "record/pairing.h"
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { KERNEL_WIDTH = 34 };

static bool same_block(const tern_record *a, const tern_record *b)
{
    return a->threads == b->threads && tern_record_same_problem(a, b);
}

static bool is_first_of_block(const tern_results *results, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (same_block(&results->records[i], &results->records[index]))
            return false;
    return true;
}

/* The timed record of the baseline kernel in the block of `of`, or NULL. */
static const tern_record *find_baseline(const tern_results *results, const tern_record *of)
{
    for (size_t i = 0; i < results->count; i++) {
        const tern_record *r = &results->records[i];
        if (r->timed && r->toggles[0] == '\0' && strcmp(r->kernel, results->run.baseline) == 0 && same_block(r, of))
            return r;
    }
    return NULL;
}

static void put_block_head(FILE *stream, const tern_results *results, const tern_record *r)
{
    const char *baseline = results->run.baseline;

    fprintf(stream, "\n%zux%zux%zu", r->m, r->k, r->n);
    if (strcmp(r->w, "random") == 0)
        fprintf(stream, "  p0=%.3g", r->p0);
    else
        fprintf(stream, "  w=%s", r->w);
    if (strcmp(r->x, "random") != 0)
        fprintf(stream, "  x=%s", r->x);
    fprintf(stream, "  seed=%" PRIu64, r->seed);
    if (r->threads == 0) {
        fprintf(stream, "\n  %-*s  verdict\n", KERNEL_WIDTH, "kernel");
        return;
    }
    fprintf(stream, "  threads=%" PRIu32 "  %s\n", r->threads, r->cache);
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
    const tern_estimate speedup = tern_pairing_speedup(r, baseline);

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

void tern_report_table(FILE *stream, const tern_results *results)
{
    for (size_t i = 0; i < results->count; i++) {
        if (strcmp(results->records[i].group, "edges") == 0 || !is_first_of_block(results, i))
            continue;
        put_block_head(stream, results, &results->records[i]);
        for (size_t j = i; j < results->count; j++)
            if (strcmp(results->records[j].group, "edges") != 0 &&
                same_block(&results->records[i], &results->records[j]))
                put_line(stream, results, &results->records[j]);
    }
}
