/*
 * picker.h - which kernel `auto` stands for on this machine.
 *
 * Roofs are measured the first time that so many threads are asked for: an `auto` that is not there costs nothing.
 */
#ifndef TERN_PICKER_H
#define TERN_PICKER_H

#include "run/environment.h"

typedef struct tern_picker {
    tern_session *session;
    tern_environment environment;
    bool open;
} tern_picker;

void tern_picker_init(tern_picker *picker, tern_session *session);
void tern_picker_close(tern_picker *picker);

/*
 * Of the kernels within the session's ISA cap, the fastest for the case's shape, data, threads (at least 1) and cache
 * state; its kernel is not looked at. reason gets a sentence of figures. Is a tern_plan_pick. TERN_NOTHING when no
 * kernel can do it.
 */
tern_status tern_picker_pick(void *picker, const tern_case *c, const tern_kernel **kernel, char *reason, size_t bytes,
                             tern_error *error);

#endif
