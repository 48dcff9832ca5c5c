/*
 * measure.h - times one case that is known to be EXACT.
 */
#ifndef TERN_MEASURE_H
#define TERN_MEASURE_H

#include "base/child.h"
#include "measure/measure_options.h"
#include "plan/case.h"
#include "record/record.h"

/*
 * Makes the data, packs it (a ring of copies when the case is cold), warms up and samples in a child process. Y is
 * looked at all the while (measure/timed_answers.h): when it is wrong, finding becomes MISMATCH or NONDETERMINISTIC and
 * the record is not timed. Fills facts (at most TERN_MAX_FACTS) and p0_measured of the record beside finding, timed and
 * timing. Fails only when the machine fails (TERN_ENVIRONMENT).
 */
tern_status tern_measure_case(const tern_case *c, const tern_measure_options *options, const tern_child_options *child,
                              tern_record *record, tern_error *error);

#endif
