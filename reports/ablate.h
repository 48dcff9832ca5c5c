/*
 * ablate.h - the parts of the report on ablations that others show as well.
 */
#ifndef TERN_ABLATE_REPORT_H
#define TERN_ABLATE_REPORT_H

#include "analyse/ablation.h"
#include "document.h"

/* The sheet with a section for each ablation of the results. */
tern_status tern_ablate_add(tern_document *document, const tern_results *results, tern_error *error);

/* Which toggle accounts for a change between two sides, in a sentence. Returns text. */
char *tern_ablate_words(const tern_ablation *base, const tern_ablation *cand, char *text, size_t bytes);

#endif
