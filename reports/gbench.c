/*
 * The JSON of Google Benchmark, schema 1: each sample of a case is one repetition of its benchmark, so that compare.py
 * (Debian: libbenchmark-tools) tests two files for a difference. Aggregates are left out, since tools that draw curves
 * take them for series. A token of the decode loop is a benchmark too. cpu_time is real_time: the thread that calls a
 * kernel works all the time.
 */
#include "json_value.h"
#include "report.h"

#include <math.h>

static const double ns_per_ms = 1e6;

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

typedef struct repetition {
    const char *name;
    uint32_t index, of, threads;
    uint64_t iterations;
    double time;
    const char *unit;
} repetition;

static json_t *begin(list *l, const repetition *r)
{
    json_t *row = json_object();

    fprintf(l->stream, "%s\n", l->comma);
    l->comma = ",";
    json_object_set_new(row, "name", tern_json_text(r->name));
    json_object_set_new(row, "family_index", json_integer(l->family));
    json_object_set_new(row, "per_family_instance_index", json_integer(0));
    json_object_set_new(row, "run_name", tern_json_text(r->name));
    json_object_set_new(row, "run_type", json_string("iteration"));
    json_object_set_new(row, "repetitions", json_integer(r->of));
    json_object_set_new(row, "repetition_index", json_integer(r->index));
    json_object_set_new(row, "threads", json_integer(r->threads));
    json_object_set_new(row, "iterations", json_integer((json_int_t)r->iterations));
    json_object_set_new(row, "real_time", json_real(r->time));
    json_object_set_new(row, "cpu_time", json_real(r->time));
    json_object_set_new(row, "time_unit", json_string(r->unit));
    return row;
}

static void put_timed(list *l, const tern_record *r)
{
    const tern_timing *t = &r->timing;
    const uint32_t samples = t->sample_ns == NULL || t->samples == 0 ? 1 : t->samples;

    for (uint32_t i = 0; i < samples; i++) {
        const double ns = t->sample_ns == NULL ? t->median_ns : t->sample_ns[i];
        if (!isfinite(ns))
            continue;
        json_t *row = begin(l, &(repetition){r->id, i, samples, r->problem.threads, t->calls_per_sample, ns, "ns"});
        json_object_set_new(row, "items_per_second", tern_json_real(ns > 0.0 ? 1e9 * (double)t->macs / ns : 0.0));
        json_object_set_new(row, "bytes_per_second",
                            tern_json_real(ns > 0.0 ? 1e9 * (double)t->traffic_bytes / ns : 0.0));
        tern_json_put(l->stream, row);
    }
}

/* What has no time because it is wrong, or cannot be done, is an error there. */
static void put_untimed(list *l, const tern_record *r)
{
    json_t *row = begin(l, &(repetition){r->id, 0, 1, r->problem.threads, 0, 0.0, "ns"});

    json_object_set_new(row, "error_occurred", json_true());
    json_object_set_new(
        row, "error_message",
        tern_json_text(r->finding.reason[0] == '\0' ? tern_verdict_name(r->finding.verdict) : r->finding.reason));
    tern_json_put(l->stream, row);
}

static void put_phase(list *l, const tern_decode_record *r, const char *phase_name, const tern_phase *phase)
{
    char name[TERN_ID_BYTES + 16];
    const uint32_t rates = phase->rates == 0 ? 1 : phase->rates;

    if (phase->tokens == 0 || !r->timed)
        return;
    snprintf(name, sizeof name, "%s/%s", r->id, phase_name);
    for (uint32_t i = 0; i < rates; i++) {
        const double rate = phase->rates == 0 ? phase->tokens_per_s : phase->rate[i];
        if (!isfinite(rate) || rate <= 0.0)
            continue;
        tern_json_put(l->stream,
                      begin(l, &(repetition){name, i, rates, r->threads, phase->tokens, 1e9 / ns_per_ms / rate, "ms"}));
    }
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
