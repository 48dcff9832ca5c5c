/*
 * report.h - what can be drawn from results, and in which formats.
 *
 * A report is a function that fills a document: words and sheets. A writer puts any document into a format. `limits` is
 * the report of that name as text; `limits.csv`, `limits.md`, `limits.html` and `limits.json` are the same report by
 * another writer. `md`, `html` and `json` alone are the full report, `csv` alone is the table. `NAME.svg` and
 * `NAME.png` are plots. Some formats are no documents: they are written straight from results.
 *
 * To add a report: one file beside this one with a tern_report_builder, its declaration here, one row in report.c. To
 * add a writer, see writer.h.
 */
#ifndef TERN_REPORT_H
#define TERN_REPORT_H

#include "document.h"
#include "plot.h"
#include "record/results.h"
#include "writer.h"

#include <stdio.h>

/* Fills an empty document. TERN_ENVIRONMENT when memory ran out. */
typedef tern_status tern_report_builder(tern_document *document, const tern_results *results, tern_error *error);

/* Writes all of it. Errors of the stream show in ferror(). */
typedef void tern_report_fn(FILE *stream, const tern_results *results);

typedef struct tern_report {
    const char *name;
    const char *summary;        /* NULL: another way to write the one before it */
    uint32_t needs;             /* a bit for each tern_line of which it shows something; 0: it has always something */
    tern_report_builder *build; /* NULL: write does it all */
    tern_writer *writer;
    tern_report_fn *write;
    bool line_by_line; /* the records themselves: a run can write each as soon as it is there */
    bool of_series;    /* runs that repeat each other are one series of samples in it */
    bool with_summary; /* for people who look at a run: what came of it follows the report */
    const char *plot;  /* NULL, or the plot of a sheet that build makes: no writer then */
    tern_picture picture;
} tern_report;

/* Ends with a row whose name is NULL. */
extern const tern_report tern_reports[];

/* NULL when there is none of that name. */
const tern_report *tern_report_find(const char *name);

/* "table, limits, ...; each also as NAME.csv, ...": what a user may write, for a message. */
const char *tern_report_names(void);

/* The writer that a name alone means (table: text, csv, md, html, json), for any document; NULL for other reports. */
tern_writer *tern_report_plain_writer(const tern_report *report);

/*
 * What a report that was written lacks all the same: TERN_OK for what it can do without. why is empty when it is whole.
 */
typedef struct tern_report_lack {
    tern_status status;
    tern_error why;
} tern_report_lack;

/*
 * Fills the empty document of a report that has a builder. TERN_ENVIRONMENT when memory ran out.
 */
tern_status tern_report_build(const tern_report *report, tern_document *document, const tern_results *results,
                              tern_error *error);

/*
 * Whether it shows something of the results, and is not a head without a row. A plot is looked at when it is drawn.
 * TERN_ENVIRONMENT when memory ran out.
 */
tern_status tern_report_shows(const tern_report *report, const tern_results *results, bool *shows, tern_error *error);

/*
 * Writes all of it. TERN_ENVIRONMENT when memory ran out; errors of the stream show in ferror(). lack may be NULL.
 */
tern_status tern_report_write(const tern_report *report, FILE *stream, const tern_results *results,
                              tern_report_lack *lack, tern_error *error);

tern_report_builder tern_full_build;
tern_report_builder tern_table_build;
tern_report_builder tern_limits_build;
tern_report_builder tern_crossovers_build;
tern_report_builder tern_scaling_build;
tern_report_builder tern_stages_build;
tern_report_builder tern_counters_build;
tern_report_builder tern_decode_build;
tern_report_builder tern_gate_build;
tern_report_builder tern_ablate_build;
tern_report_builder tern_bisect_build, tern_tune_build;
tern_report_builder tern_history_build;

/* The sheets of these reports alone, for documents that hold several. */
tern_report_builder tern_table_add;
tern_report_builder tern_scaling_add;
tern_report_builder tern_gates_add;
tern_report_builder tern_history_add;

/* Formats that other tools read, each from results: a file of the same name tells its rules. */
tern_report_fn tern_report_gbench;
tern_report_fn tern_report_junit;
tern_report_fn tern_report_bmf;
tern_report_fn tern_report_gab;
tern_report_fn tern_report_github;
tern_report_fn tern_report_github_annotations;
tern_report_fn tern_report_llama_bench;
tern_report_fn tern_report_jsonl;

/* What is wrong with a case that is not EXACT, and the command that runs it again. Writes nothing for an EXACT one. */
void tern_report_failure(FILE *stream, const tern_run *run, const tern_record *record);

#endif
