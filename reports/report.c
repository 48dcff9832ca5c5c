#include "report.h"

#include <math.h>
#include <string.h>

const tern_report tern_reports[] = {
    {"table", "text table, grouped by shape, threads and cache state", tern_report_table, false, true},
    {"limits", "each kernel beside the hardware's limits, and what follows in words", tern_report_limits, false, true},
    {"crossovers", "from which share of zeros on one kernel is faster than another", tern_report_crossovers, false,
     false},
    {"scaling", "what more threads bring: speed-up, efficiency, imbalance, fork and join", tern_report_scaling, false,
     false},
    {"stages", "where the time of a call goes: prepare, run, fork and join, and what the kernel knows of its weights",
     tern_report_stages, false, false},
    {"counters", "events a call, by name and source, with the reason where there is no value", tern_report_counters,
     false, false},
    {"decode", "the decode loop: tokens a second, where the time goes, memory", tern_report_decode, false, false},
    {"llama-bench", "the decode loop in the columns of llama-bench", tern_report_llama_bench, false, false},
    {"csv", "one line a case, RFC 4180", tern_report_csv, false, false},
    {"jsonl", "the records themselves, JSON Lines", tern_report_jsonl, true, false},
    {0},
};

const tern_report *tern_report_find(const char *name)
{
    for (const tern_report *report = tern_reports; report->name != NULL; report++)
        if (strcmp(report->name, name) == 0)
            return report;
    return NULL;
}

tern_status tern_report_write(const tern_report *report, FILE *stream, const tern_results *results, tern_error *error)
{
    (void)error;
    report->write(stream, results);
    return TERN_OK;
}

char *tern_report_time(double ns, char *text, size_t bytes)
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    size_t unit = 0;

    if (!isfinite(ns)) {
        snprintf(text, bytes, "n/a");
        return text;
    }
    while (unit < 3 && ns >= 999.5) {
        ns /= 1000.0;
        unit++;
    }
    snprintf(text, bytes, "%.*f %s", ns < 9.995 ? 2 : ns < 99.95 ? 1 : 0, ns, units[unit]);
    return text;
}
