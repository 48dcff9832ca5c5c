/*
 * plan.h - the cases that suites expand to, in the order in which they run.
 *
 * Cases of the same data stand together, so that W, X and the expected Y are made once. Those that differ in kernel
 * and toggles alone are sampled in turns, where a group asks for it: they are paired.
 */
#ifndef TERN_PLAN_H
#define TERN_PLAN_H

#include "base/filter.h"
#include "base/index.h"
#include "plan/suite.h"

typedef struct tern_planned {
    tern_case c;
    char suite[64], group[64];
    char pick_reason[256]; /* why `auto` took this kernel; "" when the suite names it */
    double expected_s;     /* how long it takes, once tern_estimate_plan() has looked at the plan */
    uint32_t paired;       /* cases with the same number are sampled in turns; from 1, 0 = timed alone */
} tern_planned;

typedef struct tern_plan {
    tern_planned *cases;
    size_t count, capacity;
    tern_index by_id, by_problem; /* of cases; by_problem of those that are sampled in turns */
    bool timed;                   /* false: threads and cache state are left out */
    bool interleave;              /* all cases, whatever their groups say */
    uint32_t paired_groups;
    uint32_t isa;              /* what kernels may use */
    uint32_t threads_all;      /* what `threads = all` means */
    const tern_filter *filter; /* on the id; NULL: everything */
    char left_out[512];        /* kernels that need more than isa, separated by blanks */
} tern_plan;

/*
 * Adds the cases of a suite; those that are there already are passed over. `auto` stands for every kernel when cases
 * are only checked; timed, it is one case whose kernel is NULL until tern_plan_resolve(). Free with tern_plan_free().
 */
tern_status tern_plan_add_suite(tern_plan *plan, const tern_suite *suite, const tern_registry *registry,
                                tern_error *error);

/*
 * Adds, for each kernel and set of toggles in the plan, the edge cases of that kernel: tails, primes, extreme data.
 * They are only checked. Their group is "edges". deep: the sweep that takes minutes as well.
 */
tern_status tern_plan_add_edges(tern_plan *plan, bool deep, tern_error *error);

/* Adds one case, unless the filter or the plan already says otherwise. */
tern_status tern_plan_add(tern_plan *plan, const tern_case *c, const char *suite, const char *group, tern_error *error);

/* Whether a case of it has that id. */
bool tern_plan_has(const tern_plan *plan, const char *id);

/*
 * Gives the case, which lacks nothing else, the kernel and toggles that do it fastest, and why: a sentence in reason.
 */
typedef tern_status tern_plan_pick(void *context, tern_case *c, char *reason, size_t bytes, tern_error *error);

/*
 * Gives a kernel to each case that has none. One that is in the plan already becomes one with the other. The filter is
 * not asked again. What pick returns ends it, with the plan as it was.
 */
tern_status tern_plan_resolve(tern_plan *plan, tern_plan_pick *pick, void *context, tern_error *error);

/* Leaves out the cases whose flag, one for each, is false. TERN_ENVIRONMENT when memory ran out. */
tern_status tern_plan_keep(tern_plan *plan, const bool *kept, tern_error *error);

void tern_plan_free(tern_plan *plan);

#endif
