/*
 * tried.h - one setting that was tried when the fastest kernel for a workload was looked for: line type "tried".
 */
#ifndef TERN_TRIED_H
#define TERN_TRIED_H

#include <stdbool.h>
#include <stdint.h>

typedef struct tern_tried {
    uint32_t run;
    char id[512];   /* of the workload: "auto/..." */
    char stage[16]; /* "guess": timed in cache; then sampled in turns, as used: "kernels", "toggles", "final" */
    char kernel[64], toggles[256];
    double ns; /* of the whole workload, the median; NaN: not known */
    /* How many times as fast as the first of its stage, and the 95 % interval; NaN: not compared. */
    double ratio, low, high;
    uint32_t samples;
    bool chosen;
    char reason[256]; /* of the chosen one, what speaks for it; of others why they have no time, or "" */
} tern_tried;

#endif
