#include "measure/bench.h"

#include "base/stats.h"
#include "check/data.h"
#include "measure/clock.h"

#include <string.h>

enum { FORK_JOIN_BATCHES = 9, FORK_JOIN_CALLS = 200, PACKINGS = 4 };

static const double PACKING_BUDGET_NS = 2e8;

/*
 * Takes bytes from the arena. Each array begins a quarter of a page further in its page than the one before: at the same
 * offset, loads of one would be held up by stores to the other (4K aliasing).
 */
static size_t take(size_t *end, size_t bytes, size_t align, size_t turn)
{
    enum { PAGE = 4096, CACHE_LINE = 64 };
    const size_t unit = align > CACHE_LINE ? align : (size_t)CACHE_LINE;
    const size_t begin = ((*end + PAGE - 1) / PAGE * PAGE + turn * (PAGE / 4) + unit - 1) / unit * unit;

    *end = begin + bytes;
    return begin;
}

static tern_status make_arrays(tern_bench *bench, tern_error *error)
{
    const tern_kernel *kernel = bench->product.kernel;
    const tern_shape shape = bench->c->shape;
    const size_t y_bytes = shape.m * shape.n * sizeof *bench->y;
    size_t end = 0;

    bench->scratch_bytes = tern_product_scratch_bytes(&bench->product);
    const size_t w = take(&end, shape.m * shape.k, 1, 0);
    const size_t x = take(&end, shape.n * shape.k, kernel->x_align, 1);
    const size_t y = take(&end, y_bytes, kernel->y_align, 2);
    const size_t scratch = take(&end, bench->scratch_bytes, 1, 3);
    const size_t first_y = take(&end, y_bytes, 1, 0);
    const tern_status status = tern_memory_new(&bench->memory, "W, X and Y", end, error);
    if (status != TERN_OK)
        return status;
    if (!tern_case_huge_pages(bench->c))
        tern_memory_small_pages(&bench->memory);
    bench->w = (int8_t *)(bench->memory.data + w);
    bench->x = (int8_t *)(bench->memory.data + x);
    bench->y = (int32_t *)(void *)(bench->memory.data + y);
    bench->first_y = (int32_t *)(void *)(bench->memory.data + first_y);
    bench->scratch = bench->scratch_bytes == 0 ? NULL : bench->memory.data + scratch;
    tern_data_fill_w(&bench->c->data, shape, bench->w);
    tern_data_fill_x(&bench->c->data, shape, bench->x);
    return TERN_OK;
}

/*
 * The shortest of a few, that page faults of new memory and other programs do not count; of one, when the kernel takes its time.
 * 0 bytes: memory ran out.
 */
static size_t pack(tern_bench *bench, void *packed)
{
    const double start_ns = tern_clock_ns();
    double end_ns = start_ns;
    size_t bytes = 0;

    for (int i = 0; i < PACKINGS && end_ns - start_ns < PACKING_BUDGET_NS; i++) {
        const double begin_ns = end_ns;
        if ((bytes = tern_product_pack(&bench->product, bench->w, packed, bench->team)) == 0)
            return 0;
        end_ns = tern_clock_ns();
        if (i == 0 || end_ns - begin_ns < bench->pack_ns)
            bench->pack_ns = end_ns - begin_ns;
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
        status = tern_ring_new(&bench->ring, product, packed.data, bench->packed_bytes,
                               bench->c->cache == TERN_COLD ? ring_bytes : 0, tern_case_huge_pages(bench->c),
                               bench->team, error);
    tern_memory_free(&packed);
    return status;
}

/* Leaves the team that fills the ring, unless the kernel has threads of its own: then those are bound as well. */
static tern_status settle_team(tern_bench *bench, const tern_pin *pin, tern_error *error)
{
    int32_t alone[TERN_MAX_THREADS];
    tern_status status;

    if (!(bench->product.kernel->flags & TERN_KERNEL_OWNS_TEAM))
        return TERN_OK;
    tern_team_free(bench->team);
    if ((status = tern_team_new(&bench->team, 1, error)) != TERN_OK ||
        (status = tern_pin_team(pin, bench->team, alone, error)) != TERN_OK)
        return status;
    return tern_pin_openmp(pin, bench->c->threads, bench->seen, error);
}

tern_status tern_bench_open(tern_bench *bench, const tern_case *c, const tern_pin *pin, uint64_t ring_bytes,
                            const char **refusal, tern_error *error)
{
    tern_status status;

    memset(bench, 0, sizeof *bench);
    bench->c = c;
    *refusal = tern_product_bind(&bench->product, c, c->threads);
    if (*refusal != NULL)
        return TERN_OK;
    if ((status = make_arrays(bench, error)) != TERN_OK ||
        (status = tern_team_new(&bench->team, c->threads, error)) != TERN_OK ||
        (status = tern_pin_team(pin, bench->team, bench->seen, error)) != TERN_OK ||
        (status = make_ring(bench, ring_bytes, error)) != TERN_OK)
        return status;
    return settle_team(bench, pin, error);
}

void tern_bench_close(tern_bench *bench)
{
    tern_team_free(bench->team);
    tern_ring_free(&bench->ring);
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
    if (bench->product.kernel->flags & TERN_KERNEL_OWNS_TEAM) {
#pragma omp parallel num_threads((int)bench->c->threads)
        do_nothing(NULL, 0, 0);
    } else {
        tern_team_run(bench->team, do_nothing, NULL);
    }
}

double tern_bench_fork_join_ns(tern_bench *bench)
{
    double batch_ns[FORK_JOIN_BATCHES];

    for (int batch = 0; batch < FORK_JOIN_BATCHES; batch++) {
        const double start_ns = tern_clock_ns();
        for (int call = 0; call < FORK_JOIN_CALLS; call++)
            fork_and_join(bench);
        batch_ns[batch] = (tern_clock_ns() - start_ns) / FORK_JOIN_CALLS;
    }
    tern_stats_sort(batch_ns, FORK_JOIN_BATCHES);
    return tern_stats_median(batch_ns, FORK_JOIN_BATCHES);
}

uint64_t tern_bench_traffic_bytes(const tern_bench *bench)
{
    const tern_shape shape = bench->c->shape;

    return bench->packed_bytes + shape.n * shape.k + shape.m * shape.n * sizeof *bench->y;
}
