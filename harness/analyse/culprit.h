/*
 * culprit.h - which of a row of commits changed the speed, from noisy measurements of some of them.
 *
 * Every commit has a probability of being the first slow one. A measurement of commit k multiplies it by how likely
 * that figure is: around 0 when the change comes after k, around delta when it came at k or before. Student's t with
 * four degrees of freedom stands for the noise, because a figure that is far off happens more often than a normal
 * distribution believes. A commit that does not build is never measured, so the answer may be a range.
 */
#ifndef TERN_CULPRIT_H
#define TERN_CULPRIT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct tern_culprit {
    size_t count;  /* commits, the oldest first; the change is one of them */
    double *log_p; /* of each, up to a constant */
    double *p;     /* the probability that the change came with it */
    double delta;  /* ln(time after the change / before) */
    double sigma;  /* spread of one figure */
} tern_culprit;

/*
 * All commits are equally likely at first. delta and sigma come from the two ends; sigma > 0. False when memory ran
 * out. Free with tern_culprit_free().
 */
bool tern_culprit_new(tern_culprit *culprit, size_t count, double delta, double sigma);
void tern_culprit_free(tern_culprit *culprit);

/* Commit k (below count) showed the log ratio y against the good end. */
void tern_culprit_observe(tern_culprit *culprit, size_t k, double y);

/*
 * The change came with none of commits first to last, since those before and after are the same. False when nothing
 * would be left: it changed to and fro, and nothing is excluded.
 */
bool tern_culprit_exclude(tern_culprit *culprit, size_t first, size_t last);

typedef enum tern_commit_state {
    TERN_COMMIT_UNKNOWN,    /* has to be built first */
    TERN_COMMIT_BUILT,      /* is in the cache */
    TERN_COMMIT_UNBUILDABLE /* cannot be measured */
} tern_commit_state;

/*
 * The commit to measure next: the one that splits the probability most evenly; one that is built, when its split is
 * within 0.15 of even. count when the answer is known: a commit of at least 99 %, or a range of at least 99 % in
 * which no commit but the last builds.
 */
size_t tern_culprit_next(const tern_culprit *culprit, const tern_commit_state *state);

/* The smallest range first..last (both belong to it) that holds at least 99 %. */
void tern_culprit_range(const tern_culprit *culprit, size_t *first, size_t *last);

#endif
