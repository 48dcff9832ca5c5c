/*
 * machine.h - all that `ternbench machine` tells, and its two forms.
 */
#ifndef TERN_MACHINE_H
#define TERN_MACHINE_H

#include "machine/roof.h"
#include "machine/topology.h"
#include "measure/counters.h"
#include "record/run.h"

#include <stdio.h>

enum { TERN_MACHINE_ROOFS = 16 };

typedef struct tern_machine {
    tern_run run; /* the fingerprint that records carry too */
    const tern_topology *topology;
    tern_roof roof[TERN_MACHINE_ROOFS]; /* for rising numbers of threads */
    uint32_t roofs;
    tern_counters counters;                   /* all that the presets name */
    char counter_reason[TERN_EVENTS_MAX][96]; /* why event i cannot be counted here; empty: it can */
} tern_machine;

void tern_machine_text(FILE *stream, const tern_machine *machine);

/* One JSON object, as machine.schema.json beside this file describes it. TERN_ENVIRONMENT when memory runs out. */
tern_status tern_machine_json(FILE *stream, const tern_machine *machine, tern_error *error);

/* What may be compared with what this machine measures, one part a line, and its hash. */
void tern_machine_class_put(FILE *stream, const tern_run *run);
tern_status tern_machine_class_json(FILE *stream, const tern_run *run, tern_error *error);

#endif
