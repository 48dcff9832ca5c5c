/*
 * peer.openblas - OpenBLAS's float product: what a program would use that has nothing but BLAS.
 *
 * W is float; X becomes float and Y becomes int32 again inside the timed call, in scratch. A K whose sums floats may
 * not hold is refused. OpenBLAS chooses its instructions by itself; .isa says which they are on this processor.
 * OPENBLAS_CORETYPE, a variable of its own, chooses others.
 */
#include "float_sums.h"
#include "kernel.h"

#include <cblas.h>
#include <string.h>

static size_t packed_bytes(const tern_problem *problem)
{
    return problem->shape.m * problem->shape.k * sizeof(float);
}

static void widen(const int8_t *from, size_t count, float *to)
{
    for (size_t i = 0; i < count; i++)
        to[i] = from[i];
}

static void pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    const size_t k = problem->shape.k;

    widen(w, (rows.end - rows.begin) * k, (float *)packed + rows.begin * k);
}

static size_t scratch_bytes(const tern_problem *problem)
{
    return (problem->shape.k + problem->shape.m) * problem->shape.n * sizeof(float);
}

static void run(const tern_call *call, tern_slice all)
{
    const tern_shape shape = call->problem->shape;
    const int threads = (int)call->problem->threads;
    const blasint m = (blasint)shape.m, k = (blasint)shape.k, n = (blasint)shape.n;
    float *x = call->scratch, *y = x + shape.n * shape.k;

    (void)all;
#pragma omp parallel for num_threads(threads)
    for (size_t t = 0; t < shape.n; t++)
        widen(call->x + t * shape.k, shape.k, x + t * shape.k);
    if (openblas_get_num_threads() != threads)
        openblas_set_num_threads(threads);
    if (n == 1)
        cblas_sgemv(CblasRowMajor, CblasNoTrans, m, k, 1.0F, call->packed, k, x, 1, 0.0F, y, 1);
    else
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, m, k, 1.0F, x, k, call->packed, k, 0.0F, y, m);
#pragma omp parallel for num_threads(threads)
    for (size_t t = 0; t < shape.n; t++)
        for (size_t i = 0; i < shape.m; i++)
            call->y[t * shape.m + i] = (int32_t)y[t * shape.m + i];
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    stages->run = run;
    if (problem->shape.m > INT32_MAX || problem->shape.n > INT32_MAX)
        return "OpenBLAS counts rows and tokens in 32 bits";
    return problem->shape.k > MOST_K_IN_FLOATS ? FLOATS_REFUSE : NULL;
}

static tern_kernel openblas = {
    TERN_KERNEL_HEAD,
    .name = "peer.openblas",
    .summary = "float weights, OpenBLAS's sgemv and sgemm",
    .flags = TERN_KERNEL_OWNS_TEAM,
    .bits_per_weight = 32.0,
    .multiple = {1, 1, 1},
    .tile = {64, 64, 64},
    .row_step = 1,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .packed_bytes = packed_bytes,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
    .pack_rows = pack_rows,
};

/* When the plug-in is loaded. */
__attribute__((constructor)) static void tell_isa(void)
{
    static const struct {
        const char *core;
        uint32_t isa;
    } levels[] = {
        {"Haswell", TERN_ISA_AVX2},
        {"Zen", TERN_ISA_AVX2},
        {"SkylakeX", TERN_ISA_AVX2 | TERN_ISA_AVX512},
        {"Cooperlake", TERN_ISA_AVX2 | TERN_ISA_AVX512},
        {"SapphireRapids", TERN_ISA_AVX2 | TERN_ISA_AVX512},
    };
    const char *core = openblas_get_corename();

    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (strcmp(core, levels[i].core) == 0)
            openblas.isa = levels[i].isa;
}

TERN_PLUGIN(&openblas);
