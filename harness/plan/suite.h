/*
 * suite.h - a text file that names axes. Every section is a group; the cases of a group are the product of its axes.
 *
 *     [suite]
 *     summary  = one line
 *     baseline = scalar
 *     interleave = yes            ; or in a group: cases that differ in kernel and toggles alone are sampled in turns
 *     format   = table            ; what standard output gets at the end, unless --format says otherwise
 *     counters = work             ; as --counters takes them, unless that says otherwise
 *     budget   = 2                ; seconds of samples a case, unless --budget says otherwise
 *
 *     [decode]
 *     kernels = * -reference
 *     shapes  = 4096x4096 11008x4096
 *     n       = 1
 *     threads = 1 all
 *     cache   = hot cold
 */
#ifndef TERN_SUITE_H
#define TERN_SUITE_H

#include "base/error.h"
#include "plan/case.h"

enum { TERN_AXIS_MAX = 64, TERN_SUITE_GROUPS = 32 };

/* Values of threads that depend on the machine: every CPU that the program may use; and 1, 2, 4, ... up to that. */
#define TERN_THREADS_ALL      0u
#define TERN_THREADS_DOUBLING UINT32_MAX

/* The axes of one group. An axis without values takes its default, which stands beside it. */
typedef struct tern_axes {
    char name[64];
    char kernel[TERN_AXIS_MAX][64];   /* names or globs, a leading '-' takes away; "auto"; default: * */
    char toggles[TERN_AXIS_MAX][128]; /* "default", or "name=value,..." ; default: default */
    tern_shape shape[TERN_AXIS_MAX];  /* n = 0: taken from the axis n; required */
    size_t n[TERN_AXIS_MAX];          /* 1 */
    uint32_t threads[TERN_AXIS_MAX];  /* 1 */
    tern_cache cache[TERN_AXIS_MAX];  /* hot */
    tern_w_pattern w[TERN_AXIS_MAX];  /* random */
    tern_x_pattern x[TERN_AXIS_MAX];  /* random */
    double p0[TERN_AXIS_MAX];         /* 0.42 */
    uint64_t seed[TERN_AXIS_MAX];     /* 1 */
    bool interleave;                  /* no */
    size_t kernels, toggle_sets, shapes, ns, thread_counts, caches, ws, xs, p0s, seeds;
} tern_axes;

typedef struct tern_suite {
    char name[64]; /* the file's name without folder and ".suite" */
    char summary[160];
    char baseline[64]; /* the kernel that tables compare with; "" = none */
    char format[32];   /* "" = no wish */
    char counters[64]; /* "" = no wish */
    double budget_s;   /* 0 = no wish */
    bool interleave;   /* in every group */
    tern_axes *group;  /* of TERN_SUITE_GROUPS */
    size_t groups;
} tern_suite;

/* Reads a file. TERN_USAGE names file and line. Free with tern_suite_free(), whatever is returned. */
tern_status tern_suite_read(tern_suite *suite, const char *path, const tern_registry *registry, tern_error *error);

/* Replaces one axis in every group, as `name = text` in the file would. */
tern_status tern_suite_override(tern_suite *suite, const char *axis, const char *text, const tern_registry *registry,
                                tern_error *error);

void tern_suite_free(tern_suite *suite);

#endif
