/*
 * For a terminal: columns aligned by spaces, as wide as what stands in them anywhere in the sheet, so that the sections
 * of a sheet stand below each other. Where that is wider than the terminal, columns get as narrow as what is in them,
 * and what can be spared is left out, and named.
 */
#include "cell.h"
#include "writer.h"

#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>

enum { MARGIN = 2, BELOW_MARGIN = 6, WIDEST = 80, LEFT_OUT = -1 };

/* What a line of the stream holds: what is no terminal holds any. */
static int columns_of(FILE *stream)
{
    struct winsize window = {0};

    return ioctl(fileno(stream), TIOCGWINSZ, &window) == 0 && window.ws_col > 0 ? window.ws_col : INT_MAX;
}

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

/* What stands in each column; 0 where nothing does. */
static void measure(const tern_sheet *sheet, int filled[TERN_COLUMNS_MAX])
{
    for (size_t c = 0; c < sheet->columns; c++) {
        const tern_section *section = NULL;
        filled[c] = 0;
        while (is_aligned(&sheet->column[c]) && (section = tern_sheet_next(sheet, TERN_FOR_PEOPLE, section)) != NULL)
            if (tern_sheet_shows(sheet, section, c))
                filled[c] = larger(filled[c], bounded(width_in(sheet, section, c)));
    }
}

static int sum_of(const tern_sheet *sheet, const int *filled, const int *width)
{
    int sum = 0;

    for (size_t c = 0; c < sheet->columns; c++)
        sum += filled[c] > 0 && width[c] != LEFT_OUT ? MARGIN + width[c] : 0;
    return sum;
}

/* The column that can be spared first of those that are there; sheet->columns when there is none. */
static size_t most_spare(const tern_sheet *sheet, const int *filled, const int *width)
{
    size_t found = sheet->columns;

    for (size_t c = 0; c < sheet->columns; c++)
        if (sheet->column[c].spare > 0 && filled[c] > 0 && width[c] != LEFT_OUT &&
            (found == sheet->columns || sheet->column[c].spare > sheet->column[found].spare))
            found = c;
    return found;
}

/* Sets how wide each column is, or LEFT_OUT. */
static void fit(const tern_sheet *sheet, int columns, int width[TERN_COLUMNS_MAX])
{
    int filled[TERN_COLUMNS_MAX];
    size_t spare;

    measure(sheet, filled);
    for (size_t c = 0; c < sheet->columns; c++)
        width[c] = larger(sheet->column[c].width, filled[c]);
    if (sum_of(sheet, filled, width) <= columns)
        return;
    memcpy(width, filled, sheet->columns * sizeof *width);
    while (sum_of(sheet, filled, width) > columns && (spare = most_spare(sheet, filled, width)) < sheet->columns)
        width[spare] = LEFT_OUT;
}

static bool is_shown(const tern_sheet *sheet, const tern_section *section, const int *width, size_t c)
{
    return width[c] != LEFT_OUT && tern_sheet_shows(sheet, section, c);
}

static void name_left_out(FILE *stream, const tern_sheet *sheet, const int *width)
{
    const char *before = "\n  left out, as the terminal is too narrow: ";

    for (size_t c = 0; c < sheet->columns; c++)
        if (width[c] == LEFT_OUT) {
            fprintf(stream, "%s%s", before,
                    sheet->column[c].label != NULL ? sheet->column[c].label : sheet->column[c].name);
            before = ", ";
        }
    fputs(before[0] == ',' ? "\n" : "", stream);
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
        if (is_shown(sheet, section, width, c) && is_aligned(&sheet->column[c]))
            put(&l, tern_sheet_label_of(sheet, section, c), width[c], is_left(&sheet->column[c]));
    fputc('\n', stream);
}

static void put_row(FILE *stream, const tern_sheet *sheet, const tern_section *section, size_t row, const int *width)
{
    line l = {stream, MARGIN};
    char text[TERN_CELL_BYTES];

    for (size_t c = 0; c < sheet->columns; c++) {
        const tern_column *column = &sheet->column[c];
        if (!is_shown(sheet, section, width, c) || column->type == TERN_COLUMN_BELOW)
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

    fit(sheet, columns_of(stream), width);
    while ((section = tern_sheet_next(sheet, TERN_FOR_PEOPLE, section)) != NULL) {
        if (strcmp(section->group, group) != 0)
            fprintf(stream, "\n%s\n", section->group);
        group = section->group;
        put_section(stream, sheet, section, width);
    }
    name_left_out(stream, sheet, width);
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
