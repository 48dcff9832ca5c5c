/*
 * peer.onednn - oneDNN's int8 product, weights as int8: what a program would use that knows nothing of trits.
 *
 * W goes into the blocked form that the matmul primitive asks for, once; X and Y are used where they are, and what the
 * primitive needs beside them is scratch. A primitive is made for a shape and a number of threads, which takes
 * milliseconds, so the last one is kept: it is code, not data, and no answer depends on it. (dnnl_gemm_s8s8s32(), which
 * needs none, re-orders W at each call, and takes twice as long.) The library chooses its instructions by itself; .isa
 * says which they are on this processor, so that --isa and the roofs are right. ONEDNN_MAX_CPU_ISA, a variable of its
 * own, caps them.
 */
#include "kernel.h"

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdbool.h>
#include <string.h>

enum { MOST_K = (1 << 24) / 128 - 1 };

enum { X, W, Y, SCRATCH, OPERANDS };

/* The primitive for one problem, and its operands, which get their addresses at each call. */
typedef struct product {
    tern_shape shape;
    uint32_t threads;
    dnnl_primitive_desc_t description;
    dnnl_primitive_t multiply;
    dnnl_memory_t memory[OPERANDS];
} product;

static product last;
static dnnl_engine_t engine;
static dnnl_stream_t stream;

/* Rows of the matrices as oneDNN names them: X is N x K, W is K x M, Y is N x M. */
static bool describe(dnnl_memory_desc_t *d, size_t rows, size_t columns, dnnl_data_type_t type, dnnl_format_tag_t tag)
{
    const dnnl_dims_t sizes = {(dnnl_dim_t)rows, (dnnl_dim_t)columns};

    return dnnl_memory_desc_init_by_tag(d, 2, sizes, type, tag) == dnnl_success;
}

static bool make_description(product *p)
{
    const tern_shape shape = p->shape;
    dnnl_memory_desc_t x, w, y;
    dnnl_matmul_desc_t matmul;
    dnnl_primitive_attr_t attributes = NULL;

    const bool made = describe(&x, shape.n, shape.k, dnnl_s8, dnnl_ab) &&
                      describe(&w, shape.k, shape.m, dnnl_s8, dnnl_format_tag_any) &&
                      describe(&y, shape.n, shape.m, dnnl_s32, dnnl_ab) &&
                      dnnl_matmul_desc_init(&matmul, &x, &w, NULL, &y) == dnnl_success &&
                      dnnl_primitive_attr_create(&attributes) == dnnl_success &&
                      dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user) == dnnl_success &&
                      dnnl_primitive_desc_create(&p->description, &matmul, attributes, engine, NULL) == dnnl_success;
    dnnl_primitive_attr_destroy(attributes);
    return made;
}

static const dnnl_memory_desc_t *form(const product *p, int operand)
{
    static const dnnl_query_t query[] = {dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md,
                                         dnnl_query_scratchpad_md};

    return dnnl_primitive_desc_query_md(p->description, query[operand], 0);
}

static void forget(product *p)
{
    for (int i = 0; i < OPERANDS; i++)
        dnnl_memory_destroy(p->memory[i]);
    dnnl_primitive_destroy(p->multiply);
    dnnl_primitive_desc_destroy(p->description);
    *p = (product){0};
}

/* The product for this problem; NULL when oneDNN has none. It shares its work out among the threads set before. */
static const product *product_of(const tern_problem *problem)
{
    product *p = &last;

    omp_set_num_threads((int)problem->threads);
    if (memcmp(&p->shape, &problem->shape, sizeof p->shape) == 0 && p->threads == problem->threads)
        return p;
    forget(p);
    p->shape = problem->shape;
    p->threads = problem->threads;
    bool made = (engine != NULL || dnnl_engine_create(&engine, dnnl_cpu, 0) == dnnl_success) &&
                (stream != NULL || dnnl_stream_create(&stream, engine, dnnl_stream_default_flags) == dnnl_success) &&
                make_description(p) && dnnl_primitive_create(&p->multiply, p->description) == dnnl_success;
    for (int i = 0; i < OPERANDS && made; i++)
        made = dnnl_memory_create(&p->memory[i], form(p, i), engine, DNNL_MEMORY_NONE) == dnnl_success;
    if (made)
        return p;
    forget(p);
    return NULL;
}

