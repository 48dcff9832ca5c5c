/*
 * same_work.h - whether a kernel does the very same with two sets of toggles, so that timing both would tell nothing.
 */
#ifndef TERN_SAME_WORK_H
#define TERN_SAME_WORK_H

#include "base/child.h"
#include "plan/case.h"

/*
 * a and b are cases of one kernel that differ in toggles alone. *same is set when, for both, bind() chooses the same
 * functions, plan and scratch, W is packed into the same bytes, and the call itself does not read those toggles. In a
 * child process, with one thread. What cannot be shown is not the same. Fails only when no child can be made.
 */
tern_status tern_same_work(const tern_case *a, const tern_case *b, const tern_child_options *options, bool *same,
                           tern_error *error);

#endif
