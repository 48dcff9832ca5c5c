/*
 * One page that needs nothing else, in light or dark as the reader has it. A cell carries its number as programs read
 * it, so that a table can be sorted by it.
 */
#include "cell.h"
#include "markup.h"
#include "record/verdict.h"
#include "writer.h"

#include <math.h>
#include <string.h>

static const char head[] = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>";

static const char style[] =
    "</title>\n<style>\n"
    ":root { color-scheme: light dark; --right: #06650b; --wrong: #a4000f; --line: #8886; --soft: #8882; }\n"
    "@media (prefers-color-scheme: dark) { :root { --right: #7fd684; --wrong: #ff8e96; } }\n"
    "body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 75rem; padding: 1rem; overflow-wrap: "
    "break-word; }\n"
    "h1 { font-size: 1.5rem; margin: .5rem 0; }\n"
    "h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }\n"
    "h3 { font-size: 1.05rem; margin: 1.2rem 0 .3rem; }\nh4 { font-size: 1rem; margin: 1rem 0 .3rem; }\n"
    "p { margin: .4rem 0; }\n"
    ".wide { overflow-x: auto; }\n"
    "table { border-collapse: collapse; font-variant-numeric: tabular-nums; }\n"
    "th, td { border-bottom: 1px solid var(--line); padding: .15rem .6rem; text-align: left; white-space: nowrap; "
    "vertical-align: top; }\n"
    "th { cursor: pointer; }\n"
    "th[aria-sort=ascending]::after { content: \" \\25B2\"; }\nth[aria-sort=descending]::after { content: \" \\25BC\"; "
    "}\n"
    "td.number, th.number { text-align: right; }\n"
    "td.remark { white-space: normal; min-width: 12rem; overflow-wrap: anywhere; }\n"
    ".tall td { text-align: right; }\n"
    "tbody th { cursor: auto; font-weight: 400; }\n"
    ".right { color: var(--right); }\n"
    ".wrong { color: var(--wrong); font-weight: 600; }\n"
    ".verdict { font-size: 1.15rem; font-weight: 600; padding: .5rem .8rem; border-left: .4rem solid; background: "
    "var(--soft); }\n"
    "code { font: .93em ui-monospace, monospace; }\n"
    "nav ol { columns: 14rem; padding-left: 1.6rem; }\n"
    "details { margin: .6rem 0; }\nsummary { cursor: pointer; font-weight: 600; }\n"
    "figure { margin: 1rem 0; overflow-x: auto; }\nfigcaption { font-weight: 600; }\n"
    "figure svg { color: inherit; width: 100%; min-width: 32rem; max-width: 60rem; height: auto; display: block; }\n"
    "@media (max-width: 40rem) { body { padding: .7rem; } th, td { padding: .15rem .35rem; } td.remark { min-width: "
    "9rem; } .wide th:first-child, .wide td:first-child { position: sticky; left: 0; background: Canvas; box-shadow: "
    "inset 0 -1px var(--line); max-width: "
    "45vw; white-space: normal; } nav ol { columns: 10rem; } figure svg { min-width: 28rem; } }\n"
    "@media print { details > * { display: block; } }\n"
    "</style>\n</head>\n<body>\n";

/* A click on the label of a column, or the enter key, sorts by it: numbers as numbers, what is blank last. */
static const char script[] =
    "<script id=\"sorting\">\n"
    "for (const table of document.querySelectorAll('table')) {\n"
    "  const heads = [...table.tHead?.rows[0].cells ?? []], body = table.tBodies[0];\n"
    "  const key = (row, at) => row.cells[at].dataset.value ?? row.cells[at].textContent.trim();\n"
    "  const compare = (a, b) => {\n"
    "    const x = parseFloat(a), y = parseFloat(b);\n"
    "    return isNaN(x) || isNaN(y) ? a.localeCompare(b) : x - y;\n"
    "  };\n"
    "  heads.forEach((head, at) => {\n"
    "    const sort = () => {\n"
    "      const sign = head.getAttribute('aria-sort') === 'ascending' ? -1 : 1;\n"
    "      heads.forEach(other => other.removeAttribute('aria-sort'));\n"
    "      head.setAttribute('aria-sort', sign > 0 ? 'ascending' : 'descending');\n"
    "      body.append(...[...body.rows].sort((a, b) => {\n"
    "        const x = key(a, at), y = key(b, at);\n"
    "        return x === '' || y === '' ? (x === '') - (y === '') : sign * compare(x, y);\n"
    "      }));\n"
    "    };\n"
    "    head.tabIndex = 0;\n"
    "    head.title = 'sort';\n"
    "    head.onclick = sort;\n"
    "    head.onkeydown = event => { if (event.key === 'Enter') sort(); };\n"
    "  });\n"
    "}\n"
    "</script>\n";

