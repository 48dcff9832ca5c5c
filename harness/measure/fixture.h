/*
 * fixture.h - what all benches of one problem have in common: W, the X of each call, what tells whether Y is right, and
 * a pinned team. In a child process.
 */
#ifndef TERN_FIXTURE_H
#define TERN_FIXTURE_H

#include "check/state.h"
#include "machine/pin.h"
#include "measure/arena.h"
#include "measure/case_weights.h"
#include "measure/inputs.h"
#include "plan/case.h"

typedef struct tern_fixture {
    tern_case_weights own_weights;
    const tern_case_weights *weights; /* its own, or those that the process inherited */
    tern_memory memory;               /* of X */
    tern_shape shape;
    int8_t *x; /* the case's own, laid out as kernel.h says */
    tern_layout layout;
    tern_inputs inputs; /* what X is in calls */
    tern_inputs fresh;  /* and where none is like another: see fresh_inputs.h */
    tern_team *team;
    const tern_pin *pin;
    bool brief;         /* may be set after opening: nobody asks how long packing takes, so that W is packed once */
    int32_t *seen;      /* the CPU of thread i of those that the case asks for, -1 when not pinned */
    tern_state state;   /* as calls must leave it: see side_effects.h */
    bool has_strangers; /* a kernel has left threads: CPU time tells nothing any more */
} tern_fixture;

/*
 * Makes the data of the case, the X of calls aligned to x_align, then binds as many threads as it asks for: the caller
 * is thread 0 and stays bound. weights are those of the case, or NULL: it makes its own. layout is for all benches. pin
 * and weights must outlive the fixture. Free with tern_fixture_close(), whatever is returned.
 */
tern_status tern_fixture_open(tern_fixture *fixture, const tern_case *c, const tern_case_weights *weights,
                              size_t x_align, const tern_layout *layout, const tern_pin *pin, tern_error *error);
void tern_fixture_close(tern_fixture *fixture);

/*
 * Leaves the calling thread alone in the team, for a kernel with threads of its own: threads that wait would take
 * their CPUs.
 */
tern_status tern_fixture_dismiss(tern_fixture *fixture, tern_error *error);

#endif
