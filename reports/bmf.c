/*
 * Bencher Metric Format: {"case": {"latency": {"value", "lower_value", "upper_value"}, ...}}. What is not exact has no
 * time, and is not there.
 */
#include "analyse/series_name.h"
#include "json_value.h"
#include "report.h"

#include <math.h>
#include <stdint.h>

static json_t *metric(double value, double low, double high)
{
    json_t *object = json_object();

    json_object_set_new(object, "value", tern_json_real(value));
    if (isfinite(low) && isfinite(high)) {
        json_object_set_new(object, "lower_value", json_real(low));
        json_object_set_new(object, "upper_value", json_real(high));
    }
    return object;
}

static void put(FILE *stream, const char **comma, const char *name, json_t *metrics)
{
    fprintf(stream, "%s\n", *comma);
    *comma = ",";
    tern_json_put(stream, tern_json_text(name));
    fputc(':', stream);
    tern_json_put(stream, metrics);
}

static void put_case(FILE *stream, const char **comma, const tern_results *results, const tern_record *r)
{
    const tern_timing *t = &r->timing;
    char name[TERN_SERIES_NAME_BYTES];
    json_t *metrics = json_object();

    json_object_set_new(metrics, "latency", metric(t->median_ns, t->low_ns, t->high_ns));
    json_object_set_new(
        metrics, "throughput",
        metric(1e9 * tern_record_gmacs(r), 1e9 * (double)t->macs / t->high_ns, 1e9 * (double)t->macs / t->low_ns));
    put(stream, comma, tern_series_name(results, TERN_LINE_CASE, r->id, r->run, name), metrics);
}

static void put_loop(FILE *stream, const char **comma, const tern_results *results, const tern_decode_record *r)
{
    double low = r->decode.tokens_per_s, high = low;
    char name[TERN_SERIES_NAME_BYTES];
    json_t *metrics = json_object();

    for (uint32_t i = 0; i < r->decode.rates; i++) {
        low = fmin(low, r->decode.rate[i]);
        high = fmax(high, r->decode.rate[i]);
    }
    json_object_set_new(metrics, "throughput", metric(r->decode.tokens_per_s, low, high));
    json_object_set_new(metrics, "latency", metric(1e9 / r->decode.tokens_per_s, 1e9 / high, 1e9 / low));
    put(stream, comma, tern_series_name(results, TERN_LINE_DECODE, r->id, r->run, name), metrics);
}

void tern_report_bmf(FILE *stream, const tern_results *results)
{
    const char *comma = "";

    fputc('{', stream);
    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i];
        if (r->timed && isfinite(r->timing.median_ns))
            put_case(stream, &comma, results, r);
    }
    for (size_t i = 0; i < results->decodes.count; i++) {
        const tern_decode_record *r = &results->decodes.item[i];
        if (r->timed && r->decode.tokens_per_s > 0.0)
            put_loop(stream, &comma, results, r);
    }
    fputs("\n}\n", stream);
}
