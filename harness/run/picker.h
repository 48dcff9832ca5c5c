/*
 * picker.h - what `auto` stands for: the kernel and toggles that are the fastest for a workload on this machine.
 */
#ifndef TERN_PICKER_H
#define TERN_PICKER_H

#include "run/environment.h"
#include "run/session.h"
#include "run/tuning.h"

typedef struct tern_picker {
    const tern_session *session;
    tern_environment *environment;
    tern_activity *activity;
    bool fresh; /* measure, whatever was found before */
    /* The only one that is tried, and nothing is kept; the workload is named after it. NULL: all are. */
    const tern_kernel *alone;
    tern_tuning_tell *tell; /* is told all that is tried; NULL: nobody. Nothing is tried where it was found before. */
    void *context;
} tern_picker;

/*
 * Of the kernels that the session permits: a first guess drops the slow ones, the others are sampled as tuning.h says.
 * What is found is kept, and taken again by later runs. *chosen is the setting, with a sentence of figures.
 * TERN_NOTHING when no kernel can do the workload. best->kernel is NULL when the program was asked to end before.
 */
tern_status tern_picker_pick(const tern_picker *picker, const tern_workload *workload, tern_case *best,
                             tern_tried *chosen, tern_error *error);

/* The same for one case, which gets the kernel, or NULL, and its toggles; reason gets the sentence. */
tern_status tern_picker_pick_case(const tern_picker *picker, tern_case *c, char *reason, size_t bytes,
                                  tern_error *error);

#endif
