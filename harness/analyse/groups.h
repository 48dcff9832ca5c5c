/*
 * groups.h - cases that belong together, such as all kernels on one problem of one run.
 */
#ifndef TERN_GROUPS_H
#define TERN_GROUPS_H

#include "base/error.h"
#include "record/results.h"

/* Cases in the order of their file; the pointers are into the results, and valid until something is added to them. */
typedef struct tern_group {
    const tern_record *const *item;
    size_t count;
} tern_group;

/* Groups in the order of their first cases. */
typedef struct tern_groups {
    tern_group *group;
    size_t count;
    const tern_record **item; /* of all groups */
} tern_groups;

/* What makes a group: equal cases have equal hashes. takes is NULL when every case belongs to some group. */
typedef struct tern_grouping {
    bool (*takes)(const tern_record *record);
    uint64_t (*hash)(const tern_record *record);
    bool (*same)(const tern_record *a, const tern_record *b);
} tern_grouping;

extern const tern_grouping tern_by_problem;       /* one run, one problem: may be compared */
extern const tern_grouping tern_by_problem_timed; /* of those, the timed ones */
extern const tern_grouping
    tern_by_all_but_zeros; /* timed, W random: one run, all alike but kernel and share of zeros */
extern const tern_grouping tern_by_all_but_threads; /* timed: one run, all alike but the number of threads */
extern const tern_grouping tern_by_suite_group;     /* timed: one run, one group of a suite */
extern const tern_grouping tern_by_kernel;          /* kernel and toggles alone */
extern const tern_grouping tern_by_isa;             /* the instruction sets that a kernel needs */

/* TERN_ENVIRONMENT when memory ran out; groups is then empty. Free with tern_groups_free(). */
tern_status tern_groups_of_results(tern_groups *groups, const tern_results *results, const tern_grouping *how,
                                   tern_error *error);
tern_status tern_groups_of_group(tern_groups *groups, const tern_group *group, const tern_grouping *how,
                                 tern_error *error);

void tern_groups_free(tern_groups *groups);

#endif
