/*
 * pick.h - which kernel is the fastest for a shape on this machine.
 *
 * Each kernel that may run here is timed for some milliseconds on a part of the rows, in cache. What that leaves out
 * is memory: no kernel reads its packed W faster than the memory gives it. So the time of a call is the longer of the
 * two, the measured one scaled to all rows and packed bytes over read bandwidth.
 */
#ifndef TERN_PICK_H
#define TERN_PICK_H

#include "base/child.h"
#include "machine/pin.h"
#include "plan/case.h"
#include "plan/registry.h"

typedef struct tern_pick_request {
    tern_shape shape;
    tern_data data;
    uint32_t threads;
    uint32_t isa; /* TERN_ISA_ bits that kernels may use */
    tern_pin pin;
    double read_gbps; /* measured with the same threads; 0 = not known: as if all of W were in cache */
} tern_pick_request;

/*
 * Leaves out kernels that refuse the shape or do not end in time. Ties go to the kernel that stands first in the
 * registry. reason gets one sentence with the figures of the best and the second. TERN_NOTHING when no kernel is
 * left.
 */
tern_status tern_pick_kernel(const tern_registry *registry, const tern_pick_request *request,
                             const tern_child_options *child, const tern_kernel **kernel, char *reason, size_t bytes,
                             tern_error *error);

#endif
