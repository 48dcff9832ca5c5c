#include "measure/bench.h"

#include "base/clock.h"
#include "base/stats.h"

#include <math.h>
#include <string.h>

enum { FORK_JOIN_BATCHES = 9, FORK_JOIN_CALLS = 200 };

/* A batch has fewer calls where they take longer than that, as those of more threads than CPUs do. */
static const double fork_join_batch_ns = 10e6;

/* Packing is timed again until this much has gone into it: the first time also makes pages. */
static const double pack_again_ns = 30e6;

/* Takes an array with margins before and after it. */
static size_t take(size_t *end, size_t bytes, size_t align, size_t offset)
{
    *end += TERN_BENCH_MARGIN;
    const size_t begin = tern_arena_take(end, bytes, align, offset);
    *end += TERN_BENCH_MARGIN;
    return begin;
}

static tern_status make_arrays(tern_bench *bench, tern_error *error)
{
    const tern_shape shape = bench->c->shape;
    const tern_layout *layout = &bench->fixture->layout;
    size_t end = 0;

    bench->scratch_bytes = tern_product_scratch_bytes(&bench->product);
    const size_t y = take(&end, shape.m * shape.n * sizeof *bench->y, bench->product.kernel->y_align, layout->y);
    const size_t scratch = take(&end, bench->scratch_bytes, 1, layout->scratch);
    const tern_status status = tern_memory_new(&bench->memory, "Y and scratch", end, error);
    if (status != TERN_OK)
        return status;
    if (!tern_case_huge_pages(bench->c))
        tern_memory_small_pages(&bench->memory);
    bench->y = (int32_t *)(void *)(bench->memory.data + y);
    bench->scratch = bench->scratch_bytes == 0 ? NULL : bench->memory.data + scratch;
    return TERN_OK;
}

/* Pages of its own, from which writing can be taken away. */
static tern_status make_plan(tern_bench *bench, const char **refusal, tern_error *error)
{
    const size_t bytes = tern_product_plan_bytes(&bench->product);
    const tern_status status = bytes == 0 ? TERN_OK : tern_memory_new(&bench->plan_memory, "its plan", bytes, error);

    if (status == TERN_OK)
        *refusal = tern_product_make_plan(&bench->product, bench->plan_memory.data);
    return status;
}

/* Returns the bytes written, 0 when memory ran out. */
static size_t pack(tern_bench *bench, void *packed)
{
    size_t bytes = 0;

    bench->pack_ns = INFINITY;
    bench->pack_threads = bench->product.kernel->pack == NULL ? tern_team_threads(bench->fixture->team) : 1;
    for (double spent_ns = 0.0; spent_ns < pack_again_ns;) {
        const double start_ns = tern_clock_ns();
        bytes = tern_product_pack(&bench->product, bench->fixture->weights->w, packed, bench->fixture->team);
        if (bytes == 0)
            break;
        const double elapsed_ns = tern_clock_ns() - start_ns;
        bench->pack_ns = fmin(bench->pack_ns, elapsed_ns);
        spent_ns += bench->fixture->brief ? pack_again_ns : elapsed_ns;
    }
    return bytes;
}

static tern_status make_ring(tern_bench *bench, uint64_t ring_bytes, tern_error *error)
{
    const tern_product *product = &bench->product;
    const size_t most = product->kernel->packed_bytes(&product->problem);
    tern_memory packed;
    tern_status status = tern_memory_new(&packed, "packed W", most, error);

    if (status != TERN_OK)
        return status;
    bench->packed_bytes = pack(bench, packed.data);
    if (bench->packed_bytes == 0)
        status = tern_error_memory(error, "what pack() needs", (double)most);
    else
        status = tern_ring_new(bench->ring, product, packed.data, bench->packed_bytes, bench->fixture->layout.packed,
                               bench->c->cache == TERN_COLD ? ring_bytes : 0, tern_case_huge_pages(bench->c),
                               bench->fixture->team, error);
    tern_memory_free(&packed);
    return status;
}

