/*
 * two_cases.h - one case on both sides: what can be found out of it without a clock, then processes that sample both in
 * turns. Every process is a line; what follows from them stands in analyse/gate.h.
 */
#ifndef TERN_TWO_CASES_H
#define TERN_TWO_CASES_H

#include "run/checks.h"
#include "run/comparing.h"
#include "run/two_sides.h"

/* The sides, and the verdicts on their kernels that are known already. */
typedef struct tern_two_checks {
    const tern_two_sides *sides;
    tern_checks base, cand;
} tern_two_checks;

typedef struct tern_two_cases {
    tern_case base, cand;
    const char *plugin[2]; /* where the kernels of base and cand come from */
    tern_compared line;    /* its "compared" line, which names its "pair" lines */
} tern_two_cases;

/* Close with tern_two_checks_close(), whatever is returned. */
tern_status tern_two_checks_open(tern_two_checks *checks, const tern_two_sides *sides, tern_error *error);
void tern_two_checks_close(tern_two_checks *checks);

/* A case of CAND and its line, in which nothing is found out yet. delta: the slowdown that matters. */
void tern_two_cases_init(tern_two_cases *two, const tern_two_sides *sides, const tern_case *cand, const char *id,
                         double delta);

/* Whether CAND is right: line.state becomes WRONG if not, LEFT_OUT when it refuses the case, and else stays. */
tern_status tern_two_cases_check_cand(tern_two_cases *two, tern_comparing *comparing, tern_two_checks *checks,
                                      tern_error *error);

/*
 * Finds the counterpart in BASE, whether its code is the same, and whether both are right. line.state says what came of
 * it: TIMED when it is worth timing. isa: what kernels may use.
 */
tern_status tern_two_cases_look(tern_two_cases *two, tern_comparing *comparing, tern_two_checks *checks, uint32_t isa,
                                tern_error *error);

/* Adds to the line how many instructions a call takes on a small shape; some seconds. For a case that is TIMED. */
tern_status tern_two_cases_count(tern_two_cases *two, tern_comparing *comparing, tern_error *error);

/* What tern_two_cases_look() found, from a line that an earlier part of a resumed run left; false: there is none. */
bool tern_two_cases_take_over(tern_two_cases *two, const tern_comparing *comparing, const tern_two_sides *sides,
                              uint32_t isa);

/* TERN_USAGE when lines of an earlier part of a run are of other sides. */
tern_status tern_two_cases_expect(const tern_results *results, const tern_two_sides *sides, tern_error *error);

/* Whether there is such a "compared" line. */
bool tern_two_cases_known(const tern_comparing *comparing, const char *id);

/*
 * One process: both plug-ins loaded anew, sampled in quads, one "pair" line. *more is false when it gave no figure, and
 * the line says why, or when the program was asked to end.
 */
tern_status tern_two_cases_sample(const tern_two_cases *two, tern_comparing *comparing, bool second, size_t process,
                                  bool *more, tern_error *error);

/* Processes until the gate has an answer. The "compared" line must be there. */
tern_status tern_two_cases_judge(const tern_two_cases *two, tern_comparing *comparing, tern_error *error);

#endif
