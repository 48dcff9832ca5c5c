/*
 * writer.h - the formats that any document can be written in, one file each.
 *
 * To add one: a file write_NAME.c beside the others, a row here, and a row in the table of report.c.
 */
#ifndef TERN_WRITER_H
#define TERN_WRITER_H

#include "base/error.h"
#include "document.h"

#include <stdio.h>

/* Writes all that the document has for its readers. Errors of the stream show in ferror(). */
typedef void tern_writer(FILE *stream, const tern_document *document);

/* TERN_ENVIRONMENT, and nothing is written, when memory ran out while the document was built. */
tern_status tern_document_write(const tern_document *document, tern_writer *writer, FILE *stream, tern_error *error);

tern_writer tern_write_text; /* for a terminal: columns aligned by spaces */
tern_writer tern_write_csv;  /* RFC 4180: the first sheet that is for programs, all of its figures */
tern_writer tern_write_md;   /* Markdown with the tables of GitHub */
tern_writer tern_write_html; /* one page that needs nothing else */
tern_writer tern_write_json; /* all words, sheets, units and intervals; no NaN, no infinity */

#endif
