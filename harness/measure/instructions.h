/*
 * instructions.h - how many instructions a kernel spends on a multiply-add, whatever the size of the case: counted by
 * single steps (step.h) on a part of it that takes a second at most.
 */
#ifndef TERN_INSTRUCTIONS_H
#define TERN_INSTRUCTIONS_H

#include "base/child.h"
#include "plan/case.h"
#include "record/record.h"

/*
 * A part of a case's shape with no more than so many multiply-adds, if it has so small a part: few rows first, then few
 * tokens, then few columns, each a multiple of the kernel's tile, or all that the case has.
 */
tern_shape tern_instructions_part(const tern_kernel *kernel, tern_shape shape, double macs);

/*
 * Fills instructions: of a multiply-add of the whole case, with its tokens as the part has them. Where rows or columns
 * are not all counted, two numbers of them are, and the rest follows as a straight line: a call, a row and a column
 * have instructions of their own, which weigh more in a part. When stepping is not possible here, reason says so, and
 * there is no number. TERN_ENVIRONMENT when no child can be made.
 */
tern_status tern_instructions_count(const tern_case *c, const tern_child_options *options,
                                    tern_instructions *instructions, tern_error *error);

/*
 * As tern_step_count() with TERN_STEP_LIMIT, but that a part says within a second when a call has far more instructions
 * than the limit: then the reason has their number.
 */
tern_status tern_instructions_step(const tern_case *c, const tern_child_options *options, tern_counter *counter,
                                   tern_error *error);

#endif
