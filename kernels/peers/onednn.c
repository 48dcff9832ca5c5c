/*
 * peer.onednn - oneDNN's int8 product, weights as int8: what a program would use that knows nothing of trits.
 *
 * W goes into the blocked form that the matmul primitive asks for, once; X and Y are used where they are, and what the
 * primitive needs beside them is scratch. The form is the one that the library chooses for one number of tokens, since
 * W is packed once for any. A primitive is made for a shape and a number of threads, which takes milliseconds: it is
 * the plan. (dnnl_gemm_s8s8s32(), which needs none, re-orders W at each call, and takes twice as long.) The library
 * chooses its instructions by itself; .isa says which they are on this processor, so that --isa and the roofs are
 * right. ONEDNN_MAX_CPU_ISA, a variable of its own, caps them.
 */
#include "float_sums.h"
#include "kernel.h"

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdbool.h>

/* Whose form of W serves every N. */
enum { TOKENS_OF_FORM = 64 };

enum { X, W, Y, SCRATCH, OPERANDS };

/* The plan. */
typedef struct product {
    dnnl_primitive_desc_t description;
    dnnl_primitive_t multiply;
    dnnl_stream_t stream;
} product;

static dnnl_engine_t engine; /* made when the plug-in is loaded; NULL: it could not be */

/* Rows of the matrices as oneDNN names them: X is N x K, W is K x M, Y is N x M. */
static bool describe(dnnl_memory_desc_t *d, size_t rows, size_t columns, dnnl_data_type_t type, dnnl_format_tag_t tag)
{
    const dnnl_dims_t sizes = {(dnnl_dim_t)rows, (dnnl_dim_t)columns};

    return dnnl_memory_desc_init_by_tag(d, 2, sizes, type, tag) == dnnl_success;
}

/* form: what W stands in; NULL: whatever the library likes best for this shape. */
static bool make_description(tern_shape shape, const dnnl_memory_desc_t *form, dnnl_primitive_desc_t *description)
{
    dnnl_memory_desc_t x, w, y;
    dnnl_matmul_desc_t matmul;
    dnnl_primitive_attr_t attributes = NULL;

    const bool made = describe(&x, shape.n, shape.k, dnnl_s8, dnnl_ab) &&
                      describe(&w, shape.k, shape.m, dnnl_s8, dnnl_format_tag_any) &&
                      describe(&y, shape.n, shape.m, dnnl_s32, dnnl_ab) &&
                      dnnl_matmul_desc_init(&matmul, &x, form == NULL ? &w : form, NULL, &y) == dnnl_success &&
                      dnnl_primitive_attr_create(&attributes) == dnnl_success &&
                      dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user) == dnnl_success &&
                      dnnl_primitive_desc_create(description, &matmul, attributes, engine, NULL) == dnnl_success;
    dnnl_primitive_attr_destroy(attributes);
    return made;
}

static const dnnl_memory_desc_t *part_of(dnnl_primitive_desc_t description, int operand)
{
    static const dnnl_query_t query[] = {dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md,
                                         dnnl_query_scratchpad_md};

    return dnnl_primitive_desc_query_md(description, query[operand], 0);
}

/* The form of packed W: of M and K alone. */
static bool form_of(const tern_problem *problem, dnnl_memory_desc_t *form)
{
    const tern_shape shape = {problem->shape.m, problem->shape.k, TOKENS_OF_FORM};
    dnnl_primitive_desc_t description = NULL;

    omp_set_num_threads(1);
    const bool made = make_description(shape, NULL, &description);
    if (made)
        *form = *part_of(description, W);
    dnnl_primitive_desc_destroy(description);
    return made;
}

/* Of the product for this problem, which shares its work out among as many threads as are set here. */
static bool describe_product(const tern_problem *problem, dnnl_primitive_desc_t *description)
{
    dnnl_memory_desc_t form;

    if (!form_of(problem, &form))
        return false;
    omp_set_num_threads((int)problem->threads);
    return make_description(problem->shape, &form, description);
}

static size_t packed_bytes(const tern_problem *problem)
{
    dnnl_memory_desc_t form;

    return form_of(problem, &form) ? dnnl_memory_desc_get_size(&form) : 0;
}

