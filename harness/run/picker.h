/*
 * picker.h - which kernel `auto` stands for on this machine.
 */
#ifndef TERN_PICKER_H
#define TERN_PICKER_H

#include "run/environment.h"
#include "run/session.h"

/*
 * Of the kernels that the session permits, the fastest for the case's shape, data, threads (at least 1) and cache
 * state; its kernel is not looked at. reason gets a sentence of figures. TERN_NOTHING when no kernel can do it.
 */
tern_status tern_picker_pick(const tern_session *session, tern_environment *environment, tern_activity *activity,
                             const tern_case *c, const tern_kernel **kernel, char *reason, size_t bytes,
                             tern_error *error);

#endif
