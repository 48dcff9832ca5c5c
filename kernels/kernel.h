/*
 * kernel.h - the contract between ternbench and a ternary matrix kernel.
 *
 * A kernel computes Y = X W^T exactly in int32:
 *
 *     y[n*M + m] = sum over k of x[n*K + k] * w[m*K + k]
 *
 *     W  M x K, row-major, each element -1, 0 or +1 (out features x in features)
 *     X  N x K, row-major, int8, the whole range -128..127 (tokens x in features)
 *     Y  N x M, row-major, int32
 *
 * This header needs nothing but the C library. A kernel is one `tern_kernel` of data and functions; it is listed in
 * kernels/CMakeLists.txt, or exported by a shared object through TERN_PLUGIN.
 *
 * What a kernel promises, and the checker holds it to:
 *   - every element of Y is exact for every legal input and shape; nothing else is written;
 *   - it reads nothing outside packed W, X, its plan and scratch, and leaves W, X and the plan as they were;
 *   - the same call gives the same answer, whatever the thread count, the order of the slices, the old contents of
 *     Y and scratch, and whatever was computed before: no state survives a call;
 *   - calls may run at the same time, of one problem or of several, as long as each has its own Y and scratch;
 *   - it computes in the threads that call it, and in no others unless it says so (TERN_KERNEL_OWNS_TEAM);
 *   - it leaves the floating-point mode, the CPU affinity, signal handlers and the heap as it found them, and registers
 *     nothing to be called at exit.
 */
#ifndef TERN_KERNEL_H
#define TERN_KERNEL_H

#include <stddef.h>
#include <stdint.h>

/*
 * Raised when a field changes its meaning. Fields are only ever added at the end of a struct, and mean nothing when
 * they are zero: a kernel built against an older header is taken as it is, one that sets a field which the program does
 * not know is refused.
 */
#define TERN_KERNEL_ABI 1u

/* Largest legal K: |sum| <= 128 * K must stay below 2^31. */
#define TERN_MAX_K ((size_t)0xFFFFFF)

/*
 * Instruction sets a kernel may need. A kernel names every one that its source file is compiled for, also when it asks
 * the processor at run time before it uses one: what does with less is another kernel. `check` sees the instructions
 * that pack(), prepare() and run() execute in the object that holds them, program or plug-in; what libraries use is
 * theirs to know. Without a bit, an x86-64 kernel has SSE2 and no more; what no bit names (VBMI2, IFMA, AES, ...) is
 * for no kernel.
 */
enum {
    TERN_ISA_AVX2 = 1u << 0,       /* AVX2 with FMA, BMI1, BMI2, F16C, LZCNT, MOVBE */
    TERN_ISA_AVXVNNI = 1u << 1,    /* VEX-coded VPDPBUSD */
    TERN_ISA_AVX512 = 1u << 2,     /* AVX-512 F, BW, DQ and VL */
    TERN_ISA_AVX512VNNI = 1u << 3, /* VPDPBUSD on zmm */
    TERN_ISA_AVX512VBMI = 1u << 4, /* VPERMB, VPERMI2B, VPMULTISHIFTQB */
    TERN_ISA_AMXINT8 = 1u << 5,    /* TDPBSSD */
    TERN_ISA_NEON = 1u << 6,
    TERN_ISA_DOTPROD = 1u << 7, /* SDOT, UDOT */
    TERN_ISA_GFNI = 1u << 8     /* GF2P8AFFINEQB, on registers of whatever width the other bits allow */
};

typedef struct tern_shape {
    size_t m, k, n;
} tern_shape;

/*
 * One optimisation that can be switched at run time, or one parameter. A toggle with low = 0 is off at 0, and any other
 * value is on (a prefetch distance, say); one with low > 0 is a parameter that is never off (a tile size).
 */
typedef struct tern_toggle {
    const char *name; /* lower case, digits, '_' */
    const char *summary;
    const char *needs; /* the toggle without which this one has no effect, or NULL */
    int32_t initial, low, high;
} tern_toggle;

/*
 * What is to be computed. toggle[i] is the value of the kernel's toggles[i]. Packed W depends on M, K and toggles
 * alone: what was packed for one problem serves those of any other N and number of threads, as a model is packed once
 * and then multiplied with one token, or with many.
 */
typedef struct tern_problem {
    tern_shape shape;
    uint32_t threads; /* >= 1 */
    const int32_t *toggle;
} tern_problem;

/* One product. All buffers belong to the caller. */
typedef struct tern_call {
    const tern_problem *problem;
    const void *packed; /* what pack() wrote, aligned to packed_align; may be a copy at another address */
    const int8_t *x;    /* N*K bytes, aligned to x_align */
    int32_t *y;         /* N*M values, aligned to y_align */
    void *scratch;      /* scratch_bytes() bytes, aligned to 64, contents undefined, shared by the threads of a call */
    const void *plan;   /* what make_plan() made for a problem equal to this one; NULL when the kernel has no plan */
} tern_call;

/*
 * The part of a stage's units that one thread does: [begin, end). thread < problem->threads. A slice may be empty,
 * begin == end, where there are more threads than units: the stage then does nothing.
 */
typedef struct tern_slice {
    size_t begin, end;
    uint32_t thread;
} tern_slice;

typedef void tern_stage_fn(const tern_call *call, tern_slice slice);

/*
 * What bind() chose. The harness first lets its threads share the units [0, prepare_units) of prepare (skipped when
 * NULL), waits for all of them, then shares the rows [0, M) of run in slices that begin at multiples of row_step. Which
 * thread prepares, and which computes, is nothing to count on.
 * Every choice is made here, outside the timed call.
 */
