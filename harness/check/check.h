/*
 * check.h - is a kernel exact on one case, and does it keep the promises of its contract?
 */
#ifndef TERN_CHECK_H
#define TERN_CHECK_H

#include "base/child.h"
#include "plan/case.h"
#include "record/verdict.h"

/* Holds what the cases of one run share: the W, X and expected Y of the last data. */
typedef struct tern_checker tern_checker;

/* Free with tern_checker_free(). TERN_ENVIRONMENT when memory is short: *checker is NULL then. */
tern_status tern_checker_new(tern_checker **checker, tern_error *error);

/* Does nothing with NULL. */
void tern_checker_free(tern_checker *checker);

/*
 * Checks the case in a child process and fills finding, also when the answer is UNSUPPORTED. What it does stands at
 * the head of check.c. The case's own threads and cache state do not matter: every check runs with several thread
 * counts. Its deadline is later by what packing W as often as a check does may take, 1 us a weight. The verdict is
 * UNSUPPORTED where memory is short. Fails when no child can be made (TERN_ENVIRONMENT), and when the program was asked
 * to end (TERN_NOTHING).
 */
tern_status tern_check_case(tern_checker *checker, const tern_case *c, const tern_child_options *options,
                            tern_finding *finding, tern_error *error);

/*
 * About what a check takes: W here, in front of the kernel and packed; X as bytes and, for the oracle, twice as wide; Y
 * as it should be, here and there, and what is compared with it.
 */
double tern_check_needed_bytes(tern_shape shape);

#endif
