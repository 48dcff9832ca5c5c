/*
 * loop.h - the toggles of the decode loop: what can be switched beside the kernel's own. Same form as those of
 * kernels, so that ids and suites treat them alike.
 */
#ifndef TERN_LOOP_H
#define TERN_LOOP_H

#include "kernel.h"

typedef enum tern_loop_toggle {
    TERN_LOOP_SIMD,
    TERN_LOOP_KV_CACHE,
    TERN_LOOP_KV_BITS,
    TERN_LOOP_FUSED,
    TERN_LOOP_HEAD_BITS,
    TERN_LOOP_HUGE_PAGES,
    TERN_LOOP_TOGGLES
} tern_loop_toggle;

/* Ends with a row whose name is NULL. */
extern const tern_toggle tern_loop_toggles[TERN_LOOP_TOGGLES + 1];

/* What stands for "off": the plain form, also of those that are a number of bits. */
extern const int32_t tern_loop_plain[TERN_LOOP_TOGGLES];

/* NULL, or a constant sentence about values that a toggle's range allows and its meaning does not. */
const char *tern_loop_fault(const int32_t *value);

#endif
