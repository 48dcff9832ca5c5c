/*
 * ablation.h - what each toggle of a case gives, from the "arm" lines that an ablation left.
 */
#ifndef TERN_ABLATION_H
#define TERN_ABLATION_H

#include "analyse/effects.h"
#include "base/error.h"
#include "record/results.h"

typedef struct tern_ablation {
    const tern_arm_record *all; /* an arm with every toggle on: the case as it is. Points into results */
    char name[TERN_EFFECTS_TOGGLES][64];
    bool never_taken[TERN_EFFECTS_TOGGLES]; /* the call is the same without: not timed, its effect is 1 */
    size_t toggles;
    size_t processes, refused; /* combinations that the kernel refuses */
    size_t wrong;              /* combinations that were wrong, in the process that found most of them */
    const char *trouble;       /* why one of none and all was not timed; NULL: they were */
    tern_effects effects;      /* of the toggles that are taken, in the order of name[] without the others */
    size_t effect_of[TERN_EFFECTS_TOGGLES]; /* where the effect of name[i] stands; TERN_EFFECTS_TOGGLES: never taken */
} tern_ablation;

/*
 * The ablation of one case and side of one run; *found is false when the run has none. TERN_ENVIRONMENT when memory ran
 * out.
 */
tern_status tern_ablation_read(tern_ablation *ablation, const tern_results *results, uint32_t run, const char *id,
                               const char *side, bool *found, tern_error *error);

/*
 * Called with each ablation of results. It may come without processes, or with trouble: then its effects say nothing.
 */
typedef void tern_ablation_visit(void *context, const tern_ablation *ablation);

/* Each ablation in the order of the lines. TERN_ENVIRONMENT when memory ran out. */
tern_status tern_ablation_each(const tern_results *results, tern_ablation_visit *visit, void *context,
                               tern_error *error);

/* Whether the effects of an ablation were measured. */
bool tern_ablation_is_measured(const tern_ablation *ablation);

/* The effect of toggle i; NULL: never taken. */
const tern_effect *tern_ablation_effect(const tern_ablation *ablation, size_t i);

/* The toggle whose factor differs most between two sides, by more than its uncertainty. */
typedef struct tern_ablation_change {
    const char *name;      /* NULL: there is none, a change of speed is in code that all combinations share */
    bool in_base, in_cand; /* whether the side has that toggle at all */
    double before, after;  /* its factors of speed: 1 where it is not there or never taken */
    double change;         /* after / before, as a logarithm */
} tern_ablation_change;

/*
 * How the logarithm of all toggles together changed, with its interval: that of the whole where all of them off is the
 * same code at both sides. NaN: not known. (Of a difference: Zou, Donner, Statistics in Medicine 27, 2008.)
 */
tern_mean tern_ablation_total_change(const tern_ablation *base, const tern_ablation *cand);

/* name points into one of the two. */
tern_ablation_change tern_ablation_change_of(const tern_ablation *base, const tern_ablation *cand);

#endif