static void put_element(FILE *stream, const char *before, const char *text, const char *after)
{
    fputs(before, stream);
    tern_markup_put(stream, text);
    fputs(after, stream);
}

/* Words, and what stands between two backquotes as code. */
static void put_words(FILE *stream, const char *before, const char *text, const char *after)
{
    const char *begin, *end;

    fputs(before, stream);
    while ((begin = strchr(text, '`')) != NULL && (end = strchr(begin + 1, '`')) != NULL) {
        tern_markup_put_part(stream, text, (size_t)(begin - text));
        fputs("<code>", stream);
        tern_markup_put_part(stream, begin + 1, (size_t)(end - begin - 1));
        fputs("</code>", stream);
        text = end + 1;
    }
    tern_markup_put(stream, text);
    fputs(after, stream);
}

/* An id, say, for which no table is wide enough in one line. */
enum { LONG_TEXT = 40 };

/* Of all that stands in columns of verdicts; what is neither says nothing for or against. */
static const char *const right_words[] = {"EXACT", "OK", "IMPROVED", "FIXED", NULL};
static const char *const wrong_words[] = {"WRONG", "REGRESSED", "REMOVED", "ALERT", NULL};

static bool is_one_of(const char *const *words, const char *text)
{
    while (*words != NULL && strcmp(*words, text) != 0)
        words++;
    return *words != NULL;
}

static bool is_wrong_verdict(const char *text)
{
    for (int verdict = TERN_EXACT; verdict <= TERN_INTERRUPTED; verdict++)
        if (tern_verdict_is_wrong((tern_verdict)verdict) && strcmp(tern_verdict_name((tern_verdict)verdict), text) == 0)
            return true;
    return false;
}

