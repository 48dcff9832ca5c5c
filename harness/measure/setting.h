/*
 * setting.h - what all benches of one problem have in common: W, X, and a pinned team. In a child process.
 */
#ifndef TERN_SETTING_H
#define TERN_SETTING_H

#include "measure/memory.h"
#include "measure/pin.h"

typedef struct tern_setting {
    tern_memory memory; /* of W and X */
    int8_t *w, *x;      /* laid out as kernel.h says */
    tern_team *team;
    const tern_pin *pin;
    int32_t seen[TERN_MAX_THREADS]; /* the CPU of thread i, -1 when not pinned */
} tern_setting;

/*
 * Makes the data of the case, X aligned to x_align, then binds as many threads as it asks for: the caller is thread 0
 * and stays bound. pin must outlive the setting. Free with tern_setting_close(), whatever is returned.
 */
tern_status tern_setting_open(tern_setting *setting, const tern_case *c, size_t x_align, const tern_pin *pin,
                              tern_error *error);
void tern_setting_close(tern_setting *setting);

/*
 * Leaves the calling thread alone in the team, for a kernel with threads of its own: threads that wait would take
 * their CPUs.
 */
tern_status tern_setting_dismiss(tern_setting *setting, tern_error *error);

#endif
