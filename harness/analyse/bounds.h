/*
 * bounds.h - what bounds a case: memory, multiply-adds, instructions, or none of them.
 *
 * Each is a limit of the machine, measured in the same run, and the share of it that the case reaches. Of the two roofs
 * (Williams, Waterman, Patterson: Roofline, CACM 52(4), 2009) a kernel comes close to one or it is not bound by it. The
 * third is how many additions a core does a cycle: no kernel of loads, shuffles and multiply-adds keeps all units for
 * additions busy, so that half of it is much.
 */
#ifndef TERN_BOUNDS_H
#define TERN_BOUNDS_H

#include "record/record.h"

typedef enum tern_bound {
    TERN_BOUND_UNKNOWN, /* by no roof, and the instructions are not known */
    TERN_BOUND_MEMORY,
    TERN_BOUND_MULTIPLY_ADDS,
    TERN_BOUND_INSTRUCTIONS,
    TERN_BOUND_NONE /* each waits for the one before, or for a cache, or for another thread */
} tern_bound;

/* "unknown", "memory", "multiply-adds", "instructions", "none" */
const char *tern_bound_name(tern_bound bound);

/* NaN: not known. */
typedef struct tern_bound_figures {
    double read_share;     /* of the read bandwidth; NaN for a hot case too */
    double multiply_share; /* of the multiply-add peak of its instruction sets */
    double instructions_per_mac;
    double instructions_per_cycle; /* a thread */
    double roof_ipc;               /* additions a cycle and thread */
} tern_bound_figures;

/*
 * Of a timed record. Instructions are those of the processor's counter where it counted, else of single steps, of a
 * whole call or of a part; cycles those of the counter, or of the clock rate that was measured.
 */
tern_bound_figures tern_bounds_figures(const tern_record *record);

tern_bound tern_bounds_judge(const tern_bound_figures *figures);

enum { TERN_BOUND_TEXT_BYTES = 192 };

/* "bound by instructions: 0.62 a weight at 3.1 a cycle"; for more than one token they are of a multiply-add. */
const char *tern_bounds_text(const tern_record *record, char text[TERN_BOUND_TEXT_BYTES]);

#endif