static const char *class_of(const tern_column *column, const tern_cell *cell)
{
    if (column->type == TERN_COLUMN_VERDICT && cell->filled)
        return is_one_of(right_words, cell->value.text)                                         ? " class=\"right\""
               : is_one_of(wrong_words, cell->value.text) || is_wrong_verdict(cell->value.text) ? " class=\"wrong\""
                                                                                                : "";
    if (tern_column_is_text(column))
        return column->type >= TERN_COLUMN_REMARK || (cell->filled && strlen(cell->value.text) > LONG_TEXT)
                   ? " class=\"remark\""
                   : "";
    if (column->type == TERN_COLUMN_FLAG)
        return "";
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

static void put_cell(FILE *stream, const tern_sheet *sheet, size_t row, size_t c)
{
    const tern_column *column = &sheet->column[c];
    const tern_cell *cell = tern_sheet_cell(sheet, row, c);
    char text[TERN_CELL_BYTES];

    fprintf(stream, "<td%s", class_of(column, cell));
    if (tern_column_is_real(column) && isfinite(tern_cell_real(cell, TERN_CELL_VALUE)))
        fprintf(stream, " data-value=\"%.9g\"", tern_cell_real(cell, TERN_CELL_VALUE));
    put_words(stream, ">", tern_cell_show(column, cell, text), "</td>");
}

static void put_row(FILE *stream, const tern_sheet *sheet, const tern_section *section, size_t row)
{
    fputs("<tr>", stream);
    for (size_t c = 0; c < sheet->columns; c++)
        if (tern_sheet_shows(sheet, section, c))
            put_cell(stream, sheet, row, c);
    fputs("</tr>\n", stream);
}

/* Columns below each other, their labels at the left. */
static void put_tall(FILE *stream, const tern_sheet *sheet, const tern_section *section)
{
    fputs("<tbody>\n", stream);
    for (size_t c = 0; c < sheet->columns; c++) {
        if (!tern_sheet_shows(sheet, section, c))
            continue;
        put_element(stream, "<tr><th scope=\"row\">", tern_sheet_label_of(sheet, section, c), "</th>");
        for (size_t i = 0; i < section->rows; i++)
            put_cell(stream, sheet, section->first_row + i, c);
        fputs("</tr>\n", stream);
    }
}

static void put_notes(FILE *stream, const tern_section *section)
{
    for (size_t i = 0; i < section->notes; i++)
        put_words(stream, "<p>", section->note[i], "</p>\n");
}

/* Groups and sections of a sheet stand one level deeper where the document has chapters. */
static void put_heading(FILE *stream, int level, const char *text)
{
    fprintf(stream, "<h%d>", level);
    tern_markup_put(stream, text);
    fprintf(stream, "</h%d>\n", level);
}

static void put_section(FILE *stream, const tern_sheet *sheet, const tern_section *section, int level)
{
    if (section->title[0] != '\0')
        put_heading(stream, level, section->title);
    if (section->rows > 0) {
        fprintf(stream, "<div class=\"wide\"><table%s>\n", sheet->tall ? " class=\"tall\"" : "");
        if (sheet->tall)
            put_tall(stream, sheet, section);
        else
            put_labels(stream, sheet, section);
        for (size_t i = 0; i < section->rows && !sheet->tall; i++)
            put_row(stream, sheet, section, section->first_row + i);
        fputs("</tbody></table></div>\n", stream);
    }
    put_notes(stream, section);
}

static void put_sheet(FILE *stream, const tern_sheet *sheet, int level)
{
    const tern_section *section = NULL;
    const char *group = "";

    while ((section = tern_sheet_next(sheet, TERN_FOR_PEOPLE, section)) != NULL) {
        if (strcmp(section->group, group) != 0)
            put_heading(stream, level, section->group);
        group = section->group;
        put_section(stream, sheet, section, level + 1);
    }
}

static void put_contents(FILE *stream, const tern_document *document)
{
    size_t number = 0;

    fputs("<nav aria-label=\"contents\"><ol>\n", stream);
    for (size_t i = 0; i < document->items; i++)
        if (document->item[i].kind == TERN_ITEM_SECTION) {
            fprintf(stream, "<li><a href=\"#part%zu\">", ++number);
            put_element(stream, "", document->item[i].text, "</a></li>\n");
        }
    fputs("</ol></nav>\n", stream);
}

static void put_chapter(FILE *stream, const tern_document *document, const tern_item *item, size_t number)
{
    if (number == 1)
        put_contents(stream, document);
    fprintf(stream, "<h2 id=\"part%zu\">", number);
    put_element(stream, "", item->text, "</h2>\n");
}

static void put_picture(FILE *stream, const tern_item *item)
{
    if (item->svg == NULL)
        return;
    put_element(stream, "<figure>\n<figcaption>", item->text, "</figcaption>\n");
    fputs(item->svg, stream);
    fputs("</figure>\n", stream);
}

static void put_item(FILE *stream, const tern_item *item, int level)
{
    switch (item->kind) {
    case TERN_ITEM_HEADING:
        put_words(stream, "<h3>", item->text, "</h3>\n");
        break;
    case TERN_ITEM_GOOD:
        put_words(stream, "<p class=\"verdict right\">", item->text, "</p>\n");
        break;
    case TERN_ITEM_BAD:
        put_words(stream, "<p class=\"verdict wrong\">", item->text, "</p>\n");
        break;
    case TERN_ITEM_FOLD:
        put_element(stream, "<details>\n<summary>", item->text, "</summary>\n");
        break;
    case TERN_ITEM_UNFOLD:
        fputs("</details>\n", stream);
        break;
    case TERN_ITEM_PICTURE:
        put_picture(stream, item);
        break;
    case TERN_ITEM_SECTION: /* put_chapter() */
        break;
    case TERN_ITEM_PARAGRAPH:
    case TERN_ITEM_LINE:
        put_words(stream, "<p>", item->text, "</p>\n");
        break;
    case TERN_ITEM_SHEET:
        if (tern_audience_has(item->sheet->audience, TERN_FOR_PEOPLE))
            put_sheet(stream, item->sheet, level);
    }
}

void tern_write_html(FILE *stream, const tern_document *document)
{
    size_t chapters = 0;

    put_element(stream, head, document->title, style);
    put_element(stream, "<h1>", document->title, "</h1>\n");
    if (document->missing != NULL)
        put_words(stream, "<p>", document->missing, "</p>\n");
    for (size_t i = 0; i < document->items; i++) {
        const tern_item *item = &document->item[i];
        if (item->kind == TERN_ITEM_SECTION)
            put_chapter(stream, document, item, ++chapters);
        else
            put_item(stream, item, chapters > 0 ? 3 : 2);
    }
    fputs(script, stream);
    fputs("</body>\n</html>\n", stream);
}
