/*
 * effects.h - what each of several toggles contributes, from the times of some combinations of them.
 *
 * Effects multiply, so they are added as logarithms: v(S) = -ln(time with the toggles of S on). The contribution of a
 * toggle is the mean of what it gains when it is added to nothing (add one in, AOI) and what is lost when it is taken
 * from everything (leave one out, LOO). That is its Shapley value where no more than two toggles interact at a time;
 * the residual tells when they do, and then more combinations are measured. (Shapley 1953; Strumbelj and Kononenko,
 * Knowledge and Information Systems 41, 2014, for the sampling of permutations.)
 */
#ifndef TERN_EFFECTS_H
#define TERN_EFFECTS_H

#include "analyse/student.h"

#include <stdbool.h>
#include <stdint.h>

enum { TERN_EFFECTS_TOGGLES = 24, TERN_EFFECTS_FULL = 6, TERN_EFFECTS_PERMUTATIONS = 32 };

/* Of the orders that tern_design_more() draws, so that who reads knows what who measured drew. */
enum { TERN_EFFECTS_SEED = 1 };

/* A combination: bit i is set when toggle i is on. */
typedef uint32_t tern_toggle_set;

/* Which combinations are measured. */
typedef struct tern_design {
    size_t toggles; /* 1 to TERN_EFFECTS_TOGGLES */
    size_t arms;
    tern_toggle_set *arm; /* all different; the first is none, the second all of them */
    /* the walks from none to all, TERN_EFFECTS_PERMUTATIONS of them; NULL in a design without */
    uint8_t (*order)[TERN_EFFECTS_TOGGLES];
} tern_design;

/* None, all, each alone, all but each: at most 2n + 2 arms. False when memory ran out. Free with tern_design_free(). */
bool tern_design_first(tern_design *design, size_t toggles);

/*
 * Every combination for up to TERN_EFFECTS_FULL toggles; above, those that 16 random orders and their reverses walk
 * through, a function of seed. Holds every arm of tern_design_first().
 */
bool tern_design_more(tern_design *design, size_t toggles, uint64_t seed);
void tern_design_free(tern_design *design);

/* Index of a combination in the design, or design->arms. */
size_t tern_design_find(const tern_design *design, tern_toggle_set set);

typedef struct tern_effect {
    tern_mean alone;        /* AOI */
    tern_mean left_out;     /* LOO */
    tern_mean contribution; /* Shapley value, or the mean of the two */
    tern_mean synergy;      /* LOO - AOI: above 0 when it gains more beside the others than alone */
} tern_effect;

/* Whether an interval that is told of it, alone, left out or of its contribution, lies wholly on one side of 0. */
bool tern_effect_shows(const tern_effect *effect);

typedef struct tern_effects {
    tern_effect effect[TERN_EFFECTS_TOGGLES];
    tern_mean total;    /* v(all) - v(none) */
    tern_mean residual; /* total - the sum of all contributions; exactly 0 when every combination was measured */
    bool more;          /* the residual is larger than max(2 standard errors, 1 %): tern_design_more() is needed */
} tern_effects;

/*
 * v[p * arms + a] is what process p found for arm a; NaN where the kernel refuses the combination. What cannot be
 * said without it is NaN.
 */
void tern_effects_of(tern_effects *effects, const tern_design *design, const double *v, size_t processes,
                     double confidence);

#endif
