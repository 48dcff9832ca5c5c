/*
 * bench.h - a case made ready to be called again and again: copies of packed W, Y, scratch. Lives in a child process,
 * since it calls the kernel. Benches of one problem stand side by side in one fixture, and take turns.
 */
#ifndef TERN_BENCH_H
#define TERN_BENCH_H

#include "check/product.h"
#include "measure/fixture.h"
#include "measure/ring.h"

/* Bytes before and after Y and scratch that belong to nothing. */
enum { TERN_BENCH_MARGIN = 256 };

typedef struct tern_bench {
    const tern_case *c;
    tern_fixture *fixture;
    tern_memory memory; /* of the arrays below, laid out as kernel.h says */
    tern_memory plan_memory;
    int32_t *y;
    void *scratch; /* NULL when the kernel needs none */
    size_t scratch_bytes;
    tern_product product;
    size_t packed_bytes;
    double pack_ns;        /* the shortest of several times that W was packed */
    uint32_t pack_threads; /* that shared it */
    tern_ring own_ring;
    tern_ring *ring; /* its own, or that of a bench with the same packed W */
} tern_bench;

/*
 * Packs the fixture's W, into as many copies as ring_bytes asks for when the case is cold, into one when it is hot.
 * For a kernel with threads of its own, dismisses the fixture's team and binds those. *refusal is set to the kernel's
 * sentence when it cannot do the case with these threads, NULL otherwise. Free with tern_bench_close(), whatever is
 * returned. Case and fixture must outlive the bench, which stays where it is.
 */
tern_status tern_bench_open(tern_bench *bench, const tern_case *c, tern_fixture *fixture, uint64_t ring_bytes,
                            const char **refusal, tern_error *error);
void tern_bench_close(tern_bench *bench);

/*
 * When both have packed W to the same bytes, and may have it in the same place, lets the bench read that of `other`,
 * whose copies they then take in turns. Returns whether it does. `other` must outlive the bench.
 */
bool tern_bench_share(tern_bench *bench, tern_bench *other);

/*
 * Puts as many copies of W in place of those that a cold case has. The fixture's team fills them, so that it must not
 * be dismissed.
 */
tern_status tern_bench_copy(tern_bench *bench, uint64_t ring_bytes, tern_error *error);

/* The next call: its copy of W is the one after that of the call before, and its X is new. */
static inline tern_call tern_bench_next(tern_bench *bench)
{
    const tern_call call = {
        .problem = &bench->product.problem,
        .packed = tern_ring_next(bench->ring),
        .x = tern_inputs_next(&bench->fixture->inputs),
        .y = bench->y,
        .scratch = bench->scratch,
        .plan = bench->product.plan,
    };

    return call;
}

/* Computes Y once. busy may be NULL. */
static inline void tern_bench_call(tern_bench *bench, tern_busy *busy)
{
    const tern_call call = tern_bench_next(bench);

    tern_product_call_busy(&bench->product, &call, bench->fixture->team, busy);
}

/*
 * Nanoseconds that it takes to call the same threads and wait for them when there is nothing to do: the median of
 * batches.
 */
double tern_bench_fork_join_ns(tern_bench *bench);

/* packed W + X + Y */
uint64_t tern_bench_traffic_bytes(const tern_bench *bench);

#endif
