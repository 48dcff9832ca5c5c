/*
 * part_repeats.h - runs that repeat each other, in the full report and in others that take them as one series.
 */
#ifndef TERN_PART_REPEATS_H
#define TERN_PART_REPEATS_H

#include "analyse/repeats.h"
#include "document.h"

bool tern_full_has_repeats(const tern_results *results);

/* A line for each series: which runs they are. */
void tern_full_say_repeats(tern_document *document, const tern_repeats *repeats, const tern_results *results);

/* How far the runs of a series lie apart, case by case. Is a tern_full_part; results are the runs, not merged. */
tern_status tern_full_repeats(tern_document *document, const tern_results *results, bool *filled, tern_error *error);

#endif
