/*
 * product.h - one kernel bound to one problem, and the call that shares it among a team.
 */
#ifndef TERN_PRODUCT_H
#define TERN_PRODUCT_H

#include "base/cache_line.h"
#include "base/team.h"
#include "kernel.h"
#include "plan/case.h"

typedef struct tern_product {
    const tern_kernel *kernel;
    int32_t toggle[TERN_MAX_TOGGLES];
    tern_problem problem; /* its toggle points at the array above: do not copy the struct */
    tern_stages stages;
    void *plan; /* NULL until it is made, or when the kernel has none */
} tern_product;

/*
 * Binds the case's kernel for `threads` threads (its own number is not used). Returns NULL, or a constant sentence that
 * says why the kernel cannot do this problem. The product holds no memory of its own.
 */
const char *tern_product_bind(tern_product *product, const tern_case *c, uint32_t threads);

/* Bytes of the kernel's plan for this problem, 0 for none. */
size_t tern_product_plan_bytes(const tern_product *product);

/*
 * Makes the plan, without which a kernel that has one must not be called, in memory of that many bytes, aligned to 64,
 * which stays the caller's. Returns NULL, or the kernel's sentence. tern_product_drop_plan() before the memory goes.
 */
const char *tern_product_make_plan(tern_product *product, void *memory);

/* Does nothing when there is no plan. */
void tern_product_drop_plan(tern_product *product);

/* Bytes of scratch the product needs, 0 for none. */
size_t tern_product_scratch_bytes(const tern_product *product);

/* The rows that thread `thread` of `threads` runs: as even as row_step allows, possibly none. */
tern_slice tern_product_rows(const tern_product *product, uint32_t thread, uint32_t threads);

/*
 * Packs w (M*K trits) into packed (packed_bytes() bytes), the rows shared by the team where the kernel can pack them
 * apart. Returns the bytes written, 0 when memory ran out.
 */
size_t tern_product_pack(const tern_product *product, const int8_t *w, void *packed, tern_team *team);

typedef enum tern_stage { TERN_STAGE_PREPARE, TERN_STAGE_RUN, TERN_STAGES } tern_stage;

/*
 * How long each thread was inside each of the kernel's stages, added up over calls. Every thread has a cache line of
 * its own.
 */
typedef struct tern_busy_thread {
    _Alignas(TERN_CACHE_LINE) uint64_t ticks[TERN_STAGES]; /* of clock */
} tern_busy_thread;

typedef struct tern_busy {
    uint64_t (*clock)(void);
    tern_busy_thread *thread; /* the caller's, one for each thread */
} tern_busy;

/*
 * Computes Y once: prepare, a barrier, run. The team must have problem.threads threads, or be of any size when the
 * kernel owns its team. call->problem must be &product->problem, call->plan product->plan.
 */
void tern_product_call(const tern_product *product, const tern_call *call, tern_team *team);

/* The same, and adds to busy. Of a kernel that owns its team, only the thread that calls it is seen. */
void tern_product_call_busy(const tern_product *product, const tern_call *call, tern_team *team, tern_busy *busy);

#endif
