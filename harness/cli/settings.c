#include "cli/settings.h"

#include <stdio.h>
#include <string.h>

_Static_assert((int)TERN_OPTION_LIST <= (int)TERN_SINK_FILES, "every --out jsonl:FILE has its place");

tern_gguf_options tern_settings_gguf(const tern_options *options)
{
    return (tern_gguf_options){.i2s_of_64 = options->i2s_block != NULL && strcmp(options->i2s_block, "64") == 0,
                               .pre = options->pre};
}

tern_session_settings tern_settings_session(const tern_options *options)
{
    return (tern_session_settings){
        .command = options->command,
        .plugin = options->plugins.item,
        .plugins = options->plugins.count,
        .isa = options->isa,
        .side = options->side,
    };
}

tern_environment_settings tern_settings_environment(const tern_options *options)
{
    return (tern_environment_settings){
        .pin = options->pin,
        .counters = options->counters,
        .roofs = !options->no_roofs,
        .strict = options->strict,
        .notes = options->verbose > 0,
    };
}

tern_recording_settings tern_settings_recording(const tern_options *options)
{
    tern_recording_settings settings = {
        .environment = tern_settings_environment(options),
        .sink = {.resume = options->resume},
    };

    for (size_t i = 0; i < options->outputs.count; i++)
        if (options->outputs.item[i].format->line_by_line)
            settings.sink.path[settings.sink.paths++] = options->outputs.item[i].path;
    snprintf(settings.summary, sizeof settings.summary,
             "budget=%g,min_samples=%u,delta=%g,pin=%s,counters=%s,roofs=%s,interleave=%s", options->budget_s,
             (unsigned)options->min_samples, options->delta_percent, options->pin == NULL ? "default" : options->pin,
             options->counters == NULL ? "none" : options->counters, options->no_roofs ? "no" : "yes",
             options->interleave ? "yes" : "no");
    return settings;
}

tern_gate_settings tern_settings_gate(const tern_options *options)
{
    return (tern_gate_settings){
        .recording = tern_settings_recording(options),
        .delta = 0.01 * options->delta_percent,
        .deadline_s = options->deadline_s,
        .strict = options->strict,
        .seed = 1,
        .filter = options->filter,
    };
}
