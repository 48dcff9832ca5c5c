/*
 * ablate.h - what each toggle of a kernel contributes, case by case. Every observation is an "arm" line; what follows
 * from them stands in analyse/ablation.h.
 */
#ifndef TERN_ABLATE_H
#define TERN_ABLATE_H

#include "run/planning.h"
#include "run/recording.h"
#include "run/two_sides.h"

typedef struct tern_ablate_settings {
    tern_recording_settings recording;
    double deadline_s; /* of one case, on top of what its size needs */
    uint64_t seed;     /* of orders and layouts */
} tern_ablate_settings;

/*
 * As a part of another run, whose recording has begun: lines "arm" of these cases. sides as below. Lines that are there
 * are taken over.
 */
tern_status tern_ablate_cases(tern_recording *recording, const tern_ablate_settings *settings,
                              const tern_two_sides *sides, const tern_case *c, size_t count, tern_error *error);

/*
 * Ablates every case of the plan that has toggles to switch off. With sides, whose CAND are the session's kernels, each
 * is ablated at both; NULL: at one. Returns the exit status; recording as tern_recording_run() says.
 */
int tern_ablate_run(tern_recording *recording, const tern_ablate_settings *settings, tern_session *session,
                    const tern_two_sides *sides, tern_plan *plan, const tern_observer *observer, tern_error *error);

#endif
