/*
 * fastest.h - which cases of one problem the others are measured by.
 */
#ifndef TERN_FASTEST_H
#define TERN_FASTEST_H

#include "analyse/groups.h"

/*
 * The fastest timed case of a group of one problem, of those that are wanted (NULL: all) and are not `but`; NULL when
 * there is none. Of two that were sampled in turns the one that is faster by the median of the ratios.
 */
const tern_record *tern_fastest_of(const tern_group *group, bool (*is_wanted)(const tern_record *record),
                                   const tern_record *but);

/* Whether a case's packed W has about two bits a weight. */
bool tern_fastest_has_two_bits(const tern_record *record);

/* The timed case of the baseline that its run names, as the kernel is by itself; NULL when it is not there. */
const tern_record *tern_fastest_baseline(const tern_group *group, const tern_results *results);

#endif
