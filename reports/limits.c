/*
 * How near to the hardware's limit: each kernel beside its roof, block by block, and a sentence of what follows.
 * Shares and ratios are taken round by round where the cases ran in one race, with the 95 % interval of their median.
 *
 *     GB/s     packed W a second: what must come from memory
 *     % roof   of the nearer of read bandwidth and the multiply-add peak of the kernel's instructions
 *     x 2-bit  times as fast as the fastest kernel with two bits a weight
 */
#include "analyse/speedup.h"
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { NAME_WIDTH = 22 };

static bool same_block(const tern_record *a, const tern_record *b)
{
    return a->run == b->run && a->timed && b->timed && tern_problem_key_same(&a->problem, &b->problem);
}

static bool is_first_of_block(const tern_results *results, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (same_block(&results->cases.item[i], &results->cases.item[index]))
            return false;
    return results->cases.item[index].timed;
}

static bool has_two_bits(const tern_record *r)
{
    return fabs(r->bits_per_weight - 2.0) < 0.2;
}

static bool is_any(const tern_record *r)
{
    return r->timed;
}

/* The fastest in the block of `of`, of those that are wanted and are not `but`; NULL when there is none. */
static const tern_record *find_fastest(const tern_results *results, const tern_record *of,
                                       bool (*is_wanted)(const tern_record *), const tern_record *but)
{
    const tern_record *fastest = NULL;

    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i];
        if (r != but && same_block(r, of) && is_wanted(r) &&
            (fastest == NULL || tern_speedup_estimate(r, fastest).median > 1.0))
            fastest = r;
    }
    return fastest;
}

static const tern_record *find_baseline(const tern_results *results, const tern_record *of)
{
    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i];
        if (same_block(r, of) && r->toggles[0] == '\0' && strcmp(r->kernel, results->runs.item[of->run].baseline) == 0)
            return r;
    }
    return NULL;
}

/* The kernel, with its toggles. */
static const char *name_of(const tern_record *r, char *text, size_t bytes)
{
    snprintf(text, bytes, "%s%s%s", r->kernel, r->toggles[0] ? "+" : "", r->toggles);
    return text;
}

/* "93 (91..95)", or without the interval where there is none. */
static const char *with_interval(tern_estimate value, int digits, char *text, size_t bytes)
{
    if (!isfinite(value.median))
        snprintf(text, bytes, "n/a");
    else if (!isfinite(value.low))
        snprintf(text, bytes, "%.*f", digits, value.median);
    else
        snprintf(text, bytes, "%.*f (%.*f..%.*f)", digits, value.median, digits, value.low, digits, value.high);
    return text;
}

static tern_estimate roof_percent(const tern_timing *t)
{
    if (t->rounds == 0 || t->roof_paired[0] == '\0')
        return (tern_estimate){100.0 * t->roof_share, (double)NAN, (double)NAN};
    return (tern_estimate){100.0 * t->roof_paired_median, 100.0 * t->roof_paired_low, 100.0 * t->roof_paired_high};
}

static void put_head(FILE *stream, const tern_record *r, const tern_record *two_bits, const tern_record *baseline)
{
    char name[sizeof r->kernel + sizeof r->toggles];

    fprintf(stream, "\n%zux%zux%zu  p0=%.3g  seed=%" PRIu64 "  threads=%" PRIu32 "  %s", r->problem.m, r->problem.k,
            r->problem.n, r->problem.p0, r->problem.seed, r->problem.threads, r->problem.cache);
    if (r->timing.roof_read_gbps > 0.0)
        fprintf(stream, "  read bandwidth %.1f GB/s", r->timing.roof_read_gbps);
    fprintf(stream, "\n  %-*s  %4s  %8s  %7s  %8s  %-16s  %-15s", NAME_WIDTH, "kernel", "bits", "median", "GB/s",
            "GMAC/s", "% of", "roof");
    if (two_bits != NULL)
        fprintf(stream, "  x %-20s", name_of(two_bits, name, sizeof name));
    if (baseline != NULL)
        fprintf(stream, "  x %s", baseline->kernel);
    fputc('\n', stream);
}

static void put_speedup(FILE *stream, const tern_record *r, const tern_record *over, int width)
{
    char text[48] = "1.00";

    if (r != over)
        with_interval(tern_speedup_estimate(r, over), 2, text, sizeof text);
    fprintf(stream, "  %-*s", width, text);
}

