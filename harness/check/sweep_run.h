/*
 * sweep_run.h - goes through the items of a sweep in one process. Runs in a child, since it calls the kernel.
 *
 * Each item is one plain call: bound, packed and computed in buffers that end at guard pages, and held against the
 * oracle. What else a kernel promises is for the battery; here are the sizes and data that it has no time for. Where a
 * problem is called many times, the battery follows in the same process, for what a kernel does only then.
 */
#ifndef TERN_SWEEP_RUN_H
#define TERN_SWEEP_RUN_H

#include "check/battery_task.h"

/*
 * The case of the task is a sweep; its arrays are not used. finding is EXACT when every item is, UNSUPPORTED when the
 * kernel refuses all of them; its reason names the item that is wrong, or says how many were refused.
 */
void tern_sweep_run(const tern_battery_task *task, tern_battery_result *result);

#endif
