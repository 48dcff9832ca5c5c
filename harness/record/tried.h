/*
 * tried.h - one setting that was tried when the fastest kernel for a workload was looked for: line type "tried".
 */
#ifndef TERN_TRIED_H
#define TERN_TRIED_H

#include "record/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct tern_tried {
    uint32_t run;
    char id[512];   /* of the workload: "auto/..." */
    char stage[16]; /* "guess": timed in cache; then sampled in turns, as used: "kernels", "toggles", "final" */
    char kernel[64], toggles[256];
    double ns; /* of the whole workload, the median; NaN: not known */
    /*
     * How many times as fast as the first of its stage, the median over rounds that sample both, which is not the
     * quotient of medians; and the 95 % interval. NaN: not compared.
     */
    double ratio, low, high;
    uint32_t samples;
    bool chosen;
    bool wrong;       /* it is not EXACT, and so has no time */
    char reason[256]; /* of the chosen one, what speaks for it; of others why they have no time, or "" */
} tern_tried;

/*
 * Why a setting has no time that was found so, in words that begin with the verdict. Returns whether it is wrong: not
 * where it refused, was ended from outside, or did not end in the little time that a search has for it.
 */
bool tern_tried_explain(char *text, size_t bytes, const tern_finding *finding);

#endif