typedef struct tern_stages {
    tern_stage_fn *prepare; /* writes scratch: tables, sums, a re-ordered X */
    size_t prepare_units;
    tern_stage_fn *run; /* writes y[n*M + m] for m in the slice and every n; reads scratch, or uses parts of its own */
} tern_stages;

/* A figure the kernel knows of its packed weights, e.g. the share of groups that tier 1 serves. */
typedef struct tern_fact {
    char name[32];
    char unit[16]; /* "" for a plain number */
    double value;
} tern_fact;

enum {
    /* run is called once, with all rows, and starts problem->threads threads of its own with OpenMP. */
    TERN_KERNEL_OWNS_TEAM = 1u << 0
};

typedef struct tern_kernel {
    uint32_t abi;   /* TERN_KERNEL_ABI */
    uint32_t bytes; /* sizeof(tern_kernel) */
    const char *name;
    const char *summary;
    const char *refines;    /* the kernel that this one improves on, or NULL */
    uint32_t isa;           /* TERN_ISA_ bits, all of them needed; 0 = portable */
    uint32_t flags;         /* TERN_KERNEL_ bits */
    double bits_per_weight; /* of packed W, at most, where sizes are whole tiles; what is declared is tried */

    /* Shapes that it takes: M, K and N must be multiples of these, 2^20 at most; 1 = any. It is asked for no others. */
    tern_shape multiple;

    /*
     * Where mistakes would show: the sizes at which its code takes another path, such as the rows of a block, the
     * columns of a vector, the tokens that are done together; 1 = none, 2^20 at most. It limits nothing and divides no
     * work. The checker takes shapes just below, at and above multiples of it.
     */
    tern_shape tile;

    /*
     * Rows that belong together: slices of run(), and of pack_rows(), begin at multiples of this many rows and end at
     * such a multiple or at M. So no two threads share a block of packed W. The rows of Y that a slice covers are its
     * own whatever this is.
     */
    size_t row_step;                       /* at most 2^40 */
    size_t packed_align, x_align, y_align; /* powers of two */
    const tern_toggle *toggles;            /* ends with a row whose name is NULL; or NULL */

    /* Upper bound of what pack() writes. */
    size_t (*packed_bytes)(const tern_problem *problem);

    /*
     * Writes the kernel's own form of w (M*K bytes, row-major, each -1, 0 or +1) to packed (packed_bytes() bytes,
     * aligned to packed_align). The form holds no address, so that a copy serves as well. Returns the bytes written,
     * 0 when memory ran out. May use as much temporary heap as it needs. NULL when the kernel has pack_rows.
     */
    size_t (*pack)(const tern_problem *problem, const int8_t *w, void *packed);

    /* May be NULL: no scratch. */
    size_t (*scratch_bytes)(const tern_problem *problem);

    /* Returns NULL and fills stages, or returns a constant sentence that says why it refuses this problem. */
    const char *(*bind)(const tern_problem *problem, tern_stages *stages);

    /* Fills at most max facts about packed weights and returns how many. May be NULL. Never called while timing. */
    size_t (*facts)(const tern_problem *problem, const void *packed, tern_fact *fact, size_t max);

    /*
     * Packs rows alone, for a form in which each row_step rows stand by themselves: w points at row rows.begin.
     * Slices begin at multiples of row_step; any thread packs any of them, in any order, and together they write all
     * of packed_bytes(), padding included. So threads share the work, and W need never be in memory as a whole. Uses
     * no heap.
     */
    void (*pack_rows)(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed);

    /*
     * A plan is what a kernel makes once for a problem, and every call then only reads: tables that follow from the
     * shape alone, or the objects of a library. The three are NULL when there is none. The caller owns its memory,
     * plan_bytes() bytes that stay where they are, aligned to 64, contents undefined.
     *
     * make_plan() is called after bind() has accepted the problem, and fills that memory. Calls come with an equal
     * problem, which lies elsewhere: the plan keeps no pointer to this one. Returns NULL, or a constant
     * sentence that says what it lacks; then there is nothing to drop. What can be refused sooner, bind() refuses. Any
     * number of plans exist at the same time, of the same problem too, and none knows of another. The threads of a call
     * share one, and so do calls that run at the same time.
     */
    size_t (*plan_bytes)(const tern_problem *problem);
    const char *(*make_plan)(const tern_problem *problem, void *plan);

    /* Gives back what make_plan() took beside the plan's memory. May be NULL: nothing. */
    void (*drop_plan)(void *plan);

    /* Names that it had before, separated by blanks, or NULL: ids of old records and suites still mean it. */
    const char *formerly;

    /*
     * What the kernel needs beside its instruction sets and has not found, such as a library: a constant sentence, with
     * which bind() refuses every problem; it is told where kernels are listed. NULL: nothing.
     */
    const char *lacks;
} tern_kernel;

#define TERN_KERNEL_HEAD .abi = TERN_KERNEL_ABI, .bytes = sizeof(tern_kernel)

/* What a plug-in exports under the name `tern_plugin_table`. kernels ends with NULL. */
typedef struct tern_plugin {
    uint32_t abi;
    const tern_kernel *const *kernels;
} tern_plugin;

/* In a plug-in, once, at file scope: TERN_PLUGIN(&my_kernel, &my_other_kernel) */
#if defined(__GNUC__)
#define TERN_EXPORT __attribute__((visibility("default")))
#else
#define TERN_EXPORT
#endif
#define TERN_PLUGIN(...)                                                                                               \
    static const tern_kernel *const tern_plugin_list[] = {__VA_ARGS__, NULL};                                          \
    TERN_EXPORT const tern_plugin tern_plugin_table = {TERN_KERNEL_ABI, tern_plugin_list}

#endif
