#include "run/decode_kernels.h"

#include "base/text.h"
#include "check/check.h"
#include "run/picker.h"

#include <inttypes.h>
#include <string.h>

double tern_decode_kernels_deadline_s(const tern_decode_job *job, const tern_geometry *geometry)
{
    const double tokens = (double)job->repetitions * job->sequences * (job->prompt_tokens + job->new_tokens) +
                          2.0 * job->compare_cache * (job->prompt_tokens + job->compare_cache);

    return 300.0 + tokens * (double)tern_geometry_ternary_weights(geometry) / 5e7;
}

tern_status tern_decode_kernels_look(tern_decode_job *job, tern_geometry *geometry, tern_parts *parts, char *source,
                                     size_t bytes, tern_error *error)
{
    tern_weights weights = {0};
    tern_status status = tern_job_weights(job, &weights, error);

    *parts = (tern_parts){0};
    if (status == TERN_OK)
        status = tern_parts_new(parts, &weights, error);
    *geometry = weights.geometry;
    tern_text_copy(source, bytes, weights.source);
    tern_weights_close(&weights);
    if (status == TERN_OK && job->context == 0)
        job->context = geometry->context;
    return status;
}

tern_status tern_decode_kernels_permit(const tern_session *session, const tern_case *kernel, tern_error *error)
{
    if (kernel->kernel == NULL)
        return TERN_OK;
    const tern_status status = tern_session_permit(session, kernel->kernel, error);
    if (status == TERN_OK && !tern_case_huge_pages(kernel))
        return tern_error_set(error, TERN_USAGE,
                              "kernel '%s': the pages of decode are a toggle of the loop; say --set huge_pages=0",
                              kernel->kernel->name);
    return status;
}

/* A product of a layer as a problem: the weights of a model come from memory. */
static tern_case product_of(const tern_decode_job *job, const tern_geometry *geometry, const tern_part *part,
                            size_t tokens)
{
    tern_case c = job->kernel;

    c.shape = tern_part_shape(geometry, part, tokens);
    c.data = (tern_data){.p0 = job->p0, .seed = job->seed};
    c.threads = job->threads;
    c.cache = TERN_COLD;
    return c;
}

static double weights_of(const tern_case *c)
{
    return (double)c->shape.m * (double)c->shape.k;
}

tern_workload tern_decode_kernels_workload(const tern_decode_job *job, const tern_geometry *geometry,
                                           const tern_parts *parts)
{
    const tern_part *up = &parts->part[parts->first[TERN_LINEAR_GATE_UP]];
    const tern_part *down = &parts->part[parts->first[TERN_LINEAR_DOWN]];
    const uint32_t block = job->block < job->prompt_tokens ? job->block : job->prompt_tokens;
    const tern_case step_up = product_of(job, geometry, up, job->sequences);
    const tern_case step_down = product_of(job, geometry, down, job->sequences);
    const tern_case prompt = product_of(job, geometry, up, block);
    const double blocks = block == 0 ? 0.0 : (double)job->sequences * job->prompt_tokens / block;
    tern_workload workload = {.problems = 0};

    tern_text_append(workload.id, sizeof workload.id,
                     "auto/decode/%s/prompt=%" PRIu32 ",tokens=%" PRIu32 ",sequences=%" PRIu32 ",block=%" PRIu32
                     ",t=%" PRIu32,
                     job->model, job->prompt_tokens, job->new_tokens, job->sequences, job->block, job->threads);
    tern_workload_add(&workload, &step_up, job->new_tokens);
    tern_workload_add(&workload, &step_down, job->new_tokens);
    tern_workload_add(&workload, &prompt, blocks * (1.0 + weights_of(&step_down) / weights_of(&step_up)));
    return workload;
}

tern_status tern_decode_kernels_choose(tern_recording *recording, tern_decode_job *job, const tern_geometry *geometry,
                                       const tern_parts *parts, char *reason, size_t bytes, tern_error *error)
{
    const tern_picker picker = {
        .session = recording->session, .environment = &recording->environment, .activity = &recording->activity};
    tern_tried chosen = {0};
    tern_case best;

    if (job->kernel.kernel != NULL)
        return TERN_OK;
    const tern_workload workload = tern_decode_kernels_workload(job, geometry, parts);
    const tern_status status = tern_picker_pick(&picker, &workload, &best, &chosen, error);
    if (status != TERN_OK)
        return status;
    job->kernel = best;
    tern_text_copy(reason, bytes, chosen.reason);
    return TERN_OK;
}

tern_status tern_decode_kernels_check(tern_recording *recording, const tern_decode_job *job,
                                      const tern_geometry *geometry, const tern_parts *parts, tern_finding *finding,
                                      tern_error *error)
{
    tern_activity *activity = &recording->activity;
    const tern_child_options child = tern_activity_child(activity, tern_decode_kernels_deadline_s(job, geometry));
    tern_checker *checker = NULL;
    tern_shape shape = {0};
    tern_status status = tern_checker_new(&checker, error);

    memset(finding, 0, sizeof *finding);
    tern_activity_say(activity, "checking the kernel on the model's shapes");
    for (size_t i = 0; i < parts->count && status == TERN_OK && finding->verdict == TERN_EXACT; i++) {
        tern_case product = product_of(job, geometry, &parts->part[i], 1);
        if (i > 0 && memcmp(&product.shape, &shape, sizeof shape) == 0)
            continue;
        shape = product.shape;
        product.cache = TERN_CHECK_ONLY;
        status = tern_check_case(checker, &product, &child, finding, error);
    }
    tern_checker_free(checker);
    return status;
}

/* The portable kernel with packed weights that this one goes back to; NULL when it is portable itself. */
static const tern_kernel *find_origin(const tern_registry *registry, const tern_kernel *kernel)
{
    const tern_kernel *origin = kernel;

    while (origin != NULL && origin->isa != 0)
        origin = origin->refines == NULL ? NULL : tern_registry_find(registry, origin->refines);
    return origin == kernel ? NULL : origin;
}

tern_status tern_decode_kernels_plain(const tern_session *session, const tern_registry *kernels,
                                      const tern_case *kernel, const char *name, tern_case *plain, tern_error *error)
{
    const tern_kernel *origin = find_origin(kernels, kernel->kernel);

    memset(plain, 0, sizeof *plain);
    if (name == NULL && origin != NULL)
        tern_case_init(plain, origin);
    if (name == NULL)
        return TERN_OK;
    const tern_status status = tern_case_parse_kernel(plain, name, kernels, error);
    if (status == TERN_OK && plain->kernel == NULL)
        return tern_error_set(error, TERN_USAGE, "--baseline takes a kernel, not '%s'", name);
    return status == TERN_OK ? tern_decode_kernels_permit(session, plain, error) : status;
}
