/*
 * history_steps.h - what stepped in a history: for a check that has planned changes and a threshold of its own.
 */
#ifndef TERN_HISTORY_STEPS_H
#define TERN_HISTORY_STEPS_H

#include "analyse/history.h"
#include "document.h"

/* Steps of single series, those of whole suites, drifts, and how many series were judged. */
void tern_history_add_steps(tern_document *document, const tern_history *history);

#endif
