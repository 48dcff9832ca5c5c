/*
 * markup.h - texts within HTML, XML and Markdown.
 */
#ifndef TERN_MARKUP_H
#define TERN_MARKUP_H

#include <stddef.h>
#include <stdio.h>

/* Writes text so that nothing in it is markup, within elements and within quoted attributes. */
void tern_markup_put(FILE *stream, const char *text);

/* The first length bytes of it. */
void tern_markup_put_part(FILE *stream, const char *text, size_t length);

/* The same for what comes from a record, which may hold anything: as tern_text_visible() shows it. */
void tern_markup_put_raw(FILE *stream, const char *text);

/* A text in Markdown: what would be markup there, or end a cell of a table, is escaped. */
void tern_markdown_put(FILE *stream, const char *text);

#endif
