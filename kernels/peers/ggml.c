/*
 * peer.ggml.tq2, peer.ggml.tq1 - what llama.cpp computes with: the TQ2_0 and TQ1_0 products of a ggml library that the
 * user has. TERNBENCH_GGML names it, a file (libggml*.so) or the folder that holds it; it is opened when this plug-in
 * is.
 *
 * W is packed by the library's own function, a row of blocks a row. Activations become the int8 blocks that the product
 * takes, of scale 1, so that the answer is exact; llama.cpp would quantise floats there, which takes longer. Rows and
 * tokens go through the library's product one pair at a time, in squares of 16 by 16, as in its mul_mat. The harness's
 * threads share the rows, so that it can be sampled in turns with other kernels.
 */
#include "float_sums.h"
#include "ggml_types.h"
#include "kernel.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SQUARE = 16, SENTENCE_BYTES = 256, SUMMARY_BYTES = 96 };

/* What is used of the library for one form of W. */
typedef struct form {
    int type;
    const char *type_name; /* as the library calls it */
    const char *words;
    size_t block_bytes;
    ggml_from_float *pack;
    ggml_vec_dot *product;
    char summary[SUMMARY_BYTES];
} form;

enum { TQ2, TQ1, FORMS };

static form forms[FORMS] = {
    [TQ2] = {GGML_TYPE_TQ2_0, "tq2_0", "TQ2_0 of ggml", 66, NULL, NULL, ""},
    [TQ1] = {GGML_TYPE_TQ1_0, "tq1_0", "TQ1_0 of ggml", 54, NULL, NULL, ""},
};

/* Why there is no library; empty when there is. */
static char lacking[SENTENCE_BYTES];

static size_t blocks_of(const tern_problem *problem)
{
    return problem->shape.k / QK_K;
}

static size_t packed_bytes(const form *f, const tern_problem *problem)
{
    return problem->shape.m * blocks_of(problem) * f->block_bytes;
}

/* Block by block: there is no heap here for a row of floats. */
static void pack_rows(const form *f, const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    const size_t blocks = (rows.end - rows.begin) * blocks_of(problem);
    char *to = (char *)packed + rows.begin * blocks_of(problem) * f->block_bytes;
    float weights[QK_K];

    for (size_t b = 0; b < blocks; b++) {
        for (size_t i = 0; i < QK_K; i++)
            weights[i] = w[b * QK_K + i];
        f->pack(weights, to + b * f->block_bytes, QK_K);
    }
}

static size_t scratch_bytes(const tern_problem *problem)
{
    return problem->shape.n * blocks_of(problem) * sizeof(block_q8_k);
}

