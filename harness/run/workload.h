/*
 * workload.h - what a kernel is chosen for: problems, and how often each of them is computed.
 */
#ifndef TERN_WORKLOAD_H
#define TERN_WORKLOAD_H

#include "plan/case.h"

enum { TERN_WORKLOAD_PROBLEMS = 8, TERN_WORKLOAD_BYTES = 256 };

typedef struct tern_workload {
    char id[TERN_WORKLOAD_BYTES]; /* "auto/..." */
    /* Of the same data, threads (at least 1) and cache state; kernels are not looked at. */
    tern_case problem[TERN_WORKLOAD_PROBLEMS];
    double times[TERN_WORKLOAD_PROBLEMS]; /* > 0 */
    size_t problems;
} tern_workload;

/* One problem, computed once; its id is that of the case with the kernel `auto`. */
tern_workload tern_workload_of_case(const tern_case *c);

/* Leaves it out when times is 0. There must be room. */
void tern_workload_add(tern_workload *workload, const tern_case *problem, double times);

/* XXH3 of the problems and how often each is computed. */
uint64_t tern_workload_hash(const tern_workload *workload);

/* Whether no other problem with as many tokens is more work: enough for a first guess. */
bool tern_workload_is_main(const tern_workload *workload, size_t problem);

/* The problem with the kernel and toggles of `c`. */
tern_case tern_workload_case(const tern_workload *workload, size_t problem, const tern_case *c);

#endif