tern_status tern_bench_open(tern_bench *bench, const tern_case *c, tern_fixture *fixture, uint64_t ring_bytes,
                            const char **refusal, tern_error *error)
{
    tern_status status;

    memset(bench, 0, sizeof *bench);
    bench->c = c;
    bench->fixture = fixture;
    bench->ring = &bench->own_ring;
    *refusal = tern_product_bind(&bench->product, c, c->threads);
    if (*refusal != NULL)
        return TERN_OK;
    if ((status = make_arrays(bench, error)) != TERN_OK || (status = make_plan(bench, refusal, error)) != TERN_OK ||
        *refusal != NULL || (status = make_ring(bench, ring_bytes, error)) != TERN_OK ||
        !tern_kernel_owns_team(bench->product.kernel))
        return status;
    if ((status = tern_fixture_dismiss(fixture, error)) != TERN_OK)
        return status;
    return tern_pin_openmp(fixture->pin, c->threads, fixture->seen, error);
}

bool tern_bench_share(tern_bench *bench, tern_bench *other)
{
    const void *theirs = tern_ring_slot(other->ring, 0);
    const size_t align = bench->product.kernel->packed_align;

    if (bench->packed_bytes != other->packed_bytes || (uintptr_t)theirs % align != 0 ||
        other->ring->stride % align != 0 || tern_case_huge_pages(bench->c) != tern_case_huge_pages(other->c) ||
        memcmp(tern_ring_slot(bench->ring, 0), theirs, bench->packed_bytes) != 0)
        return false;
    tern_ring_free(&bench->own_ring);
    bench->ring = other->ring;
    return true;
}

tern_status tern_bench_copy(tern_bench *bench, uint64_t ring_bytes, tern_error *error)
{
    tern_ring copies;
    const tern_status status = tern_ring_new(&copies, &bench->product, tern_ring_slot(bench->ring, 0),
                                             bench->packed_bytes, bench->fixture->layout.packed, ring_bytes,
                                             tern_case_huge_pages(bench->c), bench->fixture->team, error);

    tern_ring_free(bench->ring);
    *bench->ring = copies;
    return status;
}

void tern_bench_close(tern_bench *bench)
{
    tern_ring_free(&bench->own_ring);
    tern_product_drop_plan(&bench->product);
    tern_memory_free(&bench->plan_memory);
    tern_memory_free(&bench->memory);
}

static void do_nothing(void *argument, uint32_t thread, uint32_t threads)
{
    (void)argument;
    (void)thread;
    (void)threads;
}

static void fork_and_join(tern_bench *bench)
{
    if (tern_kernel_owns_team(bench->product.kernel)) {
#pragma omp parallel num_threads((int)bench->c->threads)
        do_nothing(NULL, 0, 0);
    } else {
        tern_team_run(bench->fixture->team, do_nothing, NULL);
    }
}

double tern_bench_fork_join_ns(tern_bench *bench)
{
    double batch_ns[FORK_JOIN_BATCHES];
    const double first_ns = tern_clock_ns();
    fork_and_join(bench);
    const double calls_in_time = fork_join_batch_ns / fmax(tern_clock_ns() - first_ns, 1.0);
    const int calls = (int)fmax(1.0, fmin(calls_in_time, FORK_JOIN_CALLS));

    for (int batch = 0; batch < FORK_JOIN_BATCHES; batch++) {
        const double start_ns = tern_clock_ns();
        for (int call = 0; call < calls; call++)
            fork_and_join(bench);
        batch_ns[batch] = (tern_clock_ns() - start_ns) / calls;
    }
    tern_stats_sort(batch_ns, FORK_JOIN_BATCHES);
    return tern_stats_median(batch_ns, FORK_JOIN_BATCHES);
}

uint64_t tern_bench_traffic_bytes(const tern_bench *bench)
{
    const tern_shape shape = bench->c->shape;

    return bench->packed_bytes + shape.n * shape.k + shape.m * shape.n * sizeof *bench->y;
}
