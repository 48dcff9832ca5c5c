/*
 * pass_run.h - one pass of the battery: the circumstances under which a kernel is called, and the call.
 */
#ifndef TERN_PASS_RUN_H
#define TERN_PASS_RUN_H

#include "check/battery_task.h"
#include "check/buffers.h"
#include "check/product.h"
#include "check/state.h"

typedef struct tern_pass_run tern_pass_run;

typedef enum tern_slicing {
    TERN_SLICES_SHARED,  /* by the threads of a team, all at once */
    TERN_SLICES_ALONE,   /* slice after slice, the last first, each with a Y of its own */
    TERN_SLICES_UNEVEN,  /* the same, slices of different sizes, on one CPU after the other */
    TERN_SLICES_ON_PAGES /* the same, the other slices' part of Y untouchable meanwhile */
} tern_slicing;

typedef struct tern_pass {
    const char *id; /* stable, for those who leave a pass out */
    tern_guard_side side;
    uint32_t threads;
    unsigned change; /* TERN_CHANGE_ bits; 0: the case's own data */
    tern_slicing slicing;
    bool often;   /* called many times, so that what each call leaves behind adds up */
    bool keep;    /* Y and scratch stay as they were left, after a first call */
    bool watched; /* the state of process and threads is held against each of the kernel's functions */
    bool crossed; /* one thread prepares all, and slices of run() go to other threads than those of their number */
    uint32_t other_pack; /* W packed for an N that differs by so many, and more threads; 0: for the case itself */
    bool brief;          /* also for brief cases */
    bool large;          /* also for large shapes */
    bool (*look)(tern_pass_run *run); /* calls the kernel and looks at everything; NULL: tern_pass_look() */
    const char *name;                 /* ends the reason of a finding */
} tern_pass;

/* Lives as long as the battery; a pass finds in it what the passes before have left. */
struct tern_pass_run {
    const tern_battery_task *task;
    tern_battery_result *result;
    const tern_pass *pass;
    size_t values; /* N * M */
    tern_product product;
    tern_product packer; /* what W is packed for: the same problem, unless the pass says otherwise */
    tern_kernel_demand demand;
    tern_buffers buffers;
    tern_team *team;
    const char **difference;  /* what each thread of the team found changed */
    int32_t *row_sum;         /* of W, M values */
    int32_t *expected;        /* of this pass, N x M */
    int32_t *former;          /* expected before the last change within a pass, N x M */
    int32_t *other;           /* N x M: a Y put together from slices, or that of another call */
    bool changed;             /* former is filled */
    uint32_t calls;           /* of this pass */
    bool right_before;        /* a pass with the case's own data was right */
    bool accepted;            /* bind() has taken the case with one thread */
    bool watched;             /* the pass, of this case */
    const char *grown;        /* the last watched function after which heap or mappings were larger; NULL: none */
    uint64_t files;           /* that were open before the first pass: tern_process_files() */
    tern_registers registers; /* before the kernel's function that runs now */
    tern_state state;         /* the same, when the pass is watched */
};

/*
 * A step returns whether the battery goes on. When it does not, the result says why: either the kernel breaks a
 * promise or refuses the case, or the machine lacks something.
 */
tern_status tern_pass_run_new(tern_pass_run *run, const tern_battery_task *task, tern_battery_result *result);
void tern_pass_run_free(tern_pass_run *run);

/*
 * Binds the kernel, for another number of threads where it refuses the pass's. Leaves *refused set, and goes on, when
 * it refuses any and not the case.
 */
bool tern_pass_run_bind(tern_pass_run *run, bool *refused);

/* Whether the problem that is bound has what the pass needs. */
bool tern_pass_run_applies(const tern_pass_run *run);

/* Lays out buffers, paints them, fills them with data, packs W and makes the plan. */
bool tern_pass_run_prepare(tern_pass_run *run, uint8_t paint);

/* The same, with a packed W of bytes bytes that stands in a file. */
bool tern_pass_run_take_packed(tern_pass_run *run, int file, size_t bytes);

/* Parts of that: W and X as the pass wants them, W packed again, and the protection that the kernel computes under. */
bool tern_pass_run_pack(tern_pass_run *run);
bool tern_pass_run_protect(tern_pass_run *run);
bool tern_pass_run_open(tern_pass_run *run);

/* What the kernel's stages get, with the buffers as they lie now. */
tern_call tern_pass_run_call_of(tern_pass_run *run);

/* Computes Y. */
bool tern_pass_run_call(tern_pass_run *run);

/* Whether Y is what is expected. */
bool tern_pass_run_answer_right(tern_pass_run *run);

/* Whether red zones and inputs are as they were before the call. */
bool tern_pass_run_outside_whole(tern_pass_run *run);

/* One call, then both. */
bool tern_pass_run_once(tern_pass_run *run);

/* Calls as often as the pass says and looks at the answer and everything else each time. */
bool tern_pass_look(tern_pass_run *run);

/*
 * Around each call of the kernel: what it does next, so that it is known when it does not come back, and whether it
 * left the state of thread and process as it was.
 */
void tern_pass_run_begin(tern_pass_run *run, const char *step);
bool tern_pass_run_end(tern_pass_run *run);

/* What the passes look at. */
tern_guard *tern_pass_run_buffer(tern_pass_run *run, tern_buffer which);
int32_t *tern_pass_run_y(tern_pass_run *run);
bool tern_pass_run_runs_alone(const tern_pass_run *run); /* slice after slice */

/* Sets verdict and reason, to which the name of the pass is added. Returns false. */
bool tern_pass_run_fail(tern_pass_run *run, tern_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same when it is the machine that fails. */
bool tern_pass_run_fail_machine(tern_pass_run *run, const char *sentence);

#endif
