/*
 * gate.h - the part of the report on gates that others show as well.
 */
#ifndef TERN_GATE_REPORT_H
#define TERN_GATE_REPORT_H

#include "document.h"
#include "record/results.h"

/* The verdicts of one run, if it has any: words, a sheet, the coverage. */
tern_status tern_gate_add(tern_document *document, const tern_results *results, uint32_t run, tern_error *error);

#endif
