#include "document.h"

#include <stdlib.h>
#include <string.h>

static bool add(tern_document *document, tern_item item)
{
    const size_t count = document->items;

    if ((count & (count - 1)) == 0) {
        tern_item *larger = realloc(document->item, (count == 0 ? 1 : 2 * count) * sizeof *larger);
        if (larger == NULL) {
            document->pool.failed = true;
            return false;
        }
        document->item = larger;
    }
    document->item[document->items++] = item;
    return true;
}

#define ADD_WORDS(kind_, format)                                                                                       \
    do {                                                                                                               \
        va_list arguments;                                                                                             \
        va_start(arguments, format);                                                                                   \
        add(document, (tern_item){.kind = kind_, .text = tern_text_pool_format(&document->pool, format, arguments)});  \
        va_end(arguments);                                                                                             \
    } while (0)

void tern_document_heading(tern_document *document, const char *text, ...)
{
    ADD_WORDS(TERN_ITEM_HEADING, text);
}

void tern_document_paragraph(tern_document *document, const char *text, ...)
{
    ADD_WORDS(TERN_ITEM_PARAGRAPH, text);
}

void tern_document_line(tern_document *document, const char *text, ...)
{
    ADD_WORDS(TERN_ITEM_LINE, text);
}

void tern_document_section(tern_document *document, const char *text, ...)
{
    ADD_WORDS(TERN_ITEM_SECTION, text);
}

void tern_document_withdraw(tern_document *document, size_t place)
{
    if (place >= document->items)
        return;
    document->items--;
    memmove(&document->item[place], &document->item[place + 1], (document->items - place) * sizeof *document->item);
}

void tern_document_verdict(tern_document *document, bool good, const char *text, ...)
{
    ADD_WORDS(good ? TERN_ITEM_GOOD : TERN_ITEM_BAD, text);
}

void tern_document_fold(tern_document *document, const char *text, ...)
{
    ADD_WORDS(TERN_ITEM_FOLD, text);
}

void tern_document_unfold(tern_document *document)
{
    add(document, (tern_item){.kind = TERN_ITEM_UNFOLD, .text = ""});
}

void tern_document_picture(tern_document *document, const char *plot, const char *title, char *data, size_t panels)
{
    const tern_item item = {.kind = TERN_ITEM_PICTURE, .text = title, .plot = plot, .data = data, .panels = panels};

    if (!add(document, item))
        free(data);
}

tern_sheet *tern_document_sheet(tern_document *document, const char *name, tern_audience audience,
                                const tern_column *column, size_t columns)
{
    tern_sheet *sheet = malloc(sizeof *sheet);

    if (sheet == NULL || !add(document, (tern_item){.kind = TERN_ITEM_SHEET, .sheet = sheet})) {
        document->pool.failed = true;
        free(sheet);
        sheet = &document->spare;
        tern_sheet_free(sheet);
    }
    tern_sheet_init(sheet, name, column, columns, &document->pool);
    sheet->audience = audience;
    return sheet;
}

const tern_sheet *tern_document_next(const tern_document *document, tern_audience reader, size_t *place)
{
    while (*place < document->items) {
        const tern_item *item = &document->item[(*place)++];
        if (item->kind == TERN_ITEM_SHEET && tern_audience_has(item->sheet->audience, reader))
            return item->sheet;
    }
    return NULL;
}

void tern_document_free(tern_document *document)
{
    for (size_t i = 0; i < document->items; i++) {
        if (document->item[i].kind == TERN_ITEM_SHEET) {
            tern_sheet_free(document->item[i].sheet);
            free(document->item[i].sheet);
        }
        free(document->item[i].data);
        free(document->item[i].svg);
    }
    free(document->item);
    tern_sheet_free(&document->spare);
    tern_text_pool_free(&document->pool);
}
