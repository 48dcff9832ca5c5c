/*
 * verdict.h - what the checker says of one case.
 */
#ifndef TERN_VERDICT_H
#define TERN_VERDICT_H

#include "base/child.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum tern_verdict {
    TERN_EXACT,
    TERN_MISMATCH,         /* Y differs from the oracle */
    TERN_OVERRUN,          /* touched what is not its own: bytes outside its buffers, its inputs, the process's state */
    TERN_NONDETERMINISTIC, /* right once, different when called again, with other threads or other slices */
    TERN_CRASH,            /* ended by a signal, or left the process */
    TERN_TIMEOUT,          /* did not return before its deadline */
    TERN_MISDECLARED,      /* its table says what is not so */
    TERN_IMPOSSIBLE,       /* right, and faster than the machine can multiply: not what was checked is what was timed */
    TERN_UNSUPPORTED,      /* the kernel or the machine cannot do this case; the reason says why */
    TERN_INTERRUPTED       /* ended from outside, which says nothing of the kernel: --resume does it again */
} tern_verdict;

/* "EXACT", "MISMATCH", ...; the table ends with NULL. */
extern const char *const tern_verdict_names[];
const char *tern_verdict_name(tern_verdict verdict);

/* Whether it says that the kernel breaks a promise. */
bool tern_verdict_is_wrong(tern_verdict verdict);

enum { TERN_FIRST_DIFFERENCES = 4 };

typedef struct tern_difference {
    size_t m, n;
    int32_t expected, got;
} tern_difference;

/* A verdict and what explains it. Plain data, so that a child process can leave it in shared memory. */
typedef struct tern_finding {
    tern_verdict verdict;
    char reason[256]; /* one sentence; empty when EXACT */
    char hint[160];   /* what the pattern of a mismatch points at; may be empty */
    uint64_t values;  /* M*N, or 0 when nothing was compared */
    uint64_t mismatches;
    uint64_t max_abs;   /* largest |expected - got| */
    double relative_l2; /* |expected - got| / |expected|, 0 when both are zero */
    uint32_t differences;
    tern_difference difference[TERN_FIRST_DIFFERENCES];
} tern_finding;

/*
 * What the end of a child that is not DONE says of the kernel that ran in it: CRASH, TIMEOUT, or INTERRUPTED, and
 * nothing else.
 */
tern_finding tern_finding_of_child(const tern_child_outcome *outcome);

/* For a run that makes no sense with an INTERRUPTED finding: TERN_ENVIRONMENT and its reason; else TERN_OK. */
tern_status tern_finding_expect_whole(const tern_finding *finding, tern_error *error);

#endif
