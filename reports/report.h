/*
 * report.h - the formats that records can be written in. Each is a pure function from results to a stream, one file
 * each.
 *
 * To add a format: one file beside this one, one declaration here, one row in report.c.
 */
#ifndef TERN_REPORT_H
#define TERN_REPORT_H

#include "record/results.h"

#include <stdio.h>

/* Writes all of it. Errors of the stream show in ferror(). */
typedef void tern_report_fn(FILE *stream, const tern_results *results);

typedef struct tern_report {
    const char *name;
    const char *summary;
    tern_report_fn *write;
    bool line_by_line; /* the records themselves: a run can write each as soon as it is there */
    bool with_summary; /* for people who look at a run: what came of it follows the report */
} tern_report;

/* Ends with a row whose name is NULL. */
extern const tern_report tern_reports[];

/* NULL when there is none of that name. */
const tern_report *tern_report_find(const char *name);

/* Writes all of it. TERN_ENVIRONMENT when memory ran out; errors of the stream show in ferror(). */
tern_status tern_report_write(const tern_report *report, FILE *stream, const tern_results *results, tern_error *error);

tern_report_fn tern_report_table;
tern_report_fn tern_report_limits;
tern_report_fn tern_report_crossovers;
tern_report_fn tern_report_scaling;
tern_report_fn tern_report_stages;
tern_report_fn tern_report_counters;
tern_report_fn tern_report_decode;
tern_report_fn tern_report_llama_bench;
tern_report_fn tern_report_csv;
tern_report_fn tern_report_jsonl;

/* What is wrong with a case that is not EXACT, and the command that runs it again. Writes nothing for an EXACT one. */
void tern_report_failure(FILE *stream, const tern_run *run, const tern_record *record);

/*
 * Two runs side by side: each case that both timed, the change of its median, and the share of cases that changed by
 * at most tolerance (0.05 = 5 %). Returns the number of such cases.
 */
size_t tern_report_compare(FILE *stream, const tern_results *before, const tern_results *after, double tolerance);

/* "12.3 us": three digits and a unit that fits. Returns text. */
char *tern_report_time(double ns, char *text, size_t bytes);

#endif
