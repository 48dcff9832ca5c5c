/*
 * All that the document says, for programs:
 *
 *     {"report": "table", "words": [...], "sheets": [{"name": "cases", "columns": [{"name", "label", "unit"}, ...],
 *      "notes": [{"section", "text"}, ...], "rows": [{"id": ..., ...}, ...]}, ...]}
 *
 * What is blank or not known is null; NaN and infinity do not occur. One row at a time is in memory.
 */
#include "cell.h"
#include "json_value.h"
#include "writer.h"

#include <math.h>
#include <string.h>

static void set_part(json_t *row, const char *name, const char *ending, double value)
{
    char key[96];

    snprintf(key, sizeof key, "%s%s", name, ending);
    json_object_set_new(row, key, tern_json_real(value));
}

static void set_cell(json_t *row, const tern_column *column, const tern_cell *cell)
{
    if (tern_column_is_real(column)) {
        json_object_set_new(row, column->name, tern_json_real(tern_cell_real(cell, TERN_CELL_VALUE)));
        if (column->interval) {
            set_part(row, column->name, "_low", tern_cell_real(cell, TERN_CELL_LOW));
            set_part(row, column->name, "_high", tern_cell_real(cell, TERN_CELL_HIGH));
        }
        return;
    }
    json_object_set_new(row, column->name,
                        !cell->filled                      ? json_null()
                        : tern_column_is_text(column)      ? json_string(cell->value.text)
                        : column->type == TERN_COLUMN_FLAG ? json_boolean(cell->value.flag)
                                                           : json_integer((json_int_t)cell->value.count));
}

static void put_row(FILE *stream, const tern_sheet *sheet, size_t row)
{
    json_t *object = json_object();

    for (size_t i = 0; i < sheet->columns; i++)
        if (tern_audience_has(sheet->column[i].audience, TERN_FOR_PROGRAMS))
            set_cell(object, &sheet->column[i], tern_sheet_cell(sheet, row, i));
    tern_json_put(stream, object);
}

static void put_columns(FILE *stream, const tern_sheet *sheet)
{
    json_t *columns = json_array();

    for (size_t i = 0; i < sheet->columns; i++) {
        const tern_column *c = &sheet->column[i];
        if (tern_audience_has(c->audience, TERN_FOR_PROGRAMS))
            json_array_append_new(columns, json_pack("{s:s, s:s, s:s?}", "name", c->name, "label",
                                                     c->label != NULL ? c->label : c->name, "unit", c->unit));
    }
    tern_json_put(stream, columns);
}

static void put_notes(FILE *stream, const tern_sheet *sheet)
{
    json_t *notes = json_array();

    for (size_t i = 0; i < sheet->sections; i++)
        for (size_t j = 0; j < sheet->section[i].notes; j++)
            json_array_append_new(notes, json_pack("{s:s, s:s, s:s}", "group", sheet->section[i].group, "section",
                                                   sheet->section[i].title, "text", sheet->section[i].note[j]));
    tern_json_put(stream, notes);
}

static void put_sheet(FILE *stream, const tern_sheet *sheet)
{
    const tern_section *section = NULL;
    const char *comma = "";

    fputs("{\"name\":", stream);
    tern_json_put(stream, json_string(sheet->name));
    fputs(",\"columns\":", stream);
    put_columns(stream, sheet);
    fputs(",\"notes\":", stream);
    put_notes(stream, sheet);
    fputs(",\"rows\":[", stream);
    while ((section = tern_sheet_next(sheet, TERN_FOR_PROGRAMS, section)) != NULL)
        for (size_t i = 0; i < section->rows; i++) {
            fprintf(stream, "%s\n", comma);
            comma = ",";
            put_row(stream, sheet, section->first_row + i);
        }
    fputs("]}", stream);
}

void tern_write_json(FILE *stream, const tern_document *document)
{
    const tern_sheet *sheet;
    size_t place = 0;
    const char *comma = "";

    fputs("{\"report\":", stream);
    tern_json_put(stream, json_string(document->name));
    fputs(",\"words\":[", stream);
    for (size_t i = 0; i < document->items; i++)
        if (document->item[i].kind != TERN_ITEM_SHEET && document->item[i].kind != TERN_ITEM_UNFOLD) {
            fprintf(stream, "%s\n", comma);
            comma = ",";
            tern_json_put(stream, json_string(document->item[i].text));
        }
    fputs("],\n\"sheets\":[", stream);
    comma = "";
    while ((sheet = tern_document_next(document, TERN_FOR_PROGRAMS, &place)) != NULL) {
        fprintf(stream, "%s\n", comma);
        comma = ",";
        put_sheet(stream, sheet);
    }
    fputs("]}\n", stream);
}
