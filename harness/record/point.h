/*
 * point.h - what a history is made of: one figure of a case, in a line of a few hundred bytes, without its samples.
 * Machine class, method, host and time stand in the run that the line belongs to.
 */
#ifndef TERN_POINT_H
#define TERN_POINT_H

#include "record/compared.h"

enum { TERN_CODE_BYTES = 20 };

/*
 * Of which run a line of a history is, in a few digits, so that no two lines are equal and git merges its files line by
 * line; "" elsewhere.
 */
typedef char tern_of_run[12];

/* How long a case took, as a ratio to an anchor that was sampled in turns with it: line type "point". */
typedef struct tern_point {
    uint32_t run; /* index into the runs of the results it belongs to */
    char id[TERN_COMPARISON_ID_BYTES];
    char anchor[TERN_CODE_BYTES]; /* which code the anchor's kernel is; points of another anchor are another series */
    char commit[48];              /* what was measured; "" where that was no revision */
    char code[TERN_CODE_BYTES];   /* which code its kernel is; "" where that is not known */
    double ratio;                 /* ln(its time / the anchor's); finite */
    double error;                 /* standard error of that, over processes; NaN: not known */
    uint32_t processes;           /* 0: the same code as the anchor's, and not timed */
    double steal_share;           /* of the time of the CPUs in use; NaN: not known */
    tern_of_run of;
} tern_point;

/* What came of measuring a step of a series again, both of its ends in turns: line type "remeasured". */
typedef struct tern_remeasured {
    uint32_t run;
    char id[TERN_COMPARISON_ID_BYTES];
    char anchor[TERN_CODE_BYTES]; /* of its series */
    char before[48], after[48];   /* commits: the last one before the step, the first one after it */
    double ratio, low, high;      /* ln(time after / time before), and its interval */
    char verdict[16];             /* as a gate says: "REGRESSED", "OK", ... */
    char machine_class_hash[20];  /* of its series */
    tern_of_run of;
} tern_remeasured;

#endif
