/*
 * battery.h - all that a kernel's promises are tried with. Runs in a child process, since it calls the kernel.
 */
#ifndef TERN_BATTERY_H
#define TERN_BATTERY_H

#include "check/battery_task.h"

#include <stddef.h>

/*
 * For tests of the tests: the id of a pass, or the name of a sweep, that is left out, or NULL. A pass without which no
 * wrong kernel would be taken for right need not be there.
 */
extern const char *tern_battery_leaves_out;

/* Id and words of pass number index, as they stand in reasons; NULL after the last. */
const char *tern_battery_pass(size_t index, const char **words);

void tern_battery_run(const tern_battery_task *task, tern_battery_result *result);

#endif