/* Units are the blocks of all tokens. */
static void prepare(const tern_call *call, tern_slice units)
{
    for (size_t b = units.begin; b < units.end; b++) {
        block_q8_k *block = (block_q8_k *)call->scratch + b;
        block->d = 1.0F;
        memcpy(block->qs, call->x + b * QK_K, QK_K);
        for (size_t i = 0; i < QK_K / 16; i++) {
            int sum = 0;
            for (size_t j = 0; j < 16; j++)
                sum += block->qs[16 * i + j];
            block->bsums[i] = (int16_t)sum;
        }
    }
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void run(const form *f, const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    const size_t row_bytes = blocks_of(call->problem) * f->block_bytes;
    const block_q8_k *x = call->scratch;
    const char *w = call->packed;

    for (size_t n = 0; n < shape.n; n += SQUARE)
        for (size_t m = rows.begin; m < rows.end; m += SQUARE)
            for (size_t token = n; token < least(n + SQUARE, shape.n); token++)
                for (size_t row = m; row < least(m + SQUARE, rows.end); row++) {
                    float sum;
                    f->product((int)shape.k, &sum, 0, w + row * row_bytes, 0, x + token * blocks_of(call->problem), 0,
                               1);
                    call->y[token * shape.m + row] = (int32_t)sum;
                }
}

static const char *bind(const tern_problem *problem, tern_stages *stages, tern_stage_fn *run_form)
{
    stages->prepare = prepare;
    stages->prepare_units = problem->shape.n * blocks_of(problem);
    stages->run = run_form;
    if (lacking[0] != '\0')
        return lacking;
    if (problem->shape.k % QK_K != 0)
        return "ggml's ternary forms have blocks of 256 columns, and K is no multiple of that";
    return problem->shape.k > MOST_K_IN_FLOATS ? FLOATS_REFUSE : NULL;
}

/* The functions of a kernel are called without it. */
#define KERNEL(which, its_name)                                                                                        \
    static size_t packed_bytes_##which(const tern_problem *problem)                                                    \
    {                                                                                                                  \
        return packed_bytes(&forms[which], problem);                                                                   \
    }                                                                                                                  \
    static void pack_rows_##which(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)         \
    {                                                                                                                  \
        pack_rows(&forms[which], problem, w, rows, packed);                                                            \
    }                                                                                                                  \
    static void run_##which(const tern_call *call, tern_slice rows)                                                    \
    {                                                                                                                  \
        run(&forms[which], call, rows);                                                                                \
    }                                                                                                                  \
    static const char *bind_##which(const tern_problem *problem, tern_stages *stages)                                  \
    {                                                                                                                  \
        return bind(problem, stages, run_##which);                                                                     \
    }                                                                                                                  \
    static tern_kernel kernel_##which = {                                                                              \
        TERN_KERNEL_HEAD,                                                                                              \
        .name = (its_name),                                                                                            \
        .summary = forms[which].summary,                                                                               \
        .multiple = {1, QK_K, 1},                                                                                      \
        .tile = {SQUARE, QK_K, SQUARE},                                                                                \
        .row_step = 1,                                                                                                 \
        .packed_align = 64,                                                                                            \
        .x_align = 1,                                                                                                  \
        .y_align = 4,                                                                                                  \
        .packed_bytes = packed_bytes_##which,                                                                          \
        .scratch_bytes = scratch_bytes,                                                                                \
        .bind = bind_##which,                                                                                          \
        .pack_rows = pack_rows_##which,                                                                                \
    }

KERNEL(TQ2, "peer.ggml.tq2");
KERNEL(TQ1, "peer.ggml.tq1");

static void *function_of(void *library, const char *name, void *function)
{
    void *address = dlsym(library, name);

    memcpy(function, &address, sizeof address);
    return address;
}

/* The file in that folder whose dependencies are the rest of ggml; or the path itself. */
static const char *file_at(const char *path, char *text, size_t bytes)
{
    static const char *const names[] = {"libggml-cpu.so", "libggml.so"};
    struct stat what;

    if (stat(path, &what) != 0 || !S_ISDIR(what.st_mode))
        return path;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(text, bytes, "%s/%s", path, names[i]);
        if (stat(text, &what) == 0)
            return text;
    }
    return path;
}

/* What differs from what is declared in ggml_types.h, or NULL. */
static const char *take_form(form *f, ggml_get_type_traits_fn *traits, ggml_get_type_traits_cpu_fn *traits_cpu)
{
    const ggml_type_traits *w = traits(f->type), *x = traits(GGML_TYPE_Q8_K);
    const ggml_type_traits_cpu *cpu = traits_cpu(f->type);

    if (w == NULL || x == NULL || cpu == NULL || w->type_name == NULL || x->type_name == NULL)
        return "it has no such types";
    if (strcmp(w->type_name, f->type_name) != 0 || strcmp(x->type_name, "q8_K") != 0)
        return "they have other numbers";
    if (w->blck_size != QK_K || x->blck_size != QK_K || w->type_size != f->block_bytes ||
        x->type_size != sizeof(block_q8_k))
        return "their blocks have another size";
    if (cpu->from_float == NULL || cpu->vec_dot == NULL || cpu->vec_dot_type != GGML_TYPE_Q8_K)
        return "its product is none of int8 blocks";
    f->pack = cpu->from_float;
    f->product = cpu->vec_dot;
    return NULL;
}

