/*
 * bisection.h - what a bisect knows of each commit, and what it has to do next, from the lines that it left. Nothing
 * else is known while it runs, so that a run that was cut off goes on as it would have.
 *
 * Its "step" lines, by their role:
 *
 *     good         the good end; how many commits there are up to the bad end
 *     candidate    a commit that changes kernels/, one line each, the oldest first
 *     bad          the bad end: ratio and error of it against the good end. The list of candidates is whole
 *     tried        one observation of a candidate against the good end, from TERN_BISECTION_PROCESSES processes
 *     same         its kernel is, byte by byte, that of same_as: one of the ends, or another candidate
 *     unbuildable  it does not build; reason
 *     skipped      it builds, and its kernel cannot be timed; reason
 *     verified     the last commit of the answer against the commit before the answer; reason when it does not hold
 */
#ifndef TERN_BISECTION_H
#define TERN_BISECTION_H

#include "analyse/culprit.h"
#include "base/error.h"
#include "record/results.h"

/* In one observation; how often a commit is observed at most, since what lies between both ends is never decided. */
enum { TERN_BISECTION_PROCESSES = 8, TERN_BISECTION_OBSERVATIONS = 8 };

extern const char tern_step_good[], tern_step_candidate[], tern_step_bad[], tern_step_tried[], tern_step_same[],
    tern_step_unbuildable[], tern_step_skipped[], tern_step_verified[];

/* One candidate. */
typedef struct tern_bisection_commit {
    const tern_step *line;    /* of the list */
    const tern_step *outcome; /* the last line of what came of it; NULL: nothing yet */
    size_t observations;
    double ratio, error; /* ln(its time / the good end's) of all observations, and its standard error; NaN without */
    double p;            /* the probability that the change came with it */
} tern_bisection_commit;

typedef struct tern_bisection {
    const tern_step *good, *bad; /* NULL: not there yet */
    const tern_step *verified;
    tern_bisection_commit *commit;
    size_t count;
    tern_culprit culprit; /* empty before the list is whole */
    size_t first, last;   /* the answer so far: the change came with one of them */
} tern_bisection;

/* The bisect of a run; good is NULL when the run has none. Points into results. Free it, whatever is returned. */
tern_status tern_bisection_read(tern_bisection *bisection, const tern_results *results, uint32_t run,
                                tern_error *error);
void tern_bisection_free(tern_bisection *bisection);

/* Place of a commit, or count. */
size_t tern_bisection_find(const tern_bisection *bisection, const char *commit);

/* Whether the line is there, and says that the commit cannot be measured. */
bool tern_bisection_is_out(const tern_bisection_commit *commit);

/*
 * The candidate to observe next; count when the answer is there. is_built[i]: candidate i costs no build. The list of
 * candidates is whole.
 */
tern_status tern_bisection_next(const tern_bisection *bisection, const bool *is_built, size_t *next, tern_error *error);

/* What an observation of commit k would make of the probability that the change came with it. */
double tern_bisection_p_after(tern_bisection *bisection, size_t k, double ratio, double error);

#endif
