/*
 * first_guess.h - about how long a kernel takes for a shape: cheap, good enough to drop the slow ones.
 *
 * The kernel is timed for some milliseconds on a part of the rows, in cache. What that leaves out is memory: no kernel
 * reads its packed W faster than the memory gives it. So the guess is the longer of the two, the measured time scaled
 * to all rows, and packed bytes over read bandwidth; and a quarter of the shorter, since the two never overlap wholly.
 */
#ifndef TERN_FIRST_GUESS_H
#define TERN_FIRST_GUESS_H

#include "base/child.h"
#include "machine/pin.h"
#include "plan/case.h"
#include "record/verdict.h"

/*
 * Sets *ns to the guess for the kernel of c with its toggles, INFINITY when it refuses the shape, is wrong, or does not
 * end in time; *finding tells which. read_gbps is measured with the same threads; 0 = not known: as if all of W were in
 * cache.
 */
tern_status tern_first_guess(const tern_case *c, const tern_pin *pin, double read_gbps, const tern_child_options *child,
                             double *ns, tern_finding *finding, tern_error *error);

#endif
