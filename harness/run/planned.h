/*
 * planned.h - the record of a case before anything is known of it but the plan.
 */
#ifndef TERN_PLANNED_H
#define TERN_PLANNED_H

#include "plan/plan.h"
#include "record/record.h"

void tern_planned_describe(const tern_planned *planned, tern_record *record);

#endif
