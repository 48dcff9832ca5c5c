#include "measure/paired_rings.h"

#include "machine/memory.h"

#include <math.h>

/*
 * What the case reads in one sample and the call before it: no more than memory gives in that time, but one copy at
 * least.
 */
static double sample_bytes(const tern_paired_track *t, const tern_case_arm *case_arm)
{
    const double packed_bytes = (double)case_arm->bench.packed_bytes, sample_ns = 1e6 * t->options->min_sample_ms;
    const double most = t->options->roof_read_gbps > 0.0 ? t->options->roof_read_gbps * sample_ns : (double)INFINITY;

    return packed_bytes + fmax(packed_bytes, fmin(packed_bytes * ceil(sample_ns / case_arm->call_ns), most));
}

double tern_paired_rings_reader_bytes(const tern_paired_track *t)
{
    return t->options->with_roofs && t->options->roof_reader != NULL
               ? t->options->roof_read_gbps * 1e6 * t->options->min_sample_ms
               : 0.0;
}

double tern_paired_rings_samples(const tern_paired_track *t)
{
    double round_bytes = tern_paired_rings_reader_bytes(t);

    for (uint32_t i = 0; i < t->attempt->members; i++)
        round_bytes += tern_paired_is_ready(t, i) ? sample_bytes(t, &t->lane[i].case_arm) : 0.0;
    const double wanted = (double)tern_memory_cold_bytes(t->options->llc_bytes);
    return fmin(3.0 + wanted / round_bytes, 0.5 * (double)tern_memory_available_bytes() / round_bytes);
}

/* What all cases read in one sample that read the ring of this bench. */
static double ring_sample_bytes(const tern_paired_track *t, const tern_bench *bench)
{
    double bytes = 0.0;

    for (uint32_t i = 0; i < t->attempt->members; i++)
        if (tern_paired_is_ready(t, i) && t->lane[i].case_arm.bench.ring == &bench->own_ring)
            bytes += sample_bytes(t, &t->lane[i].case_arm);
    return bytes;
}

/* Whether there is one ring, which all arms read. */
static bool share_one_ring(const tern_paired_track *t)
{
    bool share = tern_paired_is_ready(t, 0);

    for (uint32_t i = 1; i < t->attempt->members; i++)
        share = share && tern_paired_is_ready(t, i) &&
                t->lane[i].case_arm.bench.ring == &t->lane[0].case_arm.bench.own_ring;
    return share;
}

/* Of the ring of the first arm, with so many samples in it. */
static tern_ring_demand demand_of(const tern_paired_track *t, double samples)
{
    const tern_bench *bench = &t->lane[0].case_arm.bench;
    const double most = (double)tern_memory_cold_bytes(t->options->llc_bytes);
    size_t align = 1;

    for (uint32_t i = 0; i < t->attempt->members; i++) {
        const size_t its = tern_ring_align(t->lane[i].case_arm.bench.product.kernel);
        align = its > align ? its : align;
    }
    return (tern_ring_demand){.packed_bytes = bench->packed_bytes,
                              .align = align,
                              .offset = bench->fixture->layout.packed,
                              .ring_bytes = (uint64_t)fmin(samples * ring_sample_bytes(t, bench), most),
                              .huge_pages = tern_case_huge_pages(bench->c)};
}

/* Whether the parent has the copies already. */
static bool borrow_ring(tern_paired_track *t, double samples)
{
    const tern_paired_attempt *attempt = t->attempt;

    if (attempt->stock == NULL || !share_one_ring(t))
        return false;
    t->demand = demand_of(t, samples);
    return tern_ring_stock_lend(attempt->stock, &t->demand, attempt->schedule.seed,
                                &t->lane[0].case_arm.bench.own_ring);
}

void tern_paired_rings_leave(const tern_paired_track *t)
{
    if (t->demand.packed_bytes > 0)
        tern_ring_stock_leave(t->attempt->stock, &t->demand, tern_ring_slot(&t->lane[0].case_arm.bench.own_ring, 0));
}

tern_status tern_paired_rings_make(tern_paired_track *t, double samples, tern_paired_result *result)
{
    const double most = (double)tern_memory_cold_bytes(t->options->llc_bytes);
    tern_status status = TERN_OK;

    if (borrow_ring(t, samples))
        return TERN_OK;
    for (uint32_t i = 0; i < t->attempt->members && status == TERN_OK; i++) {
        tern_bench *bench = &t->lane[i].case_arm.bench;
        if (!tern_paired_is_ready(t, i) || bench->ring != &bench->own_ring)
            continue;
        tern_active_arm_set(&result->active, i);
        status = tern_bench_copy(bench, (uint64_t)fmin(samples * ring_sample_bytes(t, bench), most), &result->error);
    }
    return status;
}
