/*
 * case_look.h - looks at a case while it is timed, and ends its timing when it is wrong: then the arm is not ready any
 * more, and its outcome says why.
 */
#ifndef TERN_CASE_LOOK_H
#define TERN_CASE_LOOK_H

#include "measure/case_arm.h"

/* After a call whose answer was looked at: right is what was found. Y and X are still as the call left them. */
bool tern_case_look_judge(tern_case_arm *case_arm, bool right);

/* After calls: looks at the state of the thread that made them. */
bool tern_case_look_judge_state(tern_case_arm *case_arm);

/*
 * At random moments, a random number of calls: a kernel that works at every other call, or counts its calls, has no way
 * to tell which are looked at.
 */
bool tern_case_look_at_some(tern_case_arm *case_arm);

/* Each call, for a while: what goes wrong once in a thousand calls is seen here, unless calls are long. */
void tern_case_look_at_first(tern_case_arm *case_arm, double warm_up_ns);

#endif
