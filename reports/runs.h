/*
 * runs.h - what a document says of the runs that its figures come from.
 */
#ifndef TERN_RUNS_H
#define TERN_RUNS_H

#include "document.h"
#include "record/results.h"

/* Columns that name the run of a row for programs, wherever they stand in its sheet. */
enum {
    TERN_RUN_NUMBER,
    TERN_RUN_MACHINE,
    TERN_RUN_TIME,
    TERN_RUN_HOST,
    TERN_RUN_COMMIT,
    TERN_RUN_CLASS,
    TERN_RUN_COLUMNS
};

#define TERN_RUN_COLUMN_ROWS                                                                                           \
    TERN_FOR_PROGRAMS_COLUMN("run", TERN_COLUMN_COUNT), TERN_FOR_PROGRAMS_COLUMN("machine", TERN_COLUMN_COUNT),        \
        TERN_FOR_PROGRAMS_COLUMN("time", TERN_COLUMN_TEXT), TERN_FOR_PROGRAMS_COLUMN("host", TERN_COLUMN_TEXT),        \
        TERN_FOR_PROGRAMS_COLUMN("commit", TERN_COLUMN_TEXT),                                                          \
        TERN_FOR_PROGRAMS_COLUMN("machine_class", TERN_COLUMN_TEXT)

/* Fills them in the newest row; first is the column of the run's number. Numbers begin with 1, of machines too. */
void tern_run_cells(tern_sheet *sheet, size_t first, const tern_results *results, uint32_t run);

/* At the top: which runs there are, and what is wrong with them. One whole run needs no word. */
void tern_runs_introduce(tern_document *document, const tern_results *results);

/* The sections that follow are of this run. One run needs no word. */
void tern_runs_group(tern_sheet *sheet, const tern_results *results, uint32_t run);

/* A line with the command that does the same again: of a case, or of a decode run. */
void tern_runs_add_again(tern_document *document, const tern_results *results, uint32_t run, const char *id);

/* At the end, for programs: a row for each run. */
void tern_runs_add(tern_document *document, const tern_results *results);

#endif
