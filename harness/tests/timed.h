/*
 * timed.h - a kernel made to be timed, right or wrong in ways that show only then, and a small case of it.
 */
#ifndef TERN_TIMED_H
#define TERN_TIMED_H

#include "base/child.h"
#include "measure/measure.h"
#include "plan/case.h"

#include <omp.h>
#include <string.h>
#include <unistd.h>

static inline size_t timed_packed_bytes(const tern_problem *problem)
{
    return problem->shape.m * problem->shape.k;
}

static inline size_t timed_pack(const tern_problem *problem, const int8_t *w, void *packed)
{
    memcpy(packed, w, timed_packed_bytes(problem));
    return timed_packed_bytes(problem);
}

static inline size_t timed_scratch_bytes(const tern_problem *problem)
{
    return problem->shape.n * sizeof(int32_t);
}

static inline size_t timed_facts(const tern_problem *problem, const void *packed, tern_fact *fact, size_t max)
{
    const int8_t *w = packed;

    (void)problem;
    (void)max;
    fact[0] = (tern_fact){.name = "first", .unit = "trit", .value = w[0]};
    return 1;
}

static inline void timed_run_rows(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    const int8_t *w = call->packed;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++) {
            int32_t sum = 0;
            for (size_t k = 0; k < shape.k; k++)
                sum += call->x[n * shape.k + k] * w[m * shape.k + k];
            call->y[n * shape.m + m] = sum;
        }
}

/* Right at first, wrong from the tenth call on. The child has a copy of this counter of its own. */
static inline void timed_run_and_tire(const tern_call *call, tern_slice rows)
{
    static int calls;

    timed_run_rows(call, rows);
    if (++calls >= 10)
        call->y[0]++;
}

static inline void timed_run_lazily(const tern_call *call, tern_slice rows)
{
    static int calls;

    if (++calls < 10)
        timed_run_rows(call, rows);
}

static inline void timed_run_wrong(const tern_call *call, tern_slice rows)
{
    timed_run_rows(call, rows);
    call->y[0]++;
}

static inline void timed_run_and_crash(const tern_call *call, tern_slice rows)
{
    (void)call;
    (void)rows;
    __builtin_trap();
}

/* Right until it is timed. */
static inline void timed_run_and_crash_late(const tern_call *call, tern_slice rows)
{
    static int calls;

    timed_run_rows(call, rows);
    if (++calls >= 10)
        __builtin_trap();
}

static inline void timed_run_openmp(const tern_call *call, tern_slice rows)
{
    const size_t threads = call->problem->threads;

#pragma omp parallel num_threads((int)threads)
    {
        const size_t i = (size_t)omp_get_thread_num();
        timed_run_rows(call, (tern_slice){rows.end * i / threads, rows.end * (i + 1) / threads, 0});
    }
}

/* Comes back when nobody waits any longer. */
static inline void timed_run_and_hang(const tern_call *call, tern_slice rows)
{
    (void)call;
    (void)rows;
    for (;;)
        pause();
}

/* What toggle 0 chooses. */
typedef enum timed_how {
    TIMED_RIGHT,
    TIMED_TIRES,
    TIMED_LAZY,
    TIMED_WRONG,
    TIMED_CRASHES,
    TIMED_CRASHES_LATE,
    TIMED_HANGS,
    TIMED_OPENMP
} timed_how;

static inline const char *timed_bind(const tern_problem *problem, tern_stages *stages)
{
    static tern_stage_fn *const functions[] = {
        [TIMED_RIGHT] = timed_run_rows,        [TIMED_TIRES] = timed_run_and_tire,
        [TIMED_LAZY] = timed_run_lazily,       [TIMED_WRONG] = timed_run_wrong,
        [TIMED_CRASHES] = timed_run_and_crash, [TIMED_CRASHES_LATE] = timed_run_and_crash_late,
        [TIMED_HANGS] = timed_run_and_hang,    [TIMED_OPENMP] = timed_run_openmp,
    };

    stages->run = functions[problem->toggle[0]];
    return problem->threads > 8 ? "it cannot use more than 8 threads" : NULL;
}

static const tern_toggle timed_toggles[] = {{"how", "which function", NULL, TIMED_RIGHT, TIMED_RIGHT, TIMED_OPENMP},
                                            {0}};

#define TIMED(its_flags)                                                                                               \
    {                                                                                                                  \
        TERN_KERNEL_HEAD, .name = "timed", .flags = its_flags, .bits_per_weight = 8.0, .multiple = {1, 1, 1},          \
                          .tile = {1, 1, 1}, .row_step = 1, .packed_align = 1, .x_align = 1, .y_align = 4,             \
                          .toggles = timed_toggles, .packed_bytes = timed_packed_bytes, .pack = timed_pack,            \
                          .scratch_bytes = timed_scratch_bytes, .bind = timed_bind, .facts = timed_facts               \
    }

static const tern_kernel timed_kernel = TIMED(0);
static const tern_kernel timed_openmp = TIMED(TERN_KERNEL_OWNS_TEAM);

static inline tern_case timed_case(const tern_kernel *kernel, timed_how how, uint32_t threads, tern_cache cache)
{
    tern_case c;

    tern_case_init(&c, kernel);
    c.toggle[0] = (int32_t)how;
    c.shape = (tern_shape){.m = 37, .k = 64, .n = 3};
    c.data = (tern_data){.w = TERN_W_RANDOM, .x = TERN_X_RANDOM, .p0 = 0.5, .seed = 1};
    c.threads = threads;
    c.cache = cache;
    return c;
}

static const tern_measure_options timed_quickly = {
    .min_sample_ms = 0.1, .min_samples = 6, .precision = 0.5, .budget_s = 1.0, .llc_bytes = 0};
static const tern_child_options timed_patiently = {.deadline_s = 60.0};

#endif
