/*
 * combinations.h - the combinations of toggles that an ablation sampled, each once: it has a line for each process.
 */
#ifndef TERN_COMBINATIONS_H
#define TERN_COMBINATIONS_H

#include "record/results.h"

#include <stdbool.h>

/*
 * Of the combination that line i of the arms is the first of, the line that tells the most: the first that is wrong,
 * else the first with samples, else that line itself. NULL where the line is not the first, or is of a toggle never
 * taken.
 */
const tern_arm_record *tern_combination_at(const tern_results *results, size_t i);

/* Whether it was not exact when it was checked or while it was timed, and which of the verdicts it got. */
bool tern_combination_is_wrong(const tern_arm_record *arm);
tern_verdict tern_combination_verdict(const tern_arm_record *arm);

/* The id of such a case, with these toggles in the place of its own; of a decode loop as it stands. Returns id. */
char *tern_combination_id(const tern_arm_record *arm, char *id, size_t bytes);

#endif
