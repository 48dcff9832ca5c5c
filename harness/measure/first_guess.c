#include "measure/first_guess.h"

#include "base/round.h"
#include "measure/measure.h"

#include <math.h>
#include <stdlib.h>

/* A part that all kernels keep in a second-level cache, or nearly: packed to 2 bits it has this many weights. */
static const size_t part_weights = (size_t)1 << 22;

static const double part_budget_s = 0.05, deadline_s = 6.0;
static const double not_overlapped = 0.25;

/* As many rows as the part has, whole tiles of the kernel where it is large enough. */
static size_t part_rows(const tern_kernel *kernel, tern_shape shape)
{
    const size_t rows = part_weights / shape.k + 1, step = kernel->row_step * kernel->multiple.m;

    return rows < shape.m ? tern_round_up(rows, step) : shape.m;
}

tern_status tern_first_guess(const tern_case *c, const tern_pin *pin, double read_gbps, const tern_child_options *child,
                             double *ns, tern_finding *finding, tern_error *error)
{
    const tern_measure_options how = {
        .min_sample_ms = 1.0, .min_samples = 7, .precision = 0.02, .budget_s = part_budget_s, .pin = *pin};
    tern_child_options in_time = *child;
    tern_record *record = calloc(1, sizeof *record);
    tern_case part = *c;

    *ns = INFINITY;
    *finding = (tern_finding){.verdict = TERN_EXACT};
    if (record == NULL)
        return tern_error_memory(error, "a record", sizeof *record);
    part.shape.m = part_rows(c->kernel, c->shape);
    part.cache = TERN_HOT;
    in_time.deadline_s = deadline_s;
    const tern_status status = tern_measure_case(&part, &how, &in_time, record, error);
    if (status == TERN_OK && record->timed) {
        const double parts = (double)c->shape.m / (double)part.shape.m;
        const double in_cache_ns = parts * record->timing.min_ns;
        const double memory_ns = read_gbps > 0.0 ? parts * (double)record->timing.packed_bytes / read_gbps : 0.0;
        *ns = fmax(in_cache_ns, memory_ns) + not_overlapped * fmin(in_cache_ns, memory_ns);
    }
    *finding = record->finding;
    tern_record_free(record);
    free(record);
    return status;
}
