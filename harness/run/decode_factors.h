/*
 * decode_factors.h - what can be switched off in a decode run: toggles of the loop, its threads, its kernel; and the
 * job with some of them off.
 */
#ifndef TERN_DECODE_FACTORS_H
#define TERN_DECODE_FACTORS_H

#include "decode/loop/job.h"
#include "run/ablated.h"

enum { TERN_DECODE_FACTORS = TERN_LOOP_TOGGLES + 2 };

/* Filled by who ablates; `what` by tern_decode_factors_find(). */
typedef struct tern_decode_factors {
    tern_decode_job job;   /* with all of them on */
    tern_pin one_cpu;      /* where one thread goes */
    tern_case plain;       /* in place of the job's kernel; its kernel is NULL when there is none */
    const char *not_plain; /* why it is no "off" of the kernel; NULL: it is */
    int what[TERN_DECODE_FACTORS];
} tern_decode_factors;

/* Adds each factor to an ablation without any; what is off in the job itself is told. */
void tern_decode_factors_find(tern_decode_factors *factors, tern_ablated *ablated);

/* The job with those factors of the ablation on, and the others off. */
tern_decode_job tern_decode_factors_job(const tern_decode_factors *factors, const tern_ablated *ablated,
                                        tern_toggle_set on);

/* The same as settings. Returns text. */
char *tern_decode_factors_text(const tern_decode_factors *factors, const tern_ablated *ablated, tern_toggle_set on,
                               char text[256]);

/* Whether the loop runs the same without factor i. */
bool tern_decode_factors_never_taken(const tern_decode_factors *factors, size_t i);

#endif
