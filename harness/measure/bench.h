/*
 * bench.h - a case made ready to be called again and again: data, copies of packed W, a pinned team. Lives in a child
 * process, since it calls the kernel.
 */
#ifndef TERN_BENCH_H
#define TERN_BENCH_H

#include "check/product.h"
#include "measure/pin.h"
#include "measure/ring.h"

typedef struct tern_bench {
    const tern_case *c;
    tern_memory memory; /* of the arrays below, laid out as kernel.h says */
    int8_t *w, *x;
    int32_t *y, *first_y; /* first_y: as large as Y, for the caller */
    void *scratch;        /* NULL when the kernel needs none */
    size_t scratch_bytes;
    tern_product product;
    size_t packed_bytes;
    double pack_ns; /* what packing W took the team */
    tern_ring ring;
    uint32_t slot;                  /* whose turn it is */
    tern_team *team;                /* one thread when the kernel owns its team */
    int32_t seen[TERN_MAX_THREADS]; /* the CPU of thread i, -1 when not pinned */
} tern_bench;

/*
 * Makes the data and packs it, into as many copies as ring_bytes asks for when the case is cold, into one when it is hot. Then binds
 * threads: the caller is thread 0 and stays bound. *refusal is set to the kernel's sentence when it cannot do the case with these
 * threads, NULL otherwise. Free with tern_bench_close(), whatever is returned. The case must outlive the bench.
 */
tern_status tern_bench_open(tern_bench *bench, const tern_case *c, const tern_pin *pin, uint64_t ring_bytes,
                            const char **refusal, tern_error *error);
void tern_bench_close(tern_bench *bench);

/* The next call: its copy of W is the one after that of the call before. */
static inline tern_call tern_bench_next(tern_bench *bench)
{
    const tern_call call = {
        .problem = &bench->product.problem,
        .packed = tern_ring_slot(&bench->ring, bench->slot),
        .x = bench->x,
        .y = bench->y,
        .scratch = bench->scratch,
    };

    bench->slot = bench->slot + 1 == bench->ring.slots ? 0 : bench->slot + 1;
    return call;
}

/* Computes Y once. busy may be NULL. */
static inline void tern_bench_call(tern_bench *bench, tern_busy *busy)
{
    const tern_call call = tern_bench_next(bench);

    tern_product_call_busy(&bench->product, &call, bench->team, busy);
}

/* Nanoseconds that it takes to call the same threads and wait for them when there is nothing to do: the median of batches. */
double tern_bench_fork_join_ns(tern_bench *bench);

/* packed W + X + Y */
uint64_t tern_bench_traffic_bytes(const tern_bench *bench);

#endif
