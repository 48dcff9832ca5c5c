/*
 * document.h - what a report says: words and sheets, in order, in no format yet.
 */
#ifndef TERN_DOCUMENT_H
#define TERN_DOCUMENT_H

#include "sheet.h"

typedef enum tern_item_kind {
    TERN_ITEM_HEADING,   /* what the lines and sheets after it are of */
    TERN_ITEM_PARAGRAPH, /* a line that begins something new */
    TERN_ITEM_LINE,
    TERN_ITEM_SHEET,
    TERN_ITEM_SECTION, /* a chapter, with a name of its own in the list of contents */
    TERN_ITEM_GOOD,    /* a verdict that stands out */
    TERN_ITEM_BAD,
    TERN_ITEM_FOLD,   /* what follows is shown when it is asked for, where a format can do that */
    TERN_ITEM_UNFOLD, /* up to here */
    TERN_ITEM_PICTURE
} tern_item_kind;

typedef struct tern_item {
    tern_item_kind kind;
    const char *text;  /* of words */
    tern_sheet *sheet; /* owned */
    const char *plot;  /* of a picture: its name; text is what it shows */
    char *data;        /* what it draws, owned: see plot.h */
    size_t panels;
    char *svg; /* the picture, owned; NULL when it is not drawn */
} tern_item;

/* All zero but for the name: empty. */
typedef struct tern_document {
    const char *name;  /* of the report */
    const char *title; /* for people, where a format has one */
    tern_item *item;
    size_t items;
    const char *missing; /* what the format would have and has not, in a sentence; NULL: nothing */
    tern_sheet spare;    /* takes what has no place when memory ran out */
    tern_text_pool pool;
} tern_document;

void tern_document_heading(tern_document *document, const char *text, ...) __attribute__((format(printf, 2, 3)));
void tern_document_paragraph(tern_document *document, const char *text, ...) __attribute__((format(printf, 2, 3)));
void tern_document_line(tern_document *document, const char *text, ...) __attribute__((format(printf, 2, 3)));
void tern_document_section(tern_document *document, const char *text, ...) __attribute__((format(printf, 2, 3)));
/* Takes words away again, those of item `place`: a chapter, say, for which nothing was found. */
void tern_document_withdraw(tern_document *document, size_t place);

void tern_document_verdict(tern_document *document, bool good, const char *text, ...)
    __attribute__((format(printf, 3, 4)));
void tern_document_fold(tern_document *document, const char *text, ...) __attribute__((format(printf, 2, 3)));
void tern_document_unfold(tern_document *document);

/* data was allocated, and is the document's from here on. */
void tern_document_picture(tern_document *document, const char *plot, const char *title, char *data, size_t panels);

/*
 * An empty sheet at the end of the document, which owns it. One file of CSV is one table: it holds the document's first
 * sheet that is for programs, so what programs need of a report stands there. columns must outlive the document.
 */
tern_sheet *tern_document_sheet(tern_document *document, const char *name, tern_audience audience,
                                const tern_column *column, size_t columns);

/* The first sheet that has something for a reader, from item *place on, which is moved behind it; NULL at the end. */
const tern_sheet *tern_document_next(const tern_document *document, tern_audience reader, size_t *place);

void tern_document_free(tern_document *document);

#endif
