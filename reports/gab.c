/*
 * What github-action-benchmark calls customSmallerIsBetter: [{"name", "unit", "value", "range", "extra"}, ...]. The
 * range is half of the 95 % interval. What is not exact has no time, and is not there.
 */
#include "analyse/series_name.h"
#include "json_value.h"
#include "report.h"

#include <inttypes.h>
#include <math.h>

static void put(FILE *stream, const char **comma, const char *name, double value, double half_width, const char *unit,
                const char *extra)
{
    json_t *row = json_object();
    char range[64];

    fprintf(stream, "%s\n", *comma);
    *comma = ",";
    json_object_set_new(row, "name", tern_json_text(name));
    json_object_set_new(row, "unit", json_string(unit));
    json_object_set_new(row, "value", tern_json_real(value));
    if (isfinite(half_width)) {
        snprintf(range, sizeof range, "\302\261 %.4g", half_width);
        json_object_set_new(row, "range", json_string(range));
    }
    json_object_set_new(row, "extra", json_string(extra)); /* its parts are text already */
    tern_json_put(stream, row);
}

static void put_case(FILE *stream, const char **comma, const tern_results *results, const tern_record *r)
{
    const tern_run *run = &results->runs.item[r->run];
    char extra[512], name[TERN_SERIES_NAME_BYTES];

    snprintf(extra, sizeof extra, "%.2f GMAC/s\n%s\n%s", tern_record_gmacs(r), run->host, run->machine_class);
    put(stream, comma, tern_series_name(results, TERN_LINE_CASE, r->id, r->run, name), r->timing.median_ns,
        0.5 * (r->timing.high_ns - r->timing.low_ns), "ns", extra);
}

static void put_loop(FILE *stream, const char **comma, const tern_results *results, const tern_decode_record *r)
{
    const tern_run *run = &results->runs.item[r->run];
    char extra[512], name[TERN_SERIES_NAME_BYTES];

    snprintf(extra, sizeof extra, "%.2f tokens a second\n%s\n%s", r->decode.tokens_per_s, run->host,
             run->machine_class);
    put(stream, comma, tern_series_name(results, TERN_LINE_DECODE, r->id, r->run, name), 1e3 / r->decode.tokens_per_s,
        (double)NAN, "ms/token", extra);
}

void tern_report_gab(FILE *stream, const tern_results *results)
{
    const char *comma = "";

    fputc('[', stream);
    for (size_t i = 0; i < results->cases.count; i++)
        if (results->cases.item[i].timed && isfinite(results->cases.item[i].timing.median_ns))
            put_case(stream, &comma, results, &results->cases.item[i]);
    for (size_t i = 0; i < results->decodes.count; i++)
        if (results->decodes.item[i].timed && results->decodes.item[i].decode.tokens_per_s > 0.0)
            put_loop(stream, &comma, results, &results->decodes.item[i]);
    fputs("\n]\n", stream);
}
