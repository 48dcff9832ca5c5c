#include "report.h"

#include <string.h>

/* A report as text, and as each of the other writers puts it. */
#define DOCUMENT(name, summary, build, with_summary)                                                                   \
    {name, summary, build, tern_write_text, NULL, false, with_summary},                                                \
        {name ".csv", NULL, build, tern_write_csv, NULL, false, false},                                                \
        {name ".md", NULL, build, tern_write_md, NULL, false, false},                                                  \
        {name ".html", NULL, build, tern_write_html, NULL, false, false},                                              \
    {                                                                                                                  \
        name ".json", NULL, build, tern_write_json, NULL, false, false                                                 \
    }

const tern_report tern_reports[] = {
    DOCUMENT("table", "all cases, grouped by shape, threads and cache state", tern_table_build, true),
    DOCUMENT("limits", "each kernel beside the hardware's limits, and what follows in words", tern_limits_build, true),
    DOCUMENT("crossovers", "from which share of zeros on one kernel is faster than another", tern_crossovers_build,
             false),
    DOCUMENT("scaling", "what more threads bring: speed-up, efficiency, imbalance, fork and join", tern_scaling_build,
             false),
    DOCUMENT("stages", "where the time of a call goes, and what the kernel knows of its weights", tern_stages_build,
             false),
    DOCUMENT("counters", "events a call, by name and source, with the reason where there is no value",
             tern_counters_build, false),
    DOCUMENT("decode", "the decode loop: tokens a second, where the time goes, memory", tern_decode_build, false),
    DOCUMENT("gate", "did a kernel get slower? one verdict a case", tern_gate_build, false),
    DOCUMENT("ablate", "what each toggle gives, alone and beside the others", tern_ablate_build, false),
    {"csv", "the table for programs, one line a case, RFC 4180", tern_table_build, tern_write_csv, NULL, false, false},
    {"md", "the table in Markdown", tern_table_build, tern_write_md, NULL, false, false},
    {"html", "the table as a page", tern_table_build, tern_write_html, NULL, false, false},
    {"json", "the table for programs, with names and units", tern_table_build, tern_write_json, NULL, false, false},
    {"jsonl", "the records themselves, JSON Lines", NULL, NULL, tern_report_jsonl, true, false},
    {"llama-bench", "the decode loop in the columns of llama-bench", NULL, NULL, tern_report_llama_bench, false, false},
    {0},
};

const tern_report *tern_report_find(const char *name)
{
    for (const tern_report *report = tern_reports; report->name != NULL; report++)
        if (strcmp(report->name, name) == 0)
            return report;
    return NULL;
}

const char *tern_report_names(void)
{
    return "table, limits, crossovers, scaling, stages, counters, decode, gate and ablate, each also as NAME.csv, "
           "NAME.md, NAME.html "
           "and NAME.json; csv, md, html and json, which are the table; jsonl; llama-bench";
}

tern_writer *tern_report_plain_writer(const tern_report *report)
{
    return report->build == tern_table_build && strncmp(report->name, "table.", 6) != 0 ? report->writer : NULL;
}

tern_status tern_report_write(const tern_report *report, FILE *stream, const tern_results *results, tern_error *error)
{
    tern_document document = {.name = report->name, .title = report->name};
    tern_status status = TERN_OK;

    if (report->build == NULL) {
        report->write(stream, results);
        return TERN_OK;
    }
    status = report->build(&document, results, error);
    if (status == TERN_OK)
        status = tern_document_write(&document, report->writer, stream, error);
    tern_document_free(&document);
    return status;
}