/* So that --isa, the roofs and the choice of who can run here are right. */
static uint32_t isa_of(void *library)
{
    static const struct {
        const char *has;
        uint32_t isa;
    } levels[] = {
        {"ggml_cpu_has_avx2", TERN_ISA_AVX2},
        {"ggml_cpu_has_avx_vnni", TERN_ISA_AVXVNNI},
        {"ggml_cpu_has_avx512", TERN_ISA_AVX512},
        {"ggml_cpu_has_avx512_vbmi", TERN_ISA_AVX512VBMI},
        {"ggml_cpu_has_avx512_vnni", TERN_ISA_AVX512VNNI},
        {"ggml_cpu_has_neon", TERN_ISA_NEON},
        {"ggml_cpu_has_dotprod", TERN_ISA_DOTPROD},
    };
    uint32_t isa = 0;
    ggml_cpu_has_fn *has;

    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (function_of(library, levels[i].has, &has) != NULL && has() != 0)
            isa |= levels[i].isa;
    return isa;
}

/* Opens the library that path names, or says in `lacking` why not. */
static void load(const char *path)
{
    char file[4096];
    ggml_get_type_traits_fn *traits;
    ggml_get_type_traits_cpu_fn *traits_cpu;
    ggml_cpu_init_fn *init;
    ggml_version_fn *version;

    void *library = dlopen(file_at(path, file, sizeof file), RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        snprintf(lacking, sizeof lacking, "TERNBENCH_GGML cannot be loaded: %s", dlerror());
        return;
    }
    if (function_of(library, "ggml_get_type_traits", &traits) == NULL ||
        function_of(library, "ggml_get_type_traits_cpu", &traits_cpu) == NULL ||
        function_of(library, "ggml_cpu_init", &init) == NULL) {
        snprintf(
            lacking, sizeof lacking,
            "TERNBENCH_GGML=%.150s has no ggml_get_type_traits_cpu(); name libggml-cpu*.so of November 2024 or later",
            path);
        return;
    }
    init();
    for (size_t i = 0; i < FORMS && lacking[0] == '\0'; i++) {
        const char *other = take_form(&forms[i], traits, traits_cpu);
        if (other != NULL)
            snprintf(lacking, sizeof lacking,
                     "TERNBENCH_GGML=%.120s is of a version that is not known, for %s and q8_K: %s", path,
                     forms[i].type_name, other);
    }
    for (size_t i = 0; i < FORMS && function_of(library, "ggml_version", &version) != NULL; i++)
        snprintf(forms[i].summary, sizeof forms[i].summary, "%s %s", forms[i].words, version());
    kernel_TQ2.isa = kernel_TQ1.isa = isa_of(library);
}

/* When the plug-in is loaded. The library stays, as long as the process does. */
__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("TERNBENCH_GGML");

    for (size_t i = 0; i < FORMS; i++)
        snprintf(forms[i].summary, sizeof forms[i].summary, "%s", forms[i].words);
    kernel_TQ2.bits_per_weight = 8.0 * (double)forms[TQ2].block_bytes / QK_K;
    kernel_TQ1.bits_per_weight = 8.0 * (double)forms[TQ1].block_bytes / QK_K;
    if (path == NULL || path[0] == '\0')
        snprintf(lacking, sizeof lacking, "TERNBENCH_GGML names no library: the libggml*.so to measure, or its folder");
    else
        load(path);
    if (lacking[0] != '\0')
        kernel_TQ2.lacks = kernel_TQ1.lacks = lacking;
}

TERN_PLUGIN(&kernel_TQ2, &kernel_TQ1);