static size_t packed_bytes(const tern_problem *problem)
{
    const product *p = product_of(problem);

    return p != NULL ? dnnl_memory_desc_get_size(form(p, W)) : 0;
}

/* Moves W, M x K in rows, into the form of the primitive. */
static bool reorder(const product *p, const int8_t *w, void *packed)
{
    dnnl_memory_desc_t rows;
    dnnl_primitive_desc_t description = NULL;
    dnnl_primitive_t move = NULL;
    dnnl_memory_t from = NULL, to = NULL;

    bool done =
        describe(&rows, p->shape.k, p->shape.m, dnnl_s8, dnnl_ba) &&
        dnnl_reorder_primitive_desc_create(&description, &rows, engine, form(p, W), engine, NULL) == dnnl_success &&
        dnnl_primitive_create(&move, description) == dnnl_success &&
        dnnl_memory_create(&from, &rows, engine, (void *)(uintptr_t)w) == dnnl_success &&
        dnnl_memory_create(&to, form(p, W), engine, packed) == dnnl_success;
    const dnnl_exec_arg_t operands[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    done = done && dnnl_primitive_execute(move, stream, 2, operands) == dnnl_success &&
           dnnl_stream_wait(stream) == dnnl_success;
    dnnl_memory_destroy(to);
    dnnl_memory_destroy(from);
    dnnl_primitive_destroy(move);
    dnnl_primitive_desc_destroy(description);
    return done;
}

static size_t pack(const tern_problem *problem, const int8_t *w, void *packed)
{
    const product *p = product_of(problem);

    return p != NULL && reorder(p, w, packed) ? packed_bytes(problem) : 0;
}

static size_t scratch_bytes(const tern_problem *problem)
{
    const product *p = product_of(problem);

    return p != NULL ? dnnl_memory_desc_get_size(form(p, SCRATCH)) : 0;
}

static void run(const tern_call *call, tern_slice all)
{
    const product *p = product_of(call->problem);
    const dnnl_exec_arg_t operands[] = {{DNNL_ARG_SRC, p->memory[X]},
                                        {DNNL_ARG_WEIGHTS, p->memory[W]},
                                        {DNNL_ARG_DST, p->memory[Y]},
                                        {DNNL_ARG_SCRATCHPAD, p->memory[SCRATCH]}};

    (void)all;
    dnnl_memory_set_data_handle(p->memory[X], (void *)(uintptr_t)call->x);
    dnnl_memory_set_data_handle(p->memory[W], (void *)(uintptr_t)call->packed);
    dnnl_memory_set_data_handle(p->memory[Y], call->y);
    dnnl_memory_set_data_handle(p->memory[SCRATCH], call->scratch);
    dnnl_primitive_execute(p->multiply, stream, OPERANDS, operands);
    dnnl_stream_wait(stream);
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    stages->run = run;
    if (problem->shape.k > MOST_K)
        return "the sums of oneDNN's matmul pass through floats, exact up to K = 131071 only";
    return product_of(problem) == NULL ? "oneDNN has no matmul for this, or no memory" : NULL;
}

static tern_kernel onednn = {
    TERN_KERNEL_HEAD,
    .name = "peer.onednn",
    .summary = "int8 weights, oneDNN's matmul",
    .flags = TERN_KERNEL_OWNS_TEAM,
    .bits_per_weight = 8.0,
    .multiple = {1, 1, 1},
    .tile = {64, 64, 64},
    .row_step = 1,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
};

/* When the plug-in is loaded. */
__attribute__((constructor)) static void tell_isa(void)
{
    static const struct {
        dnnl_cpu_isa_t name;
        uint32_t isa;
    } levels[] = {
        {dnnl_cpu_isa_avx2, TERN_ISA_AVX2},
        {dnnl_cpu_isa_avx2_vnni, TERN_ISA_AVXVNNI},
        {dnnl_cpu_isa_avx512_core, TERN_ISA_AVX512},
        {dnnl_cpu_isa_avx512_core_vnni, TERN_ISA_AVX512VNNI},
        {dnnl_cpu_isa_avx512_core_amx, TERN_ISA_AMXINT8},
    };
    const unsigned effective = dnnl_get_effective_cpu_isa();

    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if ((effective & levels[i].name) == levels[i].name)
            onednn.isa |= levels[i].isa;
}

TERN_PLUGIN(&onednn);
