/*
 * ternbench decode: a whole model, token by token.
 */
#include "cli/command.h"
#include "cli/decode_job.h"
#include "cli/decoding.h"
#include "cli/settings.h"

#include <string.h>

int tern_command_decode(const tern_options *given, tern_error *error)
{
    static const tern_decode_length length = {.prompt = 16, .tokens = 32};
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
        status = tern_decode_job_make(&settings.job, &options, &prompt, &length, &session, error);
    const int exit_status =
        status == TERN_OK ? tern_decoding_run(&options, &settings, &session, prompt.tokenizer, error) : (int)status;
    tern_decode_prompt_free(&prompt);
    tern_session_close(&session);
    return exit_status;
}
