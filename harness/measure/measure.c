#include "measure/measure.h"

#include "measure/paired.h"

tern_status tern_measure_case(const tern_case *c, const tern_measure_options *options, const tern_child_options *child,
                              tern_record *record, tern_error *error)
{
    const tern_paired_member alone = {.c = c, .options = *options, .deadline_s = child->deadline_s, .record = record};

    return tern_paired_run(&alone, 1, -1, child, error);
}
