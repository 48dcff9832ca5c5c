/*
 * checks.h - the verdicts of a campaign. Cases that differ in threads and cache state alone share one check.
 */
#ifndef TERN_CHECKS_H
#define TERN_CHECKS_H

#include "check/check.h"

typedef struct tern_checked {
    tern_case c;
    tern_finding finding;
} tern_checked;

/* Keeps the verdicts on one shape and its data, of which all cases stand together in a plan. */
typedef struct tern_checks {
    tern_checker *checker;
    tern_problem_key data;
    tern_checked *checked;
    size_t count, capacity;
} tern_checks;

/* Close with tern_checks_close(), whatever is returned. TERN_ENVIRONMENT when memory is short. */
tern_status tern_checks_open(tern_checks *checks, tern_error *error);
void tern_checks_close(tern_checks *checks);

/*
 * As tern_check_case() does, unless the verdict is known. The verdict is UNSUPPORTED where the machine has not the
 * memory that a check takes. Fails as tern_check_case() does, and with TERN_ENVIRONMENT when there is no memory to keep
 * the verdict.
 */
tern_status tern_checks_look(tern_checks *checks, const tern_case *c, const tern_child_options *child,
                             tern_finding *finding, tern_error *error);

#endif
