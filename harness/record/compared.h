/*
 * compared.h - what a gate, an ablation or a bisect observed: every figure that its verdicts are made of, so that
 * they can be drawn from a file again.
 */
#ifndef TERN_COMPARED_H
#define TERN_COMPARED_H

#include "record/verdict.h"

#include <stdbool.h>
#include <stdint.h>

enum { TERN_SIDE_BYTES = 256, TERN_COMPARISON_ID_BYTES = 512 };

/* What is to be done with a case of a gate. */
typedef enum tern_compared_state {
    TERN_COMPARED_TIMED,     /* pairs follow */
    TERN_COMPARED_IDENTICAL, /* the same code on both sides: not timed */
    TERN_COMPARED_CANARY,    /* the same code on both sides, timed to see what the machine does to it; pairs follow */
    TERN_COMPARED_FIXED,     /* wrong in BASE, right in CAND: not timed */
    TERN_COMPARED_WRONG,     /* CAND is not EXACT */
    TERN_COMPARED_ADDED,     /* only CAND has the kernel */
    TERN_COMPARED_REMOVED,   /* only BASE has it */
    TERN_COMPARED_LEFT_OUT,  /* cannot be compared; reason says why */
    TERN_COMPARED_STEP       /* no case of a gate but what a bisect compares; pairs follow */
} tern_compared_state;

extern const char *const tern_compared_state_names[];

/* One case of a gate, before it is timed: line type "compared". */
typedef struct tern_compared {
    uint32_t run;                      /* index into the runs of the results it belongs to */
    char id[TERN_COMPARISON_ID_BYTES]; /* of CAND's case; the name of a kernel that is ADDED or REMOVED */
    char base[TERN_SIDE_BYTES], cand[TERN_SIDE_BYTES]; /* the sides, as they were given */
    char base_kernel[64];                              /* the kernel that stands for it in BASE */
    char base_commit[48], cand_commit[48];             /* of revisions; "" otherwise */
    char base_code[20], cand_code[20];                 /* which code the kernels are: a hash; "" where not known */
    tern_compared_state state;
    char reason[256];
    tern_finding finding;  /* of CAND, when it was checked */
    double delta;          /* the slowdown that matters: 0.02 = 2 % */
    bool expected;         /* BASE says that this case may change */
    char expectation[160]; /* and why */
    /* exact numbers of instructions of one call on a small shape; NaN: not counted */
    double base_instructions, cand_instructions;
    char witness[64]; /* that shape */
} tern_compared;

/* What one process measured of one case on both sides: line type "pair". */
typedef struct tern_pair {
    uint32_t run;
    char id[TERN_COMPARISON_ID_BYTES]; /* as in its "compared" line */
    uint32_t process;                  /* from 0, within its series */
    bool second;                       /* of the series that confirms a regression */
    uint64_t seed;                     /* of order and layout */
    uint64_t calls_per_sample;
    bool shares_packed;        /* both sides read one packed W, since theirs are equal byte by byte */
    uint32_t samples;          /* two a quad and side, in the order in which they were taken */
    double *base_ns, *cand_ns; /* of one call */
    double steal_share;
    tern_finding finding; /* of CAND while it was timed */
    char reason[256];     /* why there are no samples; "" when there are */
} tern_pair;

/* What one process measured of one combination of toggles: line type "arm". */
typedef struct tern_arm_record {
    uint32_t run;
    char id[TERN_COMPARISON_ID_BYTES]; /* of the case or decode job with its own toggles */
    char side[8];                      /* "base" or "cand"; "" when there is one side */
    char on[512];                      /* the toggles that are on, separated by blanks; "" = none */
    char left[256];     /* parameters and toggles that are no part of it, with the reason: "name: reason; ..." */
    char measured[160]; /* what a time is of, in words, where it is no call of a kernel; "" otherwise */
    char toggles[256];  /* the same as a set of toggles: "prefetch=0" */
    uint32_t process, toggles_in_all;
    uint64_t seed;
    uint32_t samples;
    double *ns;       /* of one call, in the order in which they were taken; of one token for decode */
    double *block_ns; /* the reference in the same block */
    bool never_taken; /* the call is the same without; not timed */
    bool wrong;       /* it is not EXACT, and so not timed */
    char reason[256]; /* why there are no samples: a refusal, or it is not EXACT */
} tern_arm_record;

/* What a bisect knows of one commit: line type "step". Roles and their order stand in analyse/bisection.h. */
typedef struct tern_step {
    uint32_t run;
    char id[TERN_COMPARISON_ID_BYTES]; /* of the case */
    char commit[48];
    char subject[160];
    char role[16];    /* "good", "candidate", "bad", "tried", "same", "unbuildable", "skipped", "verified" */
    uint32_t commits; /* of "good": how many come after it up to the bad end, by first parents */
    double ratio;     /* ln(its time / the good end's; of "verified", its parent's); NaN: not measured */
    double error;     /* standard error of that */
    double p;         /* the probability that the change came with it, after all steps so far; NaN: not known */
    char same_as[48]; /* of "same": the commit with the same kernel; of "verified": the parent */
    char reason[256]; /* why it cannot be measured; of "verified", why the change does not hold, "" when it does */
} tern_step;

#endif
