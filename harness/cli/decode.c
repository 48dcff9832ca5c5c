/*
 * ternbench decode: a whole model, token by token.
 */
#include "cli/command.h"
#include "cli/decode_prompt.h"
#include "cli/decoding.h"
#include "cli/settings.h"

#include "base/text.h"
#include "plan/toggles.h"

#include <string.h>

static tern_status parse_threads(const tern_session *session, const char *text, uint32_t *threads, tern_error *error)
{
    uint64_t value;

    *threads = session->threads_all;
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

static tern_status make_job(tern_decode_job *job, const tern_options *o, const tern_decode_prompt *prompt,
                            const tern_session *session, tern_error *error)
{
    tern_status status;

    *job = (tern_decode_job){.model = o->model,
                             .seed = o->seed,
                             .p0 = o->p0,
                             .context = o->context,
                             .sequences = o->sequences,
                             .block = o->block,
                             .repetitions = o->repetitions,
                             .prompt = prompt->id,
                             .prompt_tokens = prompt->id != NULL ? prompt->count : o->prompt,
                             .new_tokens = o->tokens,
                             .compare_cache = o->compare_cache,
                             .sampler = o->choice};
    job->sampler.seed = o->seed;
    if ((status = parse_toggles(job->toggle, o->toggles, error)) != TERN_OK ||
        (status = parse_threads(session, o->threads, &job->threads, error)) != TERN_OK)
        return status;
    return tern_case_parse_kernel(&job->kernel, o->kernel, session->registry, error);
}

int tern_command_decode(const tern_options *given, tern_error *error)
{
    const tern_session_settings session_settings = tern_settings_session(given);
    const bool wants_none = given->baseline != NULL && strcmp(given->baseline, "none") == 0;
    tern_decode_settings settings = {
        .with_baseline = !wants_none,
        .baseline = given->baseline,
        .target_tokens_per_s = given->target,
        .budget_bytes = (uint64_t)(1e6 * given->memory_mb),
    };
    tern_options options = *given;
    tern_session session;
    tern_decode_prompt prompt = {0};
    tern_status status = tern_session_open(&session, &session_settings, error);

    tern_options_settle(&options, tern_report_find("decode"), 0.0);
    if (status == TERN_OK)
        status = tern_decode_prompt_read(&prompt, &options, error);
    if (status == TERN_OK)
        status = make_job(&settings.job, &options, &prompt, &session, error);
    const int exit_status =
        status == TERN_OK ? tern_decoding_run(&options, &settings, &session, prompt.tokenizer, error) : (int)status;
    tern_decode_prompt_free(&prompt);
    tern_session_close(&session);
    return exit_status;
}
