/*
 * fresh_inputs.h - is a kernel as fast on an X that has nothing in common with those before?
 *
 * In samples, one value of X changes from call to call, so that what is measured stays what was asked for. A kernel
 * that keeps X and Y, and adds what the change makes, is right every time and computes no product. So blocks of calls
 * are timed in turns with X as in samples and with an X of which nothing is left in its place. A kernel that computes
 * takes the same time for both.
 */
#ifndef TERN_FRESH_INPUTS_H
#define TERN_FRESH_INPUTS_H

#include "measure/bench.h"
#include "record/verdict.h"

/*
 * Whether it is; otherwise finding becomes IMPOSSIBLE, with the figures. call_ns: how long a call takes, about. X is to
 * change before every call (tern_inputs_set_period()). Calls the kernel, for some 6 ms or a few calls. True without a
 * look where a kernel's own threads fetch X from another core's cache in a time that is not short beside that of the
 * call.
 */
bool tern_fresh_inputs_check(tern_bench *bench, double call_ns, tern_finding *finding);

#endif
