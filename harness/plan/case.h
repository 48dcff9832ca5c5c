/*
 * case.h - kernel + toggles + shape + data + threads + cache state, and the id that names all of it.
 *
 *     avx2+prefetch=0/4096x4096x1/w=random,x=random,p0=0.42,seed=1/t=2/cold
 *
 * The last two parts are missing in a case that is only checked. An id is complete: it can be run again without the
 * suite.
 */
#ifndef TERN_CASE_H
#define TERN_CASE_H

#include "base/error.h"
#include "kernel.h"
#include "plan/registry.h"
#include "record/problem_key.h"

#include <stdbool.h>

typedef enum tern_w_pattern {
    TERN_W_RANDOM,
    TERN_W_ZERO,
    TERN_W_PLUS,
    TERN_W_MINUS,
    TERN_W_ALTERNATING, /* +1, -1, ... along k */
    TERN_W_BLOCKS,      /* runs of equal weights, of 4 to 512, and blocks of zeros */
    TERN_W_MIXED,       /* shares of zeros from 0 to 1, another one from row to row */
    TERN_W_NEAR,        /* rows that are the first one but for one weight */
    TERN_W_COUNT,       /* all patterns of 8 neighbours, counted through */
    TERN_W_COUNT12,     /* of 12 neighbours */
    TERN_W_ONEHOT       /* one weight a row that is not zero; 2K rows have both signs in each column */
} tern_w_pattern;

typedef enum tern_x_pattern {
    TERN_X_RANDOM,
    TERN_X_MIN, /* all -128 */
    TERN_X_MAX, /* all 127 */
    TERN_X_ALTERNATING,
    /* one value a token that is not zero; K tokens have one in each column: Y holds all of W, with 2K both extremes */
    TERN_X_ONEHOT,
    TERN_X_ZERO,
    TERN_X_RELU2,    /* what a squared ReLU leaves: half zeros, nothing below */
    TERN_X_SPARSE,   /* 10 to 90 % zeros, another share from token to token */
    TERN_X_BLOCKS,   /* half zeros, in runs of 4 to 512; every fifth token is all zero */
    TERN_X_NEAR,     /* tokens that are the first one but for one value */
    TERN_X_POSITIVE, /* random, 0 to 127 */
    TERN_X_NEGATIVE, /* random, -128 to -1 */
    TERN_X_EXTREME   /* -128 or 127 at random */
} tern_x_pattern;

/*
 * A sweep is one case that stands for a list of small ones, which one child process calls one after the other. What
 * they are stands in plan/sweep.h.
 */
typedef enum tern_sweep {
    TERN_SWEEP_NONE,
    TERN_SWEEP_SIZES,    /* residues of M, K and N alone and in pairs, whole tiles, sizes above blocks */
    TERN_SWEEP_CONTENTS, /* what W and X are made of */
    TERN_SWEEP_WIDTHS,   /* sums and strides that pass 16 bits or a float */
    TERN_SWEEP_TOGGLES,  /* each toggle at its ends */
    TERN_SWEEP_CALLS,    /* a tiny product, very often */
    TERN_SWEEP_ISA,      /* what leads through all of the code, for a look at its instructions */
    TERN_SWEEP_DEEP,     /* of all that, what takes minutes */
    TERN_SWEEPS
} tern_sweep;

const char *tern_sweep_name(tern_sweep sweep); /* "sizes" */
bool tern_sweep_parse(const char *text, tern_sweep *sweep);

const char *tern_w_pattern_name(tern_w_pattern pattern);
const char *tern_x_pattern_name(tern_x_pattern pattern);
bool tern_w_pattern_parse(const char *text, tern_w_pattern *pattern);
bool tern_x_pattern_parse(const char *text, tern_x_pattern *pattern);

/* What fills W and X. Depends on nothing else, so that a filter changes no data. */
typedef struct tern_data {
    tern_w_pattern w;
    tern_x_pattern x;
    double p0; /* share of zeros of a random W, 0..1 */
    uint64_t seed;
    tern_sweep sweep;
} tern_data;

/*
 * TERN_CHECK_ONLY: the case is not timed. Hot: one W, read again and again. Cold: a ring of copies larger than the
 * LLC.
 */
typedef enum tern_cache { TERN_CHECK_ONLY, TERN_HOT, TERN_COLD } tern_cache;
const char *tern_cache_name(tern_cache cache);              /* "", "hot", "cold" */
bool tern_cache_parse(const char *text, tern_cache *cache); /* "hot" or "cold" */

typedef struct tern_case {
    const tern_kernel *kernel; /* NULL: it is still to be chosen */
    int32_t toggle[TERN_MAX_TOGGLES];
    tern_shape shape;
    tern_data data;
    uint32_t threads; /* 0 when check only */
    tern_cache cache;
    bool brief; /* one of many of its kernel: others have what does not depend on sizes and data; not in the id */
} tern_case;

/* All but the kernel and its toggles. */
tern_problem_key tern_case_problem(const tern_case *c);

/* Gives the case its kernel and that kernel's own choice of toggles. */
void tern_case_init(tern_case *c, const tern_kernel *kernel);

/*
 * Sets toggles from "name=value,name=value". TERN_USAGE when the kernel has no such toggle or the value is out of
 * range.
 */
tern_status tern_case_set_toggles(tern_case *c, const char *text, tern_error *error);

/* Whether packed W and Y are to lie on huge pages: they do, unless a toggle says otherwise. */
bool tern_case_huge_pages(const tern_case *c);

/* Whether the kernel computes in threads of its own, however many these are. */
static inline bool tern_kernel_owns_team(const tern_kernel *kernel)
{
    return (kernel->flags & TERN_KERNEL_OWNS_TEAM) != 0;
}

/*
 * Whether its kernel, which is not NULL, has several threads of its own. Such a case takes no turns with others: its
 * threads would wait on the CPUs of the others, and the others' on its own.
 */
bool tern_case_owns_team(const tern_case *c);

/* Whether both are of one kernel, with the same toggles. */
bool tern_case_same_kernel(const tern_case *a, const tern_case *b);

/* Writes the toggles that differ from the kernel's own choice, "" for none. Returns text. */
char *tern_case_toggles(const tern_case *c, char *text, size_t bytes);

/* Writes the first part of an id, "avx2+prefetch=0", or "auto" when no kernel is chosen. Returns text. */
char *tern_case_kernel(const tern_case *c, char *text, size_t bytes);

/*
 * Reverse of tern_case_kernel(): c becomes that kernel with those toggles, and zeros. TERN_USAGE: there is no such
 * kernel, or no such toggle.
 */
tern_status tern_case_parse_kernel(tern_case *c, const char *text, const tern_registry *registry, tern_error *error);

/*
 * Gives the case that kernel with those toggles, as records name them; all else stays. False, and nothing is changed:
 * there is no such kernel, or no such toggle.
 */
bool tern_case_take_kernel(tern_case *c, const char *kernel, const char *toggles, const tern_registry *registry);

/* Writes the id. Returns text. */
char *tern_case_id(const tern_case *c, char *text, size_t bytes);

/* Reverse of tern_case_id(). TERN_USAGE names the part that is wrong. */
tern_status tern_case_parse(tern_case *c, const char *id, const tern_registry *registry, tern_error *error);

/*
 * "128x512" or "128x512x64"; without N, n keeps its value. False as well for K above TERN_MAX_K and a W above 2^40
 * weights.
 */
bool tern_shape_parse(const char *text, tern_shape *shape);

/* Multiply-adds of one product, M*K*N, as a double, which takes shapes that size_t does not. */
double tern_shape_macs(tern_shape shape);

#endif
