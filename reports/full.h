/*
 * full.h - the parts of the full report, in files of their own: each a chapter from the records that it is about.
 */
#ifndef TERN_FULL_H
#define TERN_FULL_H

#include "analyse/repeats.h"
#include "document.h"
#include "record/results.h"

/*
 * Adds the chapter's content. *filled is set to false when the records have nothing for it, and then people are shown
 * nothing: the chapter is a line in a list of what would measure it. TERN_ENVIRONMENT when memory ran out, TERN_USAGE
 * when the file of expectations makes no sense.
 */
typedef tern_status tern_full_part(tern_document *document, const tern_results *results, bool *filled,
                                   tern_error *error);

tern_full_part tern_full_system;      /* part_system.c */
tern_full_part tern_full_baseline;    /* part_loop.c */
tern_full_part tern_full_current;     /* part_loop.c */
tern_full_part tern_full_shapes;      /* part_shapes.c */
tern_full_part tern_full_machines;    /* part_machines.c */
tern_full_part tern_full_history;     /* part_history.c */
tern_full_part tern_full_cache;       /* part_loop.c */
tern_full_part tern_full_components;  /* part_components.c */
tern_full_part tern_full_findings;    /* part_findings.c */
tern_full_part tern_full_breakdown;   /* part_parts.c */
tern_full_part tern_full_expected;    /* part_expected.c */
tern_full_part tern_full_blockers;    /* part_findings.c */
tern_full_part tern_full_projections; /* part_components.c */
tern_full_part tern_full_bisect;      /* part_bisect.c */
tern_full_part tern_full_memory;      /* part_parts.c */
tern_full_part tern_full_verdict;     /* part_top.c */

/*
 * Steps through the timed decode loops that are the baseline of others, or those that are not. *cursor is 0 at first.
 */
const tern_decode_record *tern_full_next_loop(const tern_results *results, bool baseline, size_t *cursor);
bool tern_full_has_loop(const tern_results *results);

/* The sheet of problems alone: how many kernels are right, which is the fastest. */
tern_status tern_full_shapes_sheet(tern_document *document, const tern_results *results, tern_error *error);

bool tern_full_has_bisect(const tern_results *results);
bool tern_full_has_history(const tern_results *results);

/* Whether a history has alerts: a line that stands out when it has. */
tern_status tern_full_say_history(tern_document *document, const tern_results *results, tern_error *error);

/* Whether there are several machines, and which. */
bool tern_full_has_machines(const tern_results *results);
void tern_full_say_machines(tern_document *document, const tern_results *results);

/* Is every result right and every run whole? One line that stands out. */
void tern_full_say_verdict(tern_document *document, const tern_results *results);

/* How many blockers there are, and the worst. */
tern_status tern_full_say_blockers(tern_document *document, const tern_results *results, tern_error *error);

/* What differs between the runs, or what a gate found. */
tern_status tern_full_say_changes(tern_document *document, const tern_results *results, tern_error *error);

#endif
