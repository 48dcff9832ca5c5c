/*
 * sheet.h - a table before it has a format: typed columns, and rows in sections. A report fills sheets; text, csv,
 * md, html and json are ways to write them. So a report says once what it knows, with units and intervals, and for
 * each column whether it is for people, for programs, or for both.
 *
 *     static const tern_column columns[] = {
 *         {.name = "id", .type = TERN_COLUMN_TEXT, .audience = TERN_FOR_PROGRAMS},
 *         {.name = "kernel", .type = TERN_COLUMN_TEXT, .width = 22},
 *         {.name = "median_ns", .label = "median", .type = TERN_COLUMN_TIME, .unit = "ns"},
 *     };
 *     enum { ID, KERNEL, MEDIAN, COLUMNS };
 *
 *     tern_sheet *sheet = tern_document_sheet(document, "cases", columns, COLUMNS);
 *     tern_sheet_section(sheet, TERN_FOR_ALL, "%zux%zux%zu", m, k, n);
 *     tern_sheet_row(sheet);
 *     tern_sheet_text(sheet, ID, record->id);
 *     ...
 *     tern_sheet_note(sheet, "Fastest: %s", kernel);
 *
 * Nothing here returns an error: when memory runs out, the pool's `failed` is set, and who writes the document sees it.
 */
#ifndef TERN_SHEET_H
#define TERN_SHEET_H

#include "base/stats.h"
#include "text_pool.h"

#include <stdint.h>

typedef enum tern_audience { TERN_FOR_ALL, TERN_FOR_PEOPLE, TERN_FOR_PROGRAMS } tern_audience;

/* What people and programs read of a cell. */
typedef enum tern_column_type {
    TERN_COLUMN_TEXT,    /* left-aligned */
    TERN_COLUMN_VERDICT, /* text that says whether something is right */
    TERN_COLUMN_REMARK,  /* text at the end of a row, aligned with nothing */
    TERN_COLUMN_BELOW,   /* text on a line of its own below the row, where the format has lines */
    TERN_COLUMN_FLAG,    /* a star or nothing; true or false */
    TERN_COLUMN_COUNT,   /* a whole number, exact */
    TERN_COLUMN_REAL,    /* with so many decimals; as it is */
    TERN_COLUMN_ROUGH,   /* with so many significant digits; as it is */
    TERN_COLUMN_TIME,    /* "12.3 us"; nanoseconds */
    TERN_COLUMN_SHARE,   /* "93.0 %", with so many decimals; 0.93 */
    TERN_COLUMN_CHANGE   /* "+2.0 %", likewise; 0.02 */
} tern_column_type;

enum { TERN_COLUMNS_MAX = 128 };

/* What is not set is zero. */
typedef struct tern_column {
    const char *name;  /* the key for programs, one of its kind in the sheet */
    const char *label; /* what people read above it; NULL: the name */
    tern_column_type type;
    tern_audience audience;
    const char *unit; /* of the number as programs get it; NULL: none */
    int digits;       /* decimals or significant digits, for people */
    int width;        /* in text, at least */
    bool interval;    /* people read "1.50 (1.40..1.60)", programs have NAME_low and NAME_high too */
    bool of_limit;    /* a share of a measured limit: above it, people find it marked, and a note that says why */
    int spare; /* of those that are not 0, the largest is left out first where a terminal is too narrow for all */
    bool left; /* a number that is left-aligned all the same, as one with an interval is */
} tern_column;

/* A column that people do not read needs no more. */
#define TERN_FOR_PROGRAMS_COLUMN(key, kind)                                                                            \
    {                                                                                                                  \
        .name = key, .type = kind, .audience = TERN_FOR_PROGRAMS                                                       \
    }

/* A blank cell says nothing; a number that is NaN could not be known, and shows as n/a. */
typedef struct tern_cell {
    bool filled;
    union {
        const char *text;
        bool flag;
        uint64_t count;
        tern_estimate real; /* low and high are NaN where there is no interval */
    } value;
} tern_cell;

/* Rows that may be compared, below a title. */
typedef struct tern_section {
    const char *group; /* what this section and its neighbours are part of; "" = nothing */
    const char *title; /* may be "" */
    tern_audience audience;
    size_t first_row, rows;
    uint64_t shown[TERN_COLUMNS_MAX / 64]; /* bit i: a cell of column i is filled, or the column has a label here */
    const char **label; /* NULL, or for each column: what is read above it here, NULL = as everywhere */
    const char **note;  /* sentences below the rows */
    size_t notes;
    bool above_limit; /* one of them is that of a share above a limit */
} tern_section;

typedef struct tern_sheet {
    const char *name; /* the key for programs */
    const tern_column *column;
    size_t columns;
    tern_audience audience;
    bool bare; /* people need no labels above the columns; set it after the sheet is made */
    bool tall; /* few rows of many columns: a page shows the columns below each other; set it likewise */
    tern_section *section;
    size_t sections;
    tern_cell *cell; /* row by row */
    size_t rows, rows_capacity;
    const char *group; /* of the sections that come next */
    tern_text_pool *pool;
} tern_sheet;

/* For document.c. columns is at most TERN_COLUMNS_MAX; the array must outlive the sheet. */
void tern_sheet_init(tern_sheet *sheet, const char *name, const tern_column *column, size_t columns,
                     tern_text_pool *pool);
void tern_sheet_free(tern_sheet *sheet);

/* What the sections that follow are part of, such as a run. */
void tern_sheet_group(tern_sheet *sheet, const char *group);

/* Begins a section. A sheet whose rows begin without one gets a section without a title. */
void tern_sheet_section(tern_sheet *sheet, tern_audience audience, const char *title, ...)
    __attribute__((format(printf, 3, 4)));

/* In this section, another label above a column; it is shown even if all of its cells are blank. */
void tern_sheet_label(tern_sheet *sheet, size_t column, const char *label, ...) __attribute__((format(printf, 3, 4)));

/* A sentence below the rows of the section. */
void tern_sheet_note(tern_sheet *sheet, const char *note, ...) __attribute__((format(printf, 2, 3)));

/* Begins a row, all blank. The functions below fill cells of the newest row. */
void tern_sheet_row(tern_sheet *sheet);

/* Texts are copied. */
void tern_sheet_text(tern_sheet *sheet, size_t column, const char *text);
void tern_sheet_format(tern_sheet *sheet, size_t column, const char *format, ...) __attribute__((format(printf, 3, 4)));
void tern_sheet_flag(tern_sheet *sheet, size_t column, bool flag);
void tern_sheet_count(tern_sheet *sheet, size_t column, uint64_t count);
void tern_sheet_real(tern_sheet *sheet, size_t column, double value);
void tern_sheet_estimate(tern_sheet *sheet, size_t column, tern_estimate value);

/* The first section that has something for a reader, after one of them or, if that is NULL, at all; NULL at the end. */
const tern_section *tern_sheet_next(const tern_sheet *sheet, tern_audience reader, const tern_section *after);

const tern_cell *tern_sheet_cell(const tern_sheet *sheet, size_t row, size_t column);

/* Whether somebody of that kind (people or programs) is meant. */
bool tern_audience_has(tern_audience audience, tern_audience reader);

/*
 * Whether people are shown a column in a section: it is for them, and a cell of it is filled or it has a label of its
 * own there. So a table of checks alone has no empty columns of times.
 */
bool tern_sheet_shows(const tern_sheet *sheet, const tern_section *section, size_t column);

/* What people read above a column in a section. */
const char *tern_sheet_label_of(const tern_sheet *sheet, const tern_section *section, size_t column);

#endif
