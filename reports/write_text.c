/*
 * For a terminal: columns aligned by spaces, as wide as what stands in them anywhere in the sheet, so that the
 * sections of a sheet stand below each other.
 */
#include "cell.h"
#include "writer.h"

#include <string.h>

enum { MARGIN = 2, BELOW_MARGIN = 6, WIDEST = 80 };

/* Characters of UTF-8. */
static int width_of(const char *text)
{
    int width = 0;

    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

static bool is_aligned(const tern_column *column)
{
    return column->type != TERN_COLUMN_REMARK && column->type != TERN_COLUMN_BELOW;
}

static bool is_left(const tern_column *column)
{
    return tern_column_is_text(column) || column->interval || column->left || column->type == TERN_COLUMN_FLAG;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* One cell of ten thousand characters must not push all rows of its column as far to the right. */
static int bounded(int width)
{
    return width < WIDEST ? width : WIDEST;
}

static int width_in(const tern_sheet *sheet, const tern_section *section, size_t c)
{
    char text[TERN_CELL_BYTES];
    int width = sheet->bare ? 0 : width_of(tern_sheet_label_of(sheet, section, c));

    for (size_t i = 0; i < section->rows; i++)
        width = larger(width, width_of(tern_cell_show(&sheet->column[c],
                                                      tern_sheet_cell(sheet, section->first_row + i, c), text)));
    return width;
}

static void measure(const tern_sheet *sheet, int width[TERN_COLUMNS_MAX])
{
    for (size_t c = 0; c < sheet->columns; c++) {
        const tern_section *section = NULL;
        int widest = 0;
        while (is_aligned(&sheet->column[c]) && (section = tern_sheet_next(sheet, TERN_FOR_PEOPLE, section)) != NULL)
            if (tern_sheet_shows(sheet, section, c))
                widest = larger(widest, width_in(sheet, section, c));
        width[c] = larger(sheet->column[c].width, bounded(widest));
    }
}

/* A line that is written cell by cell; spaces are owed until something follows, so that no line ends with any. */
typedef struct line {
    FILE *stream;
    int owed;
} line;

static void put(line *l, const char *text, int width, bool left)
{
    const int spaces = larger(width - width_of(text), 0);

    l->owed += left ? 0 : spaces;
    if (text[0] != '\0') {
        fprintf(l->stream, "%*s%s", l->owed, "", text);
        l->owed = 0;
    }
    l->owed += (left ? spaces : 0) + MARGIN;
}

static void put_labels(FILE *stream, const tern_sheet *sheet, const tern_section *section, const int *width)
{
    line l = {stream, MARGIN};

    for (size_t c = 0; c < sheet->columns; c++)
        if (tern_sheet_shows(sheet, section, c) && is_aligned(&sheet->column[c]))
            put(&l, tern_sheet_label_of(sheet, section, c), width[c], is_left(&sheet->column[c]));
    fputc('\n', stream);
}

static void put_row(FILE *stream, const tern_sheet *sheet, const tern_section *section, size_t row, const int *width)
{
    line l = {stream, MARGIN};
    char text[TERN_CELL_BYTES];

    for (size_t c = 0; c < sheet->columns; c++) {
        const tern_column *column = &sheet->column[c];
        if (!tern_sheet_shows(sheet, section, c) || column->type == TERN_COLUMN_BELOW)
            continue;
        if (column->type == TERN_COLUMN_REMARK)
            l.owed = MARGIN; /* it follows what was said before it, wherever that ends */
        put(&l, tern_cell_show(column, tern_sheet_cell(sheet, row, c), text), width[c], is_left(column));
    }
    fputc('\n', stream);
    for (size_t c = 0; c < sheet->columns; c++) {
        const tern_cell *cell = tern_sheet_cell(sheet, row, c);
        if (sheet->column[c].type == TERN_COLUMN_BELOW && cell->filled)
            fprintf(stream, "%*s%s\n", BELOW_MARGIN, "", tern_cell_show(&sheet->column[c], cell, text));
    }
}

static void put_section(FILE *stream, const tern_sheet *sheet, const tern_section *section, const int *width)
{
    fputc('\n', stream);
    if (section->title[0] != '\0')
        fprintf(stream, "%s\n", section->title);
    if (section->rows > 0 && !sheet->bare)
        put_labels(stream, sheet, section, width);
    for (size_t i = 0; i < section->rows; i++)
        put_row(stream, sheet, section, section->first_row + i, width);
    for (size_t i = 0; i < section->notes; i++)
        fprintf(stream, "%*s%s\n", MARGIN, "", section->note[i]);
}

static void put_sheet(FILE *stream, const tern_sheet *sheet)
{
    int width[TERN_COLUMNS_MAX];
    const tern_section *section = NULL;
    const char *group = "";

    measure(sheet, width);
    while ((section = tern_sheet_next(sheet, TERN_FOR_PEOPLE, section)) != NULL) {
        if (strcmp(section->group, group) != 0)
            fprintf(stream, "\n%s\n", section->group);
        group = section->group;
        put_section(stream, sheet, section, width);
    }
}

void tern_write_text(FILE *stream, const tern_document *document)
{
    for (size_t i = 0; i < document->items; i++) {
        const tern_item *item = &document->item[i];
        switch (item->kind) {
        case TERN_ITEM_HEADING:
            fprintf(stream, "\n%s\n", item->text);
            break;
        case TERN_ITEM_SECTION:
            fprintf(stream, "\n== %s ==\n", item->text);
            break;
        case TERN_ITEM_FOLD:
            fprintf(stream, "\n%s:\n", item->text);
            break;
        case TERN_ITEM_GOOD:
        case TERN_ITEM_BAD:
        case TERN_ITEM_PARAGRAPH:
            fprintf(stream, "\n%*s%s\n", MARGIN, "", item->text);
            break;
        case TERN_ITEM_LINE:
            fprintf(stream, "%*s%s\n", MARGIN, "", item->text);
            break;
        case TERN_ITEM_PICTURE:
            fprintf(stream, "%*s%s: ternbench report FILE... --out %s.svg:%s.svg\n", MARGIN, "", item->text, item->plot,
                    item->plot);
            break;
        case TERN_ITEM_UNFOLD:
            break;
        case TERN_ITEM_SHEET:
            if (tern_audience_has(item->sheet->audience, TERN_FOR_PEOPLE))
                put_sheet(stream, item->sheet);
        }
    }
}
