/*
 * pass_run.h - one pass of the battery: the circumstances under which a kernel is called, and the call.
 */
#ifndef TERN_PASS_RUN_H
#define TERN_PASS_RUN_H

#include "check/battery.h"
#include "check/buffers.h"
#include "check/product.h"

typedef struct tern_pass {
    tern_guard_side side;
    uint32_t threads;
    unsigned change; /* TERN_CHANGE_ bits; 0: the case's own data */
    bool alone;      /* slice after slice, the last first, each with a Y of its own */
    bool often;      /* called many times, so that what each call leaves behind adds up */
    bool large;      /* also for large shapes */
    bool other_pack; /* W packed for another N and number of threads */
    const char *name;
} tern_pass;

/* Lives as long as the battery; a pass finds in it what the passes before have left. */
typedef struct tern_pass_run {
    const tern_battery_task *task;
    tern_battery_result *result;
    const tern_pass *pass;
    size_t values; /* N * M */
    tern_product product;
    tern_product packer; /* what W is packed for: the same problem, unless the pass says otherwise */
    tern_buffers buffers;
    tern_team *team;
    int32_t *row_sum;  /* of W, M values */
    int32_t *expected; /* of this pass, N x M */
    int32_t *other;    /* N x M: a Y put together from slices, or that of another call */
    bool right_before; /* a pass with the case's own data was right */
} tern_pass_run;

/*
 * A step returns whether the battery goes on. When it does not, the result says why: either the kernel breaks a
 * promise or refuses the case, or the machine lacks something.
 */
tern_status tern_pass_run_new(tern_pass_run *run, const tern_battery_task *task, tern_battery_result *result);
void tern_pass_run_free(tern_pass_run *run);

/* Binds the kernel. Leaves *refused set, and goes on, when it refuses this number of threads and not the case. */
bool tern_pass_run_bind(tern_pass_run *run, bool *refused);

/* Lays out buffers, paints them, fills them with data, packs W and makes the plan. */
bool tern_pass_run_prepare(tern_pass_run *run, uint8_t paint);

/* Computes Y. */
bool tern_pass_run_call(tern_pass_run *run);

/* Whether red zones and inputs are as they were before the call. */
bool tern_pass_run_outside_whole(tern_pass_run *run);

/* What the passes look at. */
tern_guard *tern_pass_run_buffer(tern_pass_run *run, tern_buffer which);
int32_t *tern_pass_run_y(tern_pass_run *run);
int32_t tern_pass_run_untouched(const tern_pass_run *run); /* what Y holds where nothing was written */
bool tern_pass_run_owns_team(const tern_pass_run *run);
bool tern_pass_run_runs_alone(const tern_pass_run *run);

/* Sets verdict and reason, to which the name of the pass is added. Returns false. */
bool tern_pass_run_fail(tern_pass_run *run, tern_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same when it is the machine that fails. */
bool tern_pass_run_fail_machine(tern_pass_run *run, const char *sentence);

#endif
