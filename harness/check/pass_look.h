/*
 * pass_look.h - what passes do with a kernel that is bound and packed, beside calling it.
 */
#ifndef TERN_PASS_LOOK_H
#define TERN_PASS_LOOK_H

#include "check/pass_run.h"
#include "check/together.h"

typedef bool tern_pass_look_fn(tern_pass_run *run);

/* Calls slice after slice, each of them with the rows next to its own closed. */
tern_pass_look_fn tern_pass_look_beyond_edges;

/* Changes a value of X, or two that are exchanged, and calls again; nothing else is touched. */
tern_pass_look_fn tern_pass_look_at_values;

/* The same with a weight, or two, and W packed anew. */
tern_pass_look_fn tern_pass_look_at_weights;

/* Calls with the right answer, zeros, ones and bits of one in Y. */
tern_pass_look_fn tern_pass_look_at_old_y;

/* Calls after another problem of the same kernel was bound, and after it was computed. */
tern_pass_look_fn tern_pass_look_after_others;

/* Calls from two threads at the same time, for another X each. */
tern_pass_look_fn tern_pass_look_together;

/* Both call at the same time, and the one whose answer is known must be right. */
bool tern_pass_run_together(tern_pass_run *run, tern_caller callers[TERN_CALLERS]);

/* Asks for facts, with room for none, one and many. */
tern_pass_look_fn tern_pass_look_at_facts;

/* Whether each function beside run() leaves heap and mappings as large as they were. */
tern_pass_look_fn tern_pass_look_for_leaks;

/* Whether the packed form is as small as the kernel declares, and all of it is read. */
tern_pass_look_fn tern_pass_look_at_claims;

#endif
