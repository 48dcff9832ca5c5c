#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* RFC 4180: a field with a comma, quote or line end is quoted, its quotes doubled. */
static void put_text(FILE *stream, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, stream);
        return;
    }
    fputc('"', stream);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', stream);
        fputc(*text, stream);
    }
    fputc('"', stream);
}

static void put_number(FILE *stream, bool known, double value)
{
    fputc(',', stream);
    if (known && isfinite(value))
        fprintf(stream, "%.9g", value);
}

static void put_record(FILE *stream, const tern_record *r)
{
    const tern_timing *t = &r->timing;
    const char *const texts[] = {r->suite, r->group, r->kernel, r->toggles};

    put_text(stream, r->id);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        fputc(',', stream);
        put_text(stream, texts[i]);
    }
    fprintf(stream, ",%zu,%zu,%zu,%" PRIu32 ",%s,%s,%s,%.12g,%" PRIu64 ",%s", r->problem.m, r->problem.k, r->problem.n,
            r->problem.threads, r->problem.cache, r->problem.w, r->problem.x, r->problem.p0, r->problem.seed,
            tern_verdict_name(r->finding.verdict));
    fprintf(stream, ",%" PRIu64, r->finding.mismatches);
    put_number(stream, true, r->bits_per_weight);
    put_number(stream, r->timed, t->median_ns);
    put_number(stream, r->timed, t->low_ns);
    put_number(stream, r->timed, t->high_ns);
    put_number(stream, r->timed, t->min_ns);
    put_number(stream, r->timed, (double)t->samples);
    put_number(stream, r->timed, tern_record_gmacs(r));
    put_number(stream, r->timed, tern_record_gbps(r));
    put_number(stream, r->timed && t->roof_read_gbps > 0.0, t->roof_read_gbps);
    put_number(stream, r->timed && t->roof_gmacs > 0.0, t->roof_gmacs);
    put_number(stream, r->timed, t->intensity);
    put_number(stream, r->timed, t->roof_share);
    put_number(stream, r->timed && t->pack_ns > 0.0, t->pack_ns);
    fputs(",", stream);
    put_text(stream, r->finding.reason);
    fputs("\r\n", stream);
}

void tern_report_csv(FILE *stream, const tern_results *results)
{
    fputs("id,suite,group,kernel,toggles,m,k,n,threads,cache,w,x,p0,seed,verdict,mismatches,bits_per_weight,median_ns,"
          "low_ns,"
          "high_ns,min_ns,samples,gmacs,gbps,roof_read_gbps,roof_gmacs,intensity,roof_share,pack_ns,reason\r\n",
          stream);
    for (size_t i = 0; i < results->cases.count; i++)
        put_record(stream, &results->cases.item[i]);
}