static void put_line(FILE *stream, const tern_record *r, const tern_record *two_bits, const tern_record *baseline)
{
    char name[sizeof r->kernel + sizeof r->toggles], median[16], share[48];
    const tern_timing *t = &r->timing;

    fprintf(stream, "  %-*s  %4.2f  %8s  %7.2f  %8.2f  %-16s  %-15s", NAME_WIDTH, name_of(r, name, sizeof name),
            r->bits_per_weight, tern_report_time(t->median_ns, median, sizeof median),
            (double)t->packed_bytes / t->median_ns, tern_record_gmacs(r),
            with_interval(roof_percent(t), 0, share, sizeof share),
            t->roof_paired[0] != '\0'               ? t->roof_paired
            : strcmp(r->problem.cache, "cold") == 0 ? "nearer, alone"
                                                    : t->roof_instruction);
    if (two_bits != NULL)
        put_speedup(stream, r, two_bits, 22);
    if (baseline != NULL)
        put_speedup(stream, r, baseline, 0);
    if (t->not_cold)
        fputs("  (not cold)", stream);
    fputc('\n', stream);
}

/* "NAME reads at 93 % (91..95) of the read bandwidth" */
static void put_achievement(FILE *stream, const tern_record *r)
{
    char name[sizeof r->kernel + sizeof r->toggles];
    const tern_estimate share = roof_percent(&r->timing);
    const bool reads = strcmp(r->timing.roof_paired, "read") == 0;

    fprintf(stream, "%s %s %.0f %%", name_of(r, name, sizeof name), reads ? "reads at" : "multiplies at", share.median);
    if (isfinite(share.low))
        fprintf(stream, " (%.0f..%.0f)", share.low, share.high);
    fprintf(stream, " of %s", reads ? "the read bandwidth" : "its ");
    if (!reads)
        fprintf(stream, "%s peak", r->timing.roof_instruction);
}

/* Of those whose instruction sets are no others than this one's. */
static bool is_first_of_isa(const tern_results *results, const tern_record *r)
{
    for (const tern_record *other = results->cases.item; other < r; other++)
        if (same_block(other, r) && strcmp(other->isa, r->isa) == 0)
            return false;
    return true;
}

static const tern_record *find_fastest_of_isa(const tern_results *results, const tern_record *of)
{
    const tern_record *fastest = of;

    for (const tern_record *r = of; r < results->cases.item + results->cases.count; r++)
        if (same_block(r, of) && strcmp(r->isa, of->isa) == 0 && tern_speedup_estimate(r, fastest).median > 1.0)
            fastest = r;
    return fastest;
}

/* What the fastest does with less than the instructions of the overall winner. */
static void put_lesser_isas(FILE *stream, const tern_results *results, const tern_record *best)
{
    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i];
        if (!same_block(r, best) || strcmp(r->isa, best->isa) == 0 || !is_first_of_isa(results, r))
            continue;
        fprintf(stream, "  With %s: ", r->isa);
        put_achievement(stream, find_fastest_of_isa(results, r));
        fputs(".\n", stream);
    }
}

static void put_sentence(FILE *stream, const tern_results *results, const tern_record *of, const tern_record *two_bits)
{
    char name[sizeof of->kernel + sizeof of->toggles], text[48];
    const tern_record *best = find_fastest(results, of, is_any, NULL);
    const tern_record *second = find_fastest(results, of, is_any, best);

    fputs("  Fastest: ", stream);
    put_achievement(stream, best);
    if (two_bits != NULL && two_bits != best)
        fprintf(stream, ", %s times as fast as %s, the best with two bits a weight",
                with_interval(tern_speedup_estimate(best, two_bits), 2, text, sizeof text),
                name_of(two_bits, name, sizeof name));
    fputs(".\n", stream);
    if (second != NULL && !(tern_speedup_estimate(best, second).low > 1.0))
        fprintf(stream, "  No difference was seen between it and %s.\n", name_of(second, name, sizeof name));
    put_lesser_isas(stream, results, best);
}

static void put_block(FILE *stream, const tern_results *results, const tern_record *first)
{
    const tern_record *two_bits = find_fastest(results, first, has_two_bits, NULL);
    const tern_record *baseline = find_baseline(results, first);

    put_head(stream, first, two_bits, baseline);
    for (size_t i = 0; i < results->cases.count; i++)
        if (same_block(first, &results->cases.item[i]))
            put_line(stream, &results->cases.item[i], two_bits, baseline);
    put_sentence(stream, results, first, two_bits);
}

static void put_findings(FILE *stream, const tern_results *results)
{
    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i];
        if (!r->timed && r->problem.threads > 0)
            fprintf(stream, "\n%s: %s%s%s\n", r->id, tern_verdict_name(r->finding.verdict),
                    r->finding.reason[0] ? ", " : "", r->finding.reason);
    }
}

void tern_report_limits(FILE *stream, const tern_results *results)
{
    for (size_t i = 0; i < results->cases.count; i++)
        if (is_first_of_block(results, i))
            put_block(stream, results, &results->cases.item[i]);
    tern_report_crossovers(stream, results);
    put_findings(stream, results);
}
