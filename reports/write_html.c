/*
 * One page that needs nothing else, in light or dark as the reader has it. A cell carries its number as programs read
 * it, so that a table can be sorted by it.
 */
#include "cell.h"
#include "writer.h"

#include <math.h>
#include <string.h>

static const char head[] = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>";

static const char style[] =
    "</title>\n<style>\n"
    ":root { color-scheme: light dark; }\n"
    "body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }\n"
    ".wide { overflow-x: auto; }\n"
    "table { border-collapse: collapse; font-variant-numeric: tabular-nums; }\n"
    "th, td { border-bottom: 1px solid #8886; padding: .15rem .6rem; text-align: left; white-space: nowrap; }\n"
    "td.number, th.number { text-align: right; }\n"
    "td.remark { white-space: normal; }\n"
    ".right { color: light-dark(#06650b, #7fd684); }\n"
    ".wrong { color: light-dark(#a4000f, #ff8e96); font-weight: 600; }\n"
    "</style>\n</head>\n<body>\n";

static void put_text(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++)
        switch (*text) {
        case '<':
            fputs("&lt;", stream);
            break;
        case '>':
            fputs("&gt;", stream);
            break;
        case '&':
            fputs("&amp;", stream);
            break;
        case '"':
            fputs("&quot;", stream);
            break;
        case '\'':
            fputs("&#39;", stream);
            break;
        default:
            fputc(*text, stream);
        }
}

static void put_element(FILE *stream, const char *before, const char *text, const char *after)
{
    fputs(before, stream);
    put_text(stream, text);
    fputs(after, stream);
}

static const char *class_of(const tern_column *column, const tern_cell *cell)
{
    if (column->type == TERN_COLUMN_VERDICT && cell->filled)
        return strcmp(cell->value.text, "EXACT") == 0         ? " class=\"right\""
               : strcmp(cell->value.text, "UNSUPPORTED") == 0 ? ""
                                                              : " class=\"wrong\"";
    if (tern_column_is_text(column) || column->type == TERN_COLUMN_FLAG)
        return column->type >= TERN_COLUMN_REMARK && tern_column_is_text(column) ? " class=\"remark\"" : "";
    return column->interval || column->left ? "" : " class=\"number\"";
}

static void put_labels(FILE *stream, const tern_sheet *sheet, const tern_section *section)
{
    static const tern_cell none;

    fputs("<thead><tr>", stream);
    for (size_t c = 0; c < sheet->columns; c++)
        if (tern_sheet_shows(sheet, section, c)) {
            fprintf(stream, "<th scope=\"col\"%s>", class_of(&sheet->column[c], &none));
            put_element(stream, "", tern_sheet_label_of(sheet, section, c), "</th>");
        }
    fputs("</tr></thead>\n<tbody>\n", stream);
}

static void put_row(FILE *stream, const tern_sheet *sheet, const tern_section *section, size_t row)
{
    char text[TERN_CELL_BYTES];

    fputs("<tr>", stream);
    for (size_t c = 0; c < sheet->columns; c++) {
        const tern_column *column = &sheet->column[c];
        const tern_cell *cell = tern_sheet_cell(sheet, row, c);
        if (!tern_sheet_shows(sheet, section, c))
            continue;
        fprintf(stream, "<td%s", class_of(column, cell));
        if (tern_column_is_real(column) && isfinite(tern_cell_real(cell, TERN_CELL_VALUE)))
            fprintf(stream, " data-value=\"%.9g\"", tern_cell_real(cell, TERN_CELL_VALUE));
        put_element(stream, ">", tern_cell_show(column, cell, text), "</td>");
    }
    fputs("</tr>\n", stream);
}

static void put_notes(FILE *stream, const tern_section *section)
{
    for (size_t i = 0; i < section->notes; i++)
        put_element(stream, "<p>", section->note[i], "</p>\n");
}

static void put_section(FILE *stream, const tern_sheet *sheet, const tern_section *section)
{
    if (section->title[0] != '\0')
        put_element(stream, "<h3>", section->title, "</h3>\n");
    if (section->rows > 0) {
        fputs("<div class=\"wide\"><table>\n", stream);
        put_labels(stream, sheet, section);
        for (size_t i = 0; i < section->rows; i++)
            put_row(stream, sheet, section, section->first_row + i);
        fputs("</tbody></table></div>\n", stream);
    }
    put_notes(stream, section);
}

static void put_sheet(FILE *stream, const tern_sheet *sheet)
{
    const tern_section *section = NULL;
    const char *group = "";

    while ((section = tern_sheet_next(sheet, TERN_FOR_PEOPLE, section)) != NULL) {
        if (strcmp(section->group, group) != 0)
            put_element(stream, "<h2>", section->group, "</h2>\n");
        group = section->group;
        put_section(stream, sheet, section);
    }
}

void tern_write_html(FILE *stream, const tern_document *document)
{
    put_element(stream, head, document->title, style);
    put_element(stream, "<h1>", document->title, "</h1>\n");
    for (size_t i = 0; i < document->items; i++) {
        const tern_item *item = &document->item[i];
        switch (item->kind) {
        case TERN_ITEM_HEADING:
            put_element(stream, "<h3>", item->text, "</h3>\n");
            break;
        case TERN_ITEM_PARAGRAPH:
        case TERN_ITEM_LINE:
            put_element(stream, "<p>", item->text, "</p>\n");
            break;
        case TERN_ITEM_SHEET:
            if (tern_audience_has(item->sheet->audience, TERN_FOR_PEOPLE))
                put_sheet(stream, item->sheet);
        }
    }
    fputs("</body>\n</html>\n", stream);
}
