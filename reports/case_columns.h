/*
 * case_columns.h - what every sheet of cases tells programs of a case: which one it is. The columns stand first in
 * such a sheet, so its own begin at TERN_CASE_COLUMNS.
 */
#ifndef TERN_CASE_COLUMNS_H
#define TERN_CASE_COLUMNS_H

#include "record/record.h"
#include "sheet.h"

enum {
    TERN_CASE_ID,
    TERN_CASE_SUITE,
    TERN_CASE_GROUP,
    TERN_CASE_KERNEL,
    TERN_CASE_TOGGLES,
    TERN_CASE_M,
    TERN_CASE_K,
    TERN_CASE_N,
    TERN_CASE_THREADS,
    TERN_CASE_CACHE,
    TERN_CASE_W,
    TERN_CASE_X,
    TERN_CASE_P0,
    TERN_CASE_SEED,
    TERN_CASE_COLUMNS
};

/* In the order of the enumeration above. */
#define TERN_CASE_COLUMN_ROWS                                                                                          \
    TERN_FOR_PROGRAMS_COLUMN("id", TERN_COLUMN_TEXT), TERN_FOR_PROGRAMS_COLUMN("suite", TERN_COLUMN_TEXT),             \
        TERN_FOR_PROGRAMS_COLUMN("group", TERN_COLUMN_TEXT), TERN_FOR_PROGRAMS_COLUMN("kernel", TERN_COLUMN_TEXT),     \
        TERN_FOR_PROGRAMS_COLUMN("toggles", TERN_COLUMN_TEXT), TERN_FOR_PROGRAMS_COLUMN("m", TERN_COLUMN_COUNT),       \
        TERN_FOR_PROGRAMS_COLUMN("k", TERN_COLUMN_COUNT), TERN_FOR_PROGRAMS_COLUMN("n", TERN_COLUMN_COUNT),            \
        TERN_FOR_PROGRAMS_COLUMN("threads", TERN_COLUMN_COUNT), TERN_FOR_PROGRAMS_COLUMN("cache", TERN_COLUMN_TEXT),   \
        TERN_FOR_PROGRAMS_COLUMN("w", TERN_COLUMN_TEXT), TERN_FOR_PROGRAMS_COLUMN("x", TERN_COLUMN_TEXT),              \
        TERN_FOR_PROGRAMS_COLUMN("p0", TERN_COLUMN_REAL), TERN_FOR_PROGRAMS_COLUMN("seed", TERN_COLUMN_COUNT)

/* Fills them in the newest row. */
void tern_case_cells(tern_sheet *sheet, const tern_record *record);

/* Columns for a case that several runs timed, as one series of samples, wherever they stand in its sheet. */
enum { TERN_SERIES_RUNS, TERN_SERIES_FASTEST, TERN_SERIES_SLOWEST, TERN_SERIES_COLUMNS };

#define TERN_SERIES_COLUMN_ROWS                                                                                        \
    TERN_FOR_PROGRAMS_COLUMN("runs", TERN_COLUMN_COUNT),                                                               \
        {.name = "fastest_run_ns", .type = TERN_COLUMN_TIME, .audience = TERN_FOR_PROGRAMS, .unit = "ns"},             \
    {                                                                                                                  \
        .name = "slowest_run_ns", .type = TERN_COLUMN_TIME, .audience = TERN_FOR_PROGRAMS, .unit = "ns"                \
    }

/* Fills them in the newest row; first is that of the runs. */
void tern_series_cells(tern_sheet *sheet, size_t first, const tern_timing *timing);

/* What people should know besides the figures: "(not cold)", "(3 runs, 2.1 % apart)", both or "". Returns text. */
enum { TERN_SERIES_REMARK_BYTES = 96 };
const char *tern_series_remark(const tern_timing *timing, char text[TERN_SERIES_REMARK_BYTES]);

/* "NAME" or "NAME+TOGGLE=VALUE", into the column of the newest row. */
void tern_case_name(tern_sheet *sheet, size_t column, const tern_record *record);

/* The same as text; bytes of TERN_CASE_NAME_BYTES hold any. Returns text. */
enum { TERN_CASE_NAME_BYTES = 320 };
const char *tern_case_name_text(const tern_record *record, char text[TERN_CASE_NAME_BYTES]);

/* "4096x4096x1  p0=0.42  seed=1  threads=1  cold": what the cases of a section have in common. Returns text. */
enum { TERN_PROBLEM_TITLE_BYTES = 256 };
const char *tern_case_problem_title(const tern_problem_key *key, char text[TERN_PROBLEM_TITLE_BYTES]);

#endif
