/*
 * The JSON of Google Benchmark, schema 1: each sample of a case is one repetition of its benchmark, so that compare.py
 * (Debian: libbenchmark-tools) tests two files for a difference. Aggregates are left out, since tools that draw curves
 * take them for series. A token of the decode loop is a benchmark too. cpu_time is real_time: the thread that calls a
 * kernel works all the time.
 */
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

/* One benchmark: what all its repetitions have in common. */
typedef struct benchmark {
    const char *name;
    uint32_t repetitions, threads;
    uint64_t iterations;
    const char *unit;
} benchmark;

/*
 * A row as far as its repetitions agree, without its closing brace, to be freed; NULL when memory ran out. There are as
 * many rows as samples, so that this is made once for all of them.
 */
static char *begin(const list *l, const benchmark *b)
{
    char *text;
    json_t *row = json_object();

    json_object_set_new(row, "name", tern_json_text(b->name));
    json_object_set_new(row, "family_index", json_integer(l->family));
    json_object_set_new(row, "per_family_instance_index", json_integer(0));
    json_object_set_new(row, "run_name", tern_json_text(b->name));
    json_object_set_new(row, "run_type", json_string("iteration"));
    json_object_set_new(row, "repetitions", json_integer(b->repetitions));
    json_object_set_new(row, "threads", json_integer(b->threads));
    json_object_set_new(row, "iterations", json_integer((json_int_t)b->iterations));
    json_object_set_new(row, "time_unit", json_string(b->unit));
    text = tern_json_dump(row);
    if (text != NULL)
        text[strlen(text) - 1] = '\0';
    return text;
}

/* Begins repetition i; what else it has, and the closing brace, follow. */
static void put_repetition(list *l, const char *row, uint32_t i, double time)
{
    fprintf(l->stream, "%s\n%s,\"repetition_index\":%" PRIu32 ",\"real_time\":%.15g,\"cpu_time\":%.15g", l->comma, row,
            i, time, time);
    l->comma = ",";
}

static void put_timed(list *l, const tern_record *r)
{
    const tern_timing *t = &r->timing;
    const uint32_t samples = t->sample_ns == NULL || t->samples == 0 ? 1 : t->samples;
    char *row = begin(l, &(benchmark){r->id, samples, r->problem.threads, t->calls_per_sample, "ns"});

    for (uint32_t i = 0; row != NULL && i < samples; i++) {
        const double ns = t->sample_ns == NULL ? t->median_ns : t->sample_ns[i];
        if (!isfinite(ns) || !(ns > 0.0))
            continue;
        put_repetition(l, row, i, ns);
        fprintf(l->stream, ",\"items_per_second\":%.15g,\"bytes_per_second\":%.15g}", 1e9 * (double)t->macs / ns,
                1e9 * (double)t->traffic_bytes / ns);
    }
    free(row);
}

/* What has no time because it is wrong, or cannot be done, is an error there. */
static void put_untimed(list *l, const tern_record *r)
{
    char *row = begin(l, &(benchmark){r->id, 1, r->problem.threads, 0, "ns"});

    if (row == NULL)
        return;
    put_repetition(l, row, 0, 0.0);
    fputs(",\"error_occurred\":true,\"error_message\":", l->stream);
    tern_json_put(l->stream, tern_json_text(r->finding.reason[0] == '\0' ? tern_verdict_name(r->finding.verdict)
                                                                         : r->finding.reason));
    fputc('}', l->stream);
    free(row);
}

static void put_phase(list *l, const tern_decode_record *r, const char *phase_name, const tern_phase *phase)
{
    char name[TERN_ID_BYTES + 16], *row;
    const uint32_t rates = phase->rates == 0 ? 1 : phase->rates;

    if (phase->tokens == 0 || !r->timed)
        return;
    snprintf(name, sizeof name, "%s/%s", r->id, phase_name);
    row = begin(l, &(benchmark){name, rates, r->threads, phase->tokens, "ms"});
    for (uint32_t i = 0; row != NULL && i < rates; i++) {
        const double rate = phase->rates == 0 ? phase->tokens_per_s : phase->rate[i];
        if (!isfinite(rate) || rate <= 0.0)
            continue;
        put_repetition(l, row, i, 1e9 / ns_per_ms / rate);
        fputc('}', l->stream);
    }
    free(row);
    l->family++;
}

void tern_report_gbench(FILE *stream, const tern_results *results)
{
    list l = {stream, "", 0};

    fputs("{\"context\":", stream);
    put_context(stream, results);
    fputs(",\n\"benchmarks\":[", stream);
    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i];
        if (r->timed)
            put_timed(&l, r);
        else if (r->finding.verdict != TERN_EXACT)
            put_untimed(&l, r);
        l.family++;
    }
    for (size_t i = 0; i < results->decodes.count; i++) {
        put_phase(&l, &results->decodes.item[i], "prefill", &results->decodes.item[i].prefill);
        put_phase(&l, &results->decodes.item[i], "decode", &results->decodes.item[i].decode);
    }
    fputs("\n]}\n", stream);
}