/* Moves W, M x K in rows, into the form of the primitive. */
static size_t pack(const tern_problem *problem, const int8_t *w, void *packed)
{
    dnnl_memory_desc_t rows, form;
    dnnl_primitive_desc_t description = NULL;
    dnnl_primitive_t move = NULL;
    dnnl_stream_t stream = NULL;
    dnnl_memory_t from = NULL, to = NULL;

    bool done = form_of(problem, &form) && describe(&rows, problem->shape.k, problem->shape.m, dnnl_s8, dnnl_ba);
    omp_set_num_threads((int)problem->threads);
    done = done &&
           dnnl_reorder_primitive_desc_create(&description, &rows, engine, &form, engine, NULL) == dnnl_success &&
           dnnl_primitive_create(&move, description) == dnnl_success &&
           dnnl_stream_create(&stream, engine, dnnl_stream_default_flags) == dnnl_success &&
           dnnl_memory_create(&from, &rows, engine, (void *)(uintptr_t)w) == dnnl_success &&
           dnnl_memory_create(&to, &form, engine, packed) == dnnl_success;
    const dnnl_exec_arg_t operands[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    done = done && dnnl_primitive_execute(move, stream, 2, operands) == dnnl_success &&
           dnnl_stream_wait(stream) == dnnl_success;
    dnnl_memory_destroy(to);
    dnnl_memory_destroy(from);
    dnnl_stream_destroy(stream);
    dnnl_primitive_destroy(move);
    dnnl_primitive_desc_destroy(description);
    return done ? dnnl_memory_desc_get_size(&form) : 0;
}

static size_t scratch_bytes(const tern_problem *problem)
{
    dnnl_primitive_desc_t description = NULL;
    const size_t bytes =
        describe_product(problem, &description) ? dnnl_memory_desc_get_size(part_of(description, SCRATCH)) : 0;

    dnnl_primitive_desc_destroy(description);
    return bytes;
}

static size_t plan_bytes(const tern_problem *problem)
{
    (void)problem;
    return sizeof(product);
}

static void drop_plan(void *plan)
{
    product *p = plan;

    dnnl_stream_destroy(p->stream);
    dnnl_primitive_destroy(p->multiply);
    dnnl_primitive_desc_destroy(p->description);
}

static const char *make_plan(const tern_problem *problem, void *plan)
{
    product *p = plan;

    *p = (product){0};
    if (describe_product(problem, &p->description) &&
        dnnl_primitive_create(&p->multiply, p->description) == dnnl_success &&
        dnnl_stream_create(&p->stream, engine, dnnl_stream_default_flags) == dnnl_success)
        return NULL;
    drop_plan(p);
    return "oneDNN cannot make its matmul for this";
}

/* Operands are made at each call, a microsecond or so, since calls that run at the same time share the plan. */
static void run(const tern_call *call, tern_slice all)
{
    const product *p = call->plan;
    void *const data[OPERANDS] = {(void *)(uintptr_t)call->x, (void *)(uintptr_t)call->packed, call->y, call->scratch};
    static const int name[OPERANDS] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_SCRATCHPAD};
    dnnl_exec_arg_t operand[OPERANDS] = {{0}};
    bool made = true;

    (void)all;
    omp_set_num_threads((int)call->problem->threads);
    for (int i = 0; i < OPERANDS; i++) {
        operand[i].arg = name[i];
        made =
            made && dnnl_memory_create(&operand[i].memory, part_of(p->description, i), engine, data[i]) == dnnl_success;
    }
    if (made && dnnl_primitive_execute(p->multiply, p->stream, OPERANDS, operand) == dnnl_success)
        dnnl_stream_wait(p->stream);
    for (int i = 0; i < OPERANDS; i++)
        dnnl_memory_destroy(operand[i].memory);
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    dnnl_primitive_desc_t description = NULL;

    stages->run = run;
    if (problem->shape.k > MOST_K_IN_FLOATS)
        return FLOATS_REFUSE;
    const bool has = engine != NULL && describe_product(problem, &description);
    dnnl_primitive_desc_destroy(description);
    return has ? NULL : "oneDNN has no matmul for this, or no memory";
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
    .plan_bytes = plan_bytes,
    .make_plan = make_plan,
    .drop_plan = drop_plan,
};

/* When the plug-in is loaded. */
__attribute__((constructor)) static void start(void)
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

    if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success)
        engine = NULL;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if ((effective & levels[i].name) == levels[i].name)
            onednn.isa |= levels[i].isa;
}

TERN_PLUGIN(&onednn);
