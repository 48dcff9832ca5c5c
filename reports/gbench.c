/*
 * The JSON of Google Benchmark, schema 1: each sample of a case is one repetition of its benchmark, so that compare.py
 * (Debian: libbenchmark-tools) tests two files for a difference; behind them stand the aggregates that it has itself,
 * with its names. A token of the decode loop is a benchmark too. cpu_time is real_time: the thread that calls a kernel
 * works all the time.
 */
#include "analyse/series_name.h"
#include "base/stats.h"
#include "json_value.h"
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double ns_per_ms = 1e6;

static bool are_complete(const tern_results *results)
{
    bool complete = true;

    for (uint32_t i = 0; i < results->runs.count; i++) {
        const tern_run_end *end = tern_results_end(results, i);
        complete &= end != NULL && end->complete;
    }
    return complete;
}

static void put_context(FILE *stream, const tern_results *results)
{
    static const tern_run unknown = {.host = ""};
    const tern_run *run = results->runs.count == 0 ? &unknown : &results->runs.item[results->runs.count - 1];
    json_t *context = json_object();

    json_object_set_new(context, "date", tern_json_text(run->time));
    json_object_set_new(context, "host_name", tern_json_text(run->host));
    json_object_set_new(context, "executable", tern_json_text("ternbench"));
    json_object_set_new(context, "num_cpus", json_integer((json_int_t)run->cpus_allowed));
    json_object_set_new(context, "mhz_per_cpu", json_integer(0));
    json_object_set_new(context, "cpu_scaling_enabled", json_false());
    json_object_set_new(context, "caches", json_array());
    json_object_set_new(context, "load_avg", json_pack("[o]", tern_json_real(run->load)));
    json_object_set_new(context, "library_build_type", tern_json_text("release"));
    json_object_set_new(context, "json_schema_version", json_integer(1));
    json_object_set_new(context, "complete", json_boolean(are_complete(results)));
    json_object_set_new(context, "cpu", tern_json_text(run->cpu));
    json_object_set_new(context, "commit", tern_json_text(run->commit));
    json_object_set_new(context, "machine_class", tern_json_text(run->machine_class));
    tern_json_put(stream, context);
}

typedef struct list {
    FILE *stream;
    const char *comma;
    json_int_t family;
} list;

/* One benchmark: its repetitions, and what they have in common. */
typedef struct benchmark {
    const char *name;
    uint32_t threads;
    uint64_t iterations;
    const char *unit;
    const double *time; /* in that unit, of so many repetitions; finite and above 0 */
    uint32_t repetitions;
    double items, bytes; /* of an iteration, by time in ns; 0: there is no rate */
} benchmark;

/*
 * A row as far as the rows of a benchmark agree, without its closing brace, to be freed; NULL when memory ran out.
 * There are as many rows as samples, so that this is made once for all of them.
 */
static char *begin(const list *l, const benchmark *b)
{
    char *text;
    json_t *row = json_object();

    json_object_set_new(row, "run_name", tern_json_text(b->name));
    json_object_set_new(row, "family_index", json_integer(l->family));
    json_object_set_new(row, "per_family_instance_index", json_integer(0));
    json_object_set_new(row, "repetitions", json_integer(b->repetitions));
    json_object_set_new(row, "threads", json_integer(b->threads));
    json_object_set_new(row, "time_unit", json_string(b->unit));
    text = tern_json_dump(row);
    if (text != NULL)
        text[strlen(text) - 1] = '\0';
    return text;
}

static void put_name(list *l, const char *row, const char *name, const char *aggregate)
{
    char whole[TERN_SERIES_NAME_BYTES + 32];

    snprintf(whole, sizeof whole, "%s%s%s", name, aggregate[0] == '\0' ? "" : "_", aggregate);
    fprintf(l->stream, "%s\n%s,\"name\":", l->comma, row);
    tern_json_put(l->stream, tern_json_text(whole));
    l->comma = ",";
}

static void put_times(const list *l, double time)
{
    fprintf(l->stream, ",\"real_time\":%.15g,\"cpu_time\":%.15g", time, time);
}

static void put_rates(const list *l, double items, double bytes)
{
    fprintf(l->stream, ",\"items_per_second\":%.15g,\"bytes_per_second\":%.15g", items, bytes);
}

/* Begins repetition i; what else it has, and the closing brace, follow. */
static void put_repetition(list *l, const char *row, const benchmark *b, uint32_t i, double time)
{
    put_name(l, row, b->name, "");
    fprintf(l->stream, ",\"run_type\":\"iteration\",\"repetition_index\":%" PRIu32 ",\"iterations\":%" PRIu64, i,
            b->iterations);
    put_times(l, time);
}

static double mean_of(double *values, size_t count)
{
    return tern_stats_mean(values, count);
}

static double median_of(double *values, size_t count)
{
    tern_stats_sort(values, count);
    return tern_stats_median(values, count);
}

static double deviation_of(double *values, size_t count)
{
    return tern_stats_deviation(values, count);
}

static double variation_of(double *values, size_t count)
{
    return deviation_of(values, count) / tern_stats_mean(values, count);
}

static const struct {
    const char *name, *unit;
    double (*of)(double *values, size_t count); /* may sort them */
} aggregates[] = {{"mean", "time", mean_of},
                  {"median", "time", median_of},
                  {"stddev", "time", deviation_of},
                  {"cv", "percentage", variation_of}};

