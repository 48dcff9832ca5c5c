#include "cli/decode_job.h"

#include "base/text.h"
#include "plan/toggles.h"

#include <string.h>

static tern_status parse_threads(const tern_session *session, const char *text, uint32_t *threads, tern_error *error)
{
    uint64_t value;

    *threads = session->plan.threads_all;
    if (strcmp(text, "all") == 0)
        return TERN_OK;
    if (!tern_text_u64(text, 1, TERN_MAX_THREADS, &value))
        return tern_error_set(error, TERN_USAGE, "--threads takes 'all' or a number up to %d, not '%s'",
                              TERN_MAX_THREADS, text);
    *threads = (uint32_t)value;
    return TERN_OK;
}

static tern_status parse_toggles(int32_t *value, const char *text, tern_error *error)
{
    tern_status status = TERN_OK;

    tern_toggles_init(tern_loop_toggles, value);
    if (text != NULL)
        status = tern_toggles_set(tern_loop_toggles, "the decode loop", value, text, error);
    const char *fault = tern_loop_fault(value);
    return status == TERN_OK && fault != NULL ? tern_error_set(error, TERN_USAGE, "%s", fault) : status;
}

tern_status tern_decode_job_kernel(const tern_session *session, const char *name, tern_case *kernel, tern_error *error)
{
    char copy[TERN_ID_BYTES], *toggles = copy;

    tern_text_copy(copy, sizeof copy, name);
    const char *plain = strsep(&toggles, "+");
    const tern_kernel *found = tern_registry_find(session->registry, plain);
    if (found == NULL)
        return tern_error_set(error, TERN_USAGE, "there is no kernel '%s'; `ternbench kernels` lists them", plain);
    if ((found->isa & ~session->plan.isa) != 0)
        return tern_error_set(error, TERN_ENVIRONMENT, "kernel '%s' needs more than --isa %s on this processor allows",
                              plain, session->options->isa);
    tern_case_init(kernel, found);
    const tern_status status = toggles == NULL ? TERN_OK : tern_case_set_toggles(kernel, toggles, error);
    if (status == TERN_OK && !tern_case_huge_pages(kernel))
        return tern_error_set(error, TERN_USAGE,
                              "'%s': the pages of decode are a toggle of the loop; say --set huge_pages=0", name);
    return status;
}

tern_status tern_decode_job_make(tern_decode_job *job, const tern_options *o, const tern_session *session,
                                 tern_error *error)
{
    tern_status status;

    *job = (tern_decode_job){.model = o->model,
                             .seed = o->seed,
                             .p0 = o->p0,
                             .isa = session->plan.isa,
                             .context = o->context,
                             .sequences = o->sequences,
                             .block = o->block,
                             .repetitions = o->repetitions,
                             .prompt_tokens = o->prompt,
                             .new_tokens = o->tokens,
                             .compare_cache = o->compare_cache,
                             .sampler = o->choice};
    job->sampler.seed = o->seed;
    if ((status = parse_toggles(job->toggle, o->toggles, error)) != TERN_OK ||
        (status = parse_threads(session, o->threads, &job->threads, error)) != TERN_OK)
        return status;
    return strcmp(o->kernel, "auto") == 0 ? TERN_OK : tern_decode_job_kernel(session, o->kernel, &job->kernel, error);
}
