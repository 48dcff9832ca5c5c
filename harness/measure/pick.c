#include "measure/pick.h"

#include "base/text.h"
#include "measure/measure.h"

#include <stdlib.h>
#include <string.h>

/* A part that all kernels keep in a second-level cache, or nearly: packed to 2 bits it has this many weights. */
static const size_t part_weights = (size_t)1 << 22;

static const double part_budget_s = 0.05, deadline_s = 3.0;

/* What one kernel would take. */
typedef struct estimate {
    const tern_kernel *kernel;
    double measured_ns, memory_ns;
} estimate;

static double slower(const estimate *e)
{
    return e->measured_ns > e->memory_ns ? e->measured_ns : e->memory_ns;
}

/* As many rows as the part has, whole tiles of the kernel where it is large enough. */
static size_t part_rows(const tern_kernel *kernel, tern_shape shape)
{
    const size_t rows = part_weights / shape.k + 1, step = kernel->row_step * kernel->multiple.m;

    return rows < shape.m ? (rows + step - 1) / step * step : shape.m;
}

/* False when the kernel cannot do the shape, or not in time. */
static bool try(const tern_kernel *kernel, const tern_pick_request *request, const tern_child_options *child,
                estimate *e, tern_status *status, tern_error *error)
{
    const tern_measure_options how = {
        .min_sample_ms = 1.0, .min_samples = 7, .precision = 0.02, .budget_s = part_budget_s, .pin = request->pin};
    tern_child_options in_time = *child;
    tern_record *record = calloc(1, sizeof *record);
    tern_case c;

    if (record == NULL) {
        *status = tern_error_memory(error, "a record", sizeof *record);
        return false;
    }
    tern_case_init(&c, kernel);
    c.shape = request->shape;
    c.shape.m = part_rows(kernel, request->shape);
    c.data = request->data;
    c.threads = request->threads;
    c.cache = TERN_HOT;
    in_time.deadline_s = deadline_s;
    *status = tern_measure_case(&c, &how, &in_time, record, error);
    const bool timed = *status == TERN_OK && record->timed;
    if (timed) {
        const double parts = (double)request->shape.m / (double)c.shape.m;
        const double packed_bytes = parts * (double)record->timing.packed_bytes;
        *e = (estimate){.kernel = kernel,
                        .measured_ns = parts * record->timing.min_ns,
                        .memory_ns = request->read_gbps > 0.0 ? packed_bytes / request->read_gbps : 0.0};
    }
    tern_record_free(record);
    free(record);
    return timed;
}

static void explain(const tern_pick_request *request, const estimate *best, const estimate *second, char *reason,
                    size_t bytes)
{
    const tern_shape shape = request->shape;

    reason[0] = '\0';
    tern_text_append(reason, bytes, "%zux%zux%zu should take it %.3g us, %s", shape.m, shape.k, shape.n,
                     1e-3 * slower(best),
                     best->memory_ns > best->measured_ns ? "as long as its packed W takes to come from memory"
                                                         : "as its instructions were timed in cache");
    if (second->kernel != NULL)
        tern_text_append(reason, bytes, "; next %s with %.3g us", second->kernel->name, 1e-3 * slower(second));
}

tern_status tern_pick_kernel(const tern_registry *registry, const tern_pick_request *request,
                             const tern_child_options *child, const tern_kernel **kernel, char *reason, size_t bytes,
                             tern_error *error)
{
    estimate best = {0}, second = {0}, e;
    tern_status status = TERN_OK;

    for (size_t i = 0; i < tern_registry_count(registry) && status == TERN_OK; i++) {
        const tern_kernel *candidate = tern_registry_kernel(registry, i);
        if ((candidate->isa & ~request->isa) != 0 || !try(candidate, request, child, &e, &status, error))
            continue;
        if (best.kernel == NULL || slower(&e) < slower(&best)) {
            second = best;
            best = e;
        } else if (second.kernel == NULL || slower(&e) < slower(&second)) {
            second = e;
        }
    }
    if (status != TERN_OK)
        return status;
    if (best.kernel == NULL)
        return tern_error_set(error, TERN_NOTHING, "no kernel can do %zux%zux%zu here", request->shape.m,
                              request->shape.k, request->shape.n);
    *kernel = best.kernel;
    explain(request, &best, &second, reason, bytes);
    return TERN_OK;
}