/* rate is room for as many values as there are repetitions. */
static void put_aggregates(list *l, const char *row, const benchmark *b, double *rate)
{
    for (size_t a = 0; a < sizeof aggregates / sizeof *aggregates; a++) {
        put_name(l, row, b->name, aggregates[a].name);
        fprintf(
            l->stream,
            ",\"run_type\":\"aggregate\",\"aggregate_name\":\"%s\",\"aggregate_unit\":\"%s\",\"iterations\":%" PRIu32,
            aggregates[a].name, aggregates[a].unit, b->repetitions);
        memcpy(rate, b->time, b->repetitions * sizeof *rate);
        put_times(l, aggregates[a].of(rate, b->repetitions));
        if (b->items > 0.0) {
            for (uint32_t i = 0; i < b->repetitions; i++)
                rate[i] = 1e9 * b->items / b->time[i];
            const double items = aggregates[a].of(rate, b->repetitions);
            put_rates(l, items, strcmp(aggregates[a].name, "cv") == 0 ? items : items * b->bytes / b->items);
        }
        fputc('}', l->stream);
    }
}

static void put_benchmark(list *l, const benchmark *b)
{
    char *row = begin(l, b);
    double *rate = malloc((b->repetitions + 1) * sizeof *rate);

    for (uint32_t i = 0; row != NULL && i < b->repetitions; i++) {
        put_repetition(l, row, b, i, b->time[i]);
        if (b->items > 0.0)
            put_rates(l, 1e9 * b->items / b->time[i], 1e9 * b->bytes / b->time[i]);
        fputc('}', l->stream);
    }
    if (row != NULL && rate != NULL && b->repetitions > 1)
        put_aggregates(l, row, b, rate);
    free(row);
    free(rate);
}

/* Those of count times that are times, in `kept`; returns how many. */
static uint32_t keep_times(double *kept, const double *times, uint32_t count)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < count; i++)
        if (isfinite(times[i]) && times[i] > 0.0)
            kept[found++] = times[i];
    return found;
}

static void put_timed(list *l, const char *name, const tern_record *r)
{
    const tern_timing *t = &r->timing;
    const bool sampled = t->sample_ns != NULL && t->samples > 0;
    double *time = malloc(((size_t)t->samples + 1) * sizeof *time);

    if (time == NULL)
        return;
    const uint32_t count = keep_times(time, sampled ? t->sample_ns : &t->median_ns, sampled ? t->samples : 1);
    put_benchmark(l, &(benchmark){name, r->problem.threads, t->calls_per_sample, "ns", time, count, (double)t->macs,
                                  (double)t->traffic_bytes});
    free(time);
}

/* What has no time because it is wrong, or cannot be done, is an error there. */
static void put_untimed(list *l, const char *name, uint32_t threads, const tern_finding *finding)
{
    const benchmark b = {.name = name, .threads = threads, .unit = "ns", .repetitions = 1};
    char *row = begin(l, &b);

    if (row == NULL)
        return;
    put_repetition(l, row, &b, 0, 0.0);
    fputs(",\"error_occurred\":true,\"error_message\":", l->stream);
    tern_json_put(l->stream,
                  tern_json_text(finding->reason[0] == '\0' ? tern_verdict_name(finding->verdict) : finding->reason));
    fputc('}', l->stream);
    free(row);
}

static void put_phase(list *l, const char *name, const tern_decode_record *r, const char *phase_name,
                      const tern_phase *phase)
{
    char whole[TERN_SERIES_NAME_BYTES + 16];
    double time[TERN_DECODE_REPETITIONS];
    const uint32_t rates = phase->rates == 0 ? 1 : phase->rates;

    if (phase->tokens == 0)
        return;
    for (uint32_t i = 0; i < rates; i++)
        time[i] = 1e9 / ns_per_ms / (phase->rates == 0 ? phase->tokens_per_s : phase->rate[i]);
    snprintf(whole, sizeof whole, "%s/%s", name, phase_name);
    put_benchmark(l, &(benchmark){.name = whole,
                                  .threads = r->threads,
                                  .iterations = phase->tokens,
                                  .unit = "ms",
                                  .time = time,
                                  .repetitions = keep_times(time, time, rates)});
    l->family++;
}

void tern_report_gbench(FILE *stream, const tern_results *results)
{
    list l = {stream, "", 0};
    char name[TERN_SERIES_NAME_BYTES];

    fputs("{\"context\":", stream);
    put_context(stream, results);
    fputs(",\n\"benchmarks\":[", stream);
    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i];
        tern_series_name(results, TERN_LINE_CASE, r->id, r->run, name);
        if (r->timed)
            put_timed(&l, name, r);
        else if (r->finding.verdict != TERN_EXACT)
            put_untimed(&l, name, r->problem.threads, &r->finding);
        l.family++;
    }
    for (size_t i = 0; i < results->decodes.count; i++) {
        const tern_decode_record *r = &results->decodes.item[i];
        tern_series_name(results, TERN_LINE_DECODE, r->id, r->run, name);
        if (r->timed) {
            put_phase(&l, name, r, "prefill", &r->prefill);
            put_phase(&l, name, r, "decode", &r->decode);
        } else {
            put_untimed(&l, name, r->threads, &r->finding);
            l.family++;
        }
    }
    fputs("\n]}\n", stream);
}
