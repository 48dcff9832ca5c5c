#include "run/planned.h"

#include "base/text.h"
#include "machine/isa.h"

#include <math.h>
#include <string.h>

void tern_planned_describe(const tern_planned *planned, tern_record *record)
{
    const tern_case *c = &planned->c;

    memset(record, 0, sizeof *record);
    tern_case_id(c, record->id, sizeof record->id);
    tern_text_copy(record->suite, sizeof record->suite, planned->suite);
    tern_text_copy(record->group, sizeof record->group, planned->group);
    tern_text_copy(record->kernel, sizeof record->kernel, c->kernel->name);
    tern_text_copy(record->pick_reason, sizeof record->pick_reason, planned->pick_reason);
    tern_case_toggles(c, record->toggles, sizeof record->toggles);
    record->problem = tern_case_problem(c);
    tern_isa_text(c->kernel->isa, record->isa, sizeof record->isa);
    record->bits_per_weight = c->kernel->bits_per_weight;
    record->p0_measured = (double)NAN;
}
