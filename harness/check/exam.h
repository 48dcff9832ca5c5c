/*
 * exam.h - one pass of the battery: the circumstances under which a kernel is called, and the call.
 */
#ifndef TERN_EXAM_H
#define TERN_EXAM_H

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
    const char *name;
} tern_pass;

/* Lives as long as the battery; a pass finds in it what the passes before have left. */
typedef struct tern_exam {
    const tern_battery_task *task;
    tern_battery_result *result;
    const tern_pass *pass;
    size_t values; /* N * M */
    tern_product product;
    tern_buffers buffers;
    tern_team *team;
    int32_t *row_sum;  /* of W, M values */
    int32_t *expected; /* of this pass, N x M */
    int32_t *other;    /* N x M: a Y put together from slices, or that of another call */
    bool right_before; /* a pass with the case's own data was right */
} tern_exam;

/*
 * A step returns whether the battery goes on. When it does not, the result says why: either the kernel breaks a
 * promise or refuses the case, or the machine lacks something.
 */
tern_status tern_exam_new(tern_exam *exam, const tern_battery_task *task, tern_battery_result *result);
void tern_exam_free(tern_exam *exam);

/* Binds the kernel. Leaves *refused set, and goes on, when it refuses this number of threads and not the case. */
bool tern_exam_bind(tern_exam *exam, bool *refused);

/* Lays out buffers, paints them, fills them with data, packs W and makes the plan. */
bool tern_exam_prepare(tern_exam *exam, uint8_t paint);

/* Computes Y. */
bool tern_exam_call(tern_exam *exam);

/* Whether red zones and inputs are as they were before the call. */
bool tern_exam_outside_whole(tern_exam *exam);

/* What the passes look at. */
tern_guard *tern_exam_buffer(tern_exam *exam, tern_buffer which);
int32_t *tern_exam_y(tern_exam *exam);
int32_t tern_exam_untouched(const tern_exam *exam); /* what Y holds where nothing was written */
bool tern_exam_owns_team(const tern_exam *exam);
bool tern_exam_runs_alone(const tern_exam *exam);

/* Sets verdict and reason, to which the name of the pass is added. Returns false. */
bool tern_exam_fail(tern_exam *exam, tern_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same when it is the machine that fails. */
bool tern_exam_fail_machine(tern_exam *exam, const char *sentence);

#endif
