/*
 * ablated.h - one thing whose factors are switched off in turns, be it a case of a kernel or a decode loop: their
 * names, those that make no difference, and its lines, of which each says what one process measured of one combination.
 */
#ifndef TERN_ABLATED_H
#define TERN_ABLATED_H

#include "analyse/effects.h"
#include "run/comparing.h"

typedef struct tern_ablated {
    const char *side;                       /* "base", "cand"; "": there is one */
    char id[TERN_COMPARISON_ID_BYTES];      /* of the case or decode job with all its factors */
    char measured[160];                     /* what a time is of, where it is no call of a kernel */
    char name[TERN_EFFECTS_TOGGLES][64];    /* of factors that can be switched off */
    bool never_taken[TERN_EFFECTS_TOGGLES]; /* switching it off changes nothing: it is on in all that is timed */
    size_t factors;
    char left[256]; /* the others, and why */
} tern_ablated;

/* Adds a factor; one for which there is no room is no part of it, and told. */
void tern_ablated_add_factor(tern_ablated *ablated, const char *name);

/* Something that is no part of it, and why. */
void tern_ablated_leave(tern_ablated *ablated, const char *name, const char *why);

/* All factors on. */
tern_toggle_set tern_ablated_all(const tern_ablated *ablated);

/* How many of them make a difference, and a combination of those as one of all: the others are on. */
size_t tern_ablated_taken(const tern_ablated *ablated);
tern_toggle_set tern_ablated_widen(const tern_ablated *ablated, tern_toggle_set taken);

/* Shows "WHAT ID". */
void tern_ablated_say(const tern_ablated *ablated, tern_comparing *comparing, const char *what);

/* A line of one combination, without samples. toggles: the same as settings, as `repro` takes them. */
void tern_ablated_line(const tern_ablated *ablated, tern_toggle_set on, const char *toggles, tern_arm_record *line);

/* Adds a line, unless an earlier part of a resumed run has it. */
tern_status tern_ablated_add(tern_comparing *comparing, const tern_arm_record *line, tern_error *error);

/* A line that says why there is nothing to time. finding: of the case itself. */
tern_status tern_ablated_give_up(const tern_ablated *ablated, tern_comparing *comparing, const char *toggles,
                                 const tern_finding *finding, tern_error *error);

/* Samples of one combination in one process, and of the reference in the same rounds. */
typedef struct tern_ablated_samples {
    const tern_finding *finding;     /* why there are none */
    const double *ns, *reference_ns; /* visits of them a round */
    uint32_t samples, visits, reference_samples, reference_visits;
    uint32_t process;
    uint64_t seed;
} tern_ablated_samples;

/* Adds the line of a combination: each sample beside the mean of the reference's in the same round. */
tern_status tern_ablated_keep(const tern_ablated *ablated, tern_comparing *comparing, tern_toggle_set on,
                              const char *toggles, const tern_ablated_samples *samples, tern_error *error);

/* Samples every combination of the design in one process, and adds a line for each. */
typedef tern_status tern_ablated_sample(void *context, const tern_design *design, uint32_t process, tern_error *error);

/* How much is measured. */
typedef struct tern_ablated_extent {
    uint32_t processes; /* that many ... */
    double budget_s; /* ... or fewer, when their samples take longer than this, three at least; 0: there is no limit */
    double per_sample; /* of how many is a sample's time the mean; where there is a limit */
    bool once;         /* no more combinations, whatever is left unexplained */
} tern_ablated_extent;

/* A status of tern_work: 1 when something is wrong, 5 when nothing could be timed. */
tern_status tern_ablated_status(void *context, tern_recording *recording, tern_error *error);

/*
 * Processes with none, all, each alone and all but each; where that leaves something unexplained, with more. What an
 * earlier part of a resumed run has is not measured again. Some factor must make a difference.
 */
tern_status tern_ablated_measure(const tern_ablated *ablated, tern_comparing *comparing,
                                 const tern_ablated_extent *extent, tern_ablated_sample *sample, void *context,
                                 tern_error *error);

#endif
