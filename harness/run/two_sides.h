/*
 * two_sides.h - the kernels of BASE and CAND beside each other: which kernel stands for which, whether its code is the
 * same, and both in one process at addresses that no other process has.
 */
#ifndef TERN_TWO_SIDES_H
#define TERN_TWO_SIDES_H

#include "measure/paired.h"
#include "plan/case.h"
#include "record/point.h"
#include "run/session.h"
#include "run/side.h"

typedef struct tern_two_sides {
    tern_side base;
    const tern_side *cand;
    tern_registry *base_kernels;       /* of BASE alone */
    const tern_registry *cand_kernels; /* of CAND alone */
} tern_two_sides;

/*
 * Makes BASE and loads its kernels; CAND's are those of the session, which was opened with CAND as its side and
 * outlives this. Close with tern_two_sides_close(), whatever is returned.
 */
tern_status tern_two_sides_open(tern_two_sides *sides, const char *base, const tern_session *cand,
                                const tern_side_watcher *watcher, tern_error *error);
void tern_two_sides_close(tern_two_sides *sides);

/*
 * The kernel of BASE that stands for one of CAND: of the same name, or of a name that it had before; where each side
 * has one kernel, that one. NULL: there is none. The other way round for a kernel of BASE.
 */
const tern_kernel *tern_two_sides_base_of(const tern_two_sides *sides, const tern_kernel *cand);
const tern_kernel *tern_two_sides_cand_of(const tern_two_sides *sides, const tern_kernel *base);

/* The same problem for another kernel, with that kernel's own choice of toggles. */
tern_case tern_two_sides_case(const tern_case *c, const tern_kernel *kernel);

/* That with the toggles of the case, too. TERN_USAGE: the kernel has no such toggle, or value. */
tern_status tern_two_sides_same_case(const tern_case *c, const tern_kernel *kernel, tern_case *same, tern_error *error);

/*
 * Hashes of code and constants of the two kernels, in hexadecimal; "" where one is not known. Returns whether they are
 * known and equal: the kernels are then the same byte by byte.
 */
bool tern_two_sides_code(const tern_two_sides *sides, const tern_kernel *base, const tern_kernel *cand,
                         char base_code[TERN_CODE_BYTES], char cand_code[TERN_CODE_BYTES]);

/*
 * A tern_paired_enter. In the child process: loads copies of both plug-ins in random order at random addresses, and
 * gives arm[0] the kernel of BASE and arm[1] that of CAND. context is a tern_entering.
 */
typedef struct tern_entering {
    const char *plugin[2]; /* of arm 0 and 1 */
    uint64_t seed;
} tern_entering;
tern_paired_enter tern_two_sides_enter;

#endif
