#include "sheet.h"

#include "analyse/above_limit.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_AT_FIRST = 16 };

void tern_sheet_init(tern_sheet *sheet, const char *name, const tern_column *column, size_t columns,
                     tern_text_pool *pool)
{
    assert(columns <= TERN_COLUMNS_MAX);
    *sheet = (tern_sheet){.name = name, .column = column, .columns = columns, .group = "", .pool = pool};
}

void tern_sheet_free(tern_sheet *sheet)
{
    for (size_t i = 0; i < sheet->sections; i++) {
        free(sheet->section[i].label);
        free(sheet->section[i].note);
    }
    free(sheet->section);
    free(sheet->cell);
}

void tern_sheet_group(tern_sheet *sheet, const char *group)
{
    sheet->group = tern_text_pool_copy(sheet->pool, group);
}

/* Doubles an array when its count is a power of two, so that nobody keeps its capacity. False when memory ran out. */
static bool grow(tern_sheet *sheet, void **array, size_t count, size_t bytes)
{
    if ((count & (count - 1)) != 0)
        return true;
    void *larger = realloc(*array, (count == 0 ? 1 : 2 * count) * bytes);
    if (larger == NULL) {
        sheet->pool->failed = true;
        return false;
    }
    *array = larger;
    return true;
}

static void begin_section(tern_sheet *sheet, tern_audience audience, const char *title)
{
    void *sections = sheet->section;

    if (!grow(sheet, &sections, sheet->sections, sizeof *sheet->section))
        return;
    sheet->section = sections;
    sheet->section[sheet->sections++] =
        (tern_section){.group = sheet->group, .title = title, .audience = audience, .first_row = sheet->rows};
}

void tern_sheet_section(tern_sheet *sheet, tern_audience audience, const char *title, ...)
{
    va_list arguments;

    va_start(arguments, title);
    begin_section(sheet, audience, tern_text_pool_format(sheet->pool, title, arguments));
    va_end(arguments);
}

/* The newest section, made when there is none; NULL when memory ran out. */
static tern_section *current(tern_sheet *sheet)
{
    if (sheet->sections == 0)
        begin_section(sheet, TERN_FOR_ALL, "");
    return sheet->sections == 0 ? NULL : &sheet->section[sheet->sections - 1];
}

static void show(tern_section *section, size_t column)
{
    section->shown[column / 64] |= UINT64_C(1) << column % 64;
}

void tern_sheet_label(tern_sheet *sheet, size_t column, const char *label, ...)
{
    tern_section *section = current(sheet);
    va_list arguments;

    if (section != NULL && section->label == NULL)
        section->label = calloc(sheet->columns, sizeof *section->label);
    if (section == NULL || section->label == NULL) {
        sheet->pool->failed = true;
        return;
    }
    show(section, column);
    va_start(arguments, label);
    section->label[column] = tern_text_pool_format(sheet->pool, label, arguments);
    va_end(arguments);
}

void tern_sheet_note(tern_sheet *sheet, const char *note, ...)
{
    tern_section *section = current(sheet);
    va_list arguments;

    if (section == NULL)
        return;
    void *notes = section->note;
    if (!grow(sheet, &notes, section->notes, sizeof *section->note))
        return;
    section->note = notes;
    va_start(arguments, note);
    section->note[section->notes++] = tern_text_pool_format(sheet->pool, note, arguments);
    va_end(arguments);
}

void tern_sheet_row(tern_sheet *sheet)
{
    tern_section *section = current(sheet);

    if (section == NULL)
        return;
    if (sheet->rows == sheet->rows_capacity) {
        const size_t capacity = sheet->rows_capacity == 0 ? ROWS_AT_FIRST : 2 * sheet->rows_capacity;
        tern_cell *larger = realloc(sheet->cell, capacity * sheet->columns * sizeof *larger);
        if (larger == NULL) {
            sheet->pool->failed = true;
            return;
        }
        sheet->cell = larger;
        sheet->rows_capacity = capacity;
    }
    memset(sheet->cell + sheet->rows * sheet->columns, 0, sheet->columns * sizeof *sheet->cell);
    sheet->rows++;
    section->rows++;
}

/* A cell of the newest row, about to be filled; one that nobody reads when memory ran out. */
static tern_cell *fill(tern_sheet *sheet, size_t column)
{
    static _Thread_local tern_cell nowhere;

    if (sheet->rows == 0)
        return &nowhere;
    tern_cell *cell = &sheet->cell[(sheet->rows - 1) * sheet->columns + column];
    cell->filled = true;
    show(&sheet->section[sheet->sections - 1], column);
    return cell;
}

void tern_sheet_text(tern_sheet *sheet, size_t column, const char *text)
{
    fill(sheet, column)->value.text = tern_text_pool_copy(sheet->pool, text);
}

void tern_sheet_format(tern_sheet *sheet, size_t column, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fill(sheet, column)->value.text = tern_text_pool_format(sheet->pool, format, arguments);
    va_end(arguments);
}

void tern_sheet_flag(tern_sheet *sheet, size_t column, bool flag)
{
    fill(sheet, column)->value.flag = flag;
}

void tern_sheet_count(tern_sheet *sheet, size_t column, uint64_t count)
{
    fill(sheet, column)->value.count = count;
}

/* Once a section. */
static void note_above_limit(tern_sheet *sheet)
{
    tern_section *section = current(sheet);

    if (section == NULL || section->above_limit)
        return;
    section->above_limit = true;
    tern_sheet_note(sheet, "* %s", TERN_ABOVE_LIMIT);
}

void tern_sheet_real(tern_sheet *sheet, size_t column, double value)
{
    tern_sheet_estimate(sheet, column, (tern_estimate){value, (double)NAN, (double)NAN});
}

void tern_sheet_estimate(tern_sheet *sheet, size_t column, tern_estimate value)
{
    fill(sheet, column)->value.real = value;
    if (sheet->column[column].of_limit && tern_is_above_limit(value.median))
        note_above_limit(sheet);
}

const tern_cell *tern_sheet_cell(const tern_sheet *sheet, size_t row, size_t column)
{
    return &sheet->cell[row * sheet->columns + column];
}

bool tern_audience_has(tern_audience audience, tern_audience reader)
{
    return audience == TERN_FOR_ALL || audience == reader;
}

const tern_section *tern_sheet_next(const tern_sheet *sheet, tern_audience reader, const tern_section *after)
{
    for (size_t i = after == NULL ? 0 : (size_t)(after - sheet->section) + 1; i < sheet->sections; i++)
        if (tern_audience_has(sheet->section[i].audience, reader))
            return &sheet->section[i];
    return NULL;
}

bool tern_sheet_shows(const tern_sheet *sheet, const tern_section *section, size_t column)
{
    return tern_audience_has(sheet->column[column].audience, TERN_FOR_PEOPLE) &&
           (section->shown[column / 64] >> column % 64 & 1) != 0;
}

const char *tern_sheet_label_of(const tern_sheet *sheet, const tern_section *section, size_t column)
{
    const tern_column *c = &sheet->column[column];

    if (section->label != NULL && section->label[column] != NULL)
        return section->label[column];
    return c->label != NULL ? c->label : c->name;
}
