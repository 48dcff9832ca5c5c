/*
 * decode_figures.h - decode runs as rows, with all figures, for programs.
 */
#ifndef TERN_DECODE_FIGURES_H
#define TERN_DECODE_FIGURES_H

#include "document.h"
#include "record/results.h"

/* Adds the sheets "decodes" (a row a run), "parts" (where the time went) and "kv_ring". */
void tern_decode_figures_add(tern_document *document, const tern_results *results);

#endif
