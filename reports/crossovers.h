/*
 * crossovers.h - what the share of zeros in W does to the order of kernels, as a part of a document.
 */
#ifndef TERN_CROSSOVERS_H
#define TERN_CROSSOVERS_H

#include "document.h"
#include "record/results.h"

/* Sentences for people, a sheet for programs. TERN_ENVIRONMENT when memory ran out. */
tern_status tern_crossovers_add(tern_document *document, const tern_results *results, tern_error *error);

#endif
