/*
 * Markdown with the tables of GitHub. What would be markup in a text is escaped.
 */
#include "cell.h"
#include "markup.h"
#include "writer.h"

#include <string.h>

static void put_line(FILE *stream, const char *before, const char *text, const char *after)
{
    fputs(before, stream);
    tern_markdown_put(stream, text);
    fputs(after, stream);
}

static bool is_right(const tern_column *column)
{
    return !tern_column_is_text(column) && !column->interval && !column->left && column->type != TERN_COLUMN_FLAG;
}

static void put_labels(FILE *stream, const tern_sheet *sheet, const tern_section *section)
{
    fputs("\n|", stream);
    for (size_t c = 0; c < sheet->columns; c++)
        if (tern_sheet_shows(sheet, section, c))
            put_line(stream, " ", tern_sheet_label_of(sheet, section, c), " |");
    fputs("\n|", stream);
    for (size_t c = 0; c < sheet->columns; c++)
        if (tern_sheet_shows(sheet, section, c))
            fputs(is_right(&sheet->column[c]) ? " ---: |" : " --- |", stream);
    fputc('\n', stream);
}

static void put_row(FILE *stream, const tern_sheet *sheet, const tern_section *section, size_t row)
{
    char text[TERN_CELL_BYTES];

    fputc('|', stream);
    for (size_t c = 0; c < sheet->columns; c++)
        if (tern_sheet_shows(sheet, section, c))
            put_line(stream, " ", tern_cell_show(&sheet->column[c], tern_sheet_cell(sheet, row, c), text), " |");
    fputc('\n', stream);
}

static void put_section(FILE *stream, const tern_sheet *sheet, const tern_section *section, bool deep)
{
    if (section->title[0] != '\0')
        put_line(stream, deep ? "\n#### " : "\n### ", section->title, "\n");
    if (section->rows > 0)
        put_labels(stream, sheet, section);
    for (size_t i = 0; i < section->rows; i++)
        put_row(stream, sheet, section, section->first_row + i);
    if (section->notes > 0)
        fputc('\n', stream);
    for (size_t i = 0; i < section->notes; i++)
        put_line(stream, "- ", section->note[i], "\n");
}

/* deep: below a chapter */
static void put_sheet(FILE *stream, const tern_sheet *sheet, bool deep)
{
    const tern_section *section = NULL;
    const char *group = "";

    while ((section = tern_sheet_next(sheet, TERN_FOR_PEOPLE, section)) != NULL) {
        if (strcmp(section->group, group) != 0)
            put_line(stream, deep ? "\n### " : "\n## ", section->group, "\n");
        group = section->group;
        put_section(stream, sheet, section, deep);
    }
}

void tern_write_md(FILE *stream, const tern_document *document)
{
    bool deep = false;

    put_line(stream, "# ", document->title, "\n");
    for (size_t i = 0; i < document->items; i++) {
        const tern_item *item = &document->item[i];
        switch (item->kind) {
        case TERN_ITEM_HEADING:
            put_line(stream, "\n### ", item->text, "\n\n");
            break;
        case TERN_ITEM_SECTION:
            deep = true;
            put_line(stream, "\n## ", item->text, "\n\n");
            break;
        case TERN_ITEM_GOOD:
        case TERN_ITEM_BAD:
            put_line(stream, "\n**", item->text, "**\n\n");
            break;
        case TERN_ITEM_FOLD:
            put_line(stream, "\n<details><summary>", item->text, "</summary>\n\n");
            break;
        case TERN_ITEM_UNFOLD:
            fputs("\n</details>\n", stream);
            break;
        case TERN_ITEM_PICTURE:
            put_line(stream, "\n- ", item->text, "");
            fprintf(stream, ": `ternbench report FILE... --out %s.svg:%s.svg`\n", item->plot, item->plot);
            break;
        case TERN_ITEM_PARAGRAPH:
            put_line(stream, "\n- ", item->text, "\n");
            break;
        case TERN_ITEM_LINE:
            put_line(stream, "- ", item->text, "\n");
            break;
        case TERN_ITEM_SHEET:
            if (tern_audience_has(item->sheet->audience, TERN_FOR_PEOPLE))
                put_sheet(stream, item->sheet, deep);
        }
    }
}
