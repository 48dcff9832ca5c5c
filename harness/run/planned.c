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
    record->m = c->shape.m;
    record->k = c->shape.k;
    record->n = c->shape.n;
    tern_text_copy(record->w, sizeof record->w, tern_w_pattern_name(c->data.w));
    tern_text_copy(record->x, sizeof record->x, tern_x_pattern_name(c->data.x));
    record->p0 = c->data.p0;
    record->seed = c->data.seed;
    record->threads = c->threads;
    tern_text_copy(record->cache, sizeof record->cache, tern_cache_name(c->cache));
    tern_isa_text(c->kernel->isa, record->isa, sizeof record->isa);
    record->bits_per_weight = c->kernel->bits_per_weight;
    record->p0_measured = (double)NAN;
}
