#include "cli/decode_job.h"

#include "cli/settings.h"
#include "cli/together.h"

#include "plan/toggles.h"

#include <string.h>

static tern_status parse_toggles(int32_t *value, const char *text, tern_error *error)
{
    tern_status status = TERN_OK;

    tern_toggles_init(tern_loop_toggles, value);
    if (text != NULL)
        status = tern_toggles_set(tern_loop_toggles, "the decode loop", value, text, error);
    const char *fault = tern_loop_fault(value);
    return status == TERN_OK && fault != NULL ? tern_error_set(error, TERN_USAGE, "%s", fault) : status;
}

/* A prompt that was given is as long as it is. */
static uint32_t prompt_tokens(const tern_options *o, const tern_decode_prompt *prompt, const tern_decode_length *length)
{
    if (prompt->id != NULL)
        return prompt->count;
    return o->prompt != TERN_UNSAID ? o->prompt : length->prompt;
}

tern_status tern_decode_job_make(tern_decode_job *job, const tern_options *o, const tern_decode_prompt *prompt,
                                 const tern_decode_length *length, const tern_session *session, tern_error *error)
{
    tern_status status;

    *job = (tern_decode_job){.model = o->model,
                             .i2s_block = tern_settings_gguf(o).i2s_of_64 ? 64 : 0,
                             .seed = o->seed,
                             .p0 = o->p0,
                             .layers = o->layers,
                             .context = o->context,
                             .sequences = o->sequences,
                             .block = o->block,
                             .repetitions = o->repetitions,
                             .prompt = prompt->id,
                             .prompt_tokens = prompt_tokens(o, prompt, length),
                             .new_tokens = o->tokens != TERN_UNSAID ? o->tokens : length->tokens,
                             .compare_cache = o->compare_cache,
                             .sampler = o->choice};
    if (job->prompt_tokens == 0 && job->new_tokens == 0)
        return tern_error_set(error, TERN_USAGE, "--prompt 0 and --tokens 0 together leave nothing to run");
    job->sampler.seed = o->seed;
    if ((status = tern_together_check_model(o, o->model, error)) != TERN_OK ||
        (status = parse_toggles(job->toggle, o->toggles, error)) != TERN_OK ||
        (status = tern_options_threads(o, session->threads_all, &job->threads, error)) != TERN_OK)
        return status;
    return tern_case_parse_kernel(&job->kernel, o->kernel, session->registry, error);
}
