/*
 * paired_member.h - one of the cases that are timed in turns.
 */
#ifndef TERN_PAIRED_MEMBER_H
#define TERN_PAIRED_MEMBER_H

#include "measure/measure_options.h"
#include "plan/case.h"
#include "record/record.h"

typedef struct tern_paired_member {
    const tern_case *c;
    tern_measure_options
        options;         /* those of the first say how to sample; budgets are added up; the roofs are the case's own */
    double deadline_s;   /* of one turn */
    tern_record *record; /* filled as tern_measure_case() does */
} tern_paired_member;

/*
 * Called in the child process before anything else: may replace the kernels of the cases, such as by loading plug-ins
 * at addresses that no other process has. A status other than TERN_OK, with its sentence, ends the sampling.
 */
typedef tern_status tern_paired_enter(void *context, tern_case *c, uint32_t arms, tern_error *error);

#endif
