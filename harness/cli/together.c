#include "cli/together.h"

#include "cli/settings.h"
#include "model/blocks.h"
#include "model/geometry.h"

#include <string.h>

/* Of a command, or of any. */
static const struct {
    const char *command;
    tern_option_key option, other;
    bool needed; /* the option has an effect only with the other; false: none beside it */
} rules[] = {
    {NULL, TERN_OPTION_HOT, TERN_OPTION_COLD, false},
    {NULL, TERN_OPTION_TOP_K, TERN_OPTION_TEMPERATURE, true},
    {NULL, TERN_OPTION_TOP_P, TERN_OPTION_TEMPERATURE, true},
    {NULL, TERN_OPTION_PRE, TERN_OPTION_PROMPT_TEXT, true},
    {NULL, TERN_OPTION_PROMPT_TEXT, TERN_OPTION_PROMPT_IDS, false},
    {NULL, TERN_OPTION_PROMPT, TERN_OPTION_PROMPT_IDS, false},
    {NULL, TERN_OPTION_PROMPT, TERN_OPTION_PROMPT_TEXT, false},
    {"check", TERN_OPTION_DEEP, TERN_OPTION_NO_EDGES, false},
    {"bisect", TERN_OPTION_DELTA, TERN_OPTION_OPTIMISATION, false},
    {"bisect", TERN_OPTION_STRICT, TERN_OPTION_OPTIMISATION, false},
    {"kernels", TERN_OPTION_KERNELS_FORM, TERN_OPTION_PICK, false},
    {"kernels", TERN_OPTION_PIN, TERN_OPTION_PICK, true},
    {"kernels", TERN_OPTION_NO_ROOFS, TERN_OPTION_PICK, true},
    {"kernels", TERN_OPTION_STRICT, TERN_OPTION_PICK, true},
    {"kernels", TERN_OPTION_QUIET, TERN_OPTION_PICK, true},
    {"history check", TERN_OPTION_DEADLINE, TERN_OPTION_UNCONFIRMED, false},
    {"history check", TERN_OPTION_ISA, TERN_OPTION_UNCONFIRMED, false},
    {"history check", TERN_OPTION_PIN, TERN_OPTION_UNCONFIRMED, false},
    {"history check", TERN_OPTION_STRICT, TERN_OPTION_UNCONFIRMED, false},
    {"history check", TERN_OPTION_QUIET, TERN_OPTION_UNCONFIRMED, false},
    {"machine", TERN_OPTION_PIN, TERN_OPTION_CLASS, false},
    {"machine", TERN_OPTION_NO_ROOFS, TERN_OPTION_CLASS, false},
    {"machine", TERN_OPTION_STRICT, TERN_OPTION_CLASS, false},
    {"machine", TERN_OPTION_QUIET, TERN_OPTION_CLASS, false},
    {"machine", TERN_OPTION_VERBOSE, TERN_OPTION_CLASS, false},
};

tern_status tern_together_check(const tern_command *command, const tern_options *options, tern_error *error)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const char *name = tern_option_table[rules[i].option].name, *other = tern_option_table[rules[i].other].name;
        if ((rules[i].command != NULL && strcmp(rules[i].command, command->name) != 0) ||
            !options->said[rules[i].option] || options->said[rules[i].other] == rules[i].needed)
            continue;
        return rules[i].needed ? tern_error_set(error, TERN_USAGE, "--%s has no effect without --%s", name, other)
                               : tern_error_set(error, TERN_USAGE, "--%s does not go with --%s", name, other);
    }
    return TERN_OK;
}

tern_status tern_together_check_decode_id(const tern_options *options, tern_error *error)
{
    static const tern_option_key of_cases[] = {TERN_OPTION_DEADLINE,  TERN_OPTION_TOTAL,  TERN_OPTION_RESUME,
                                               TERN_OPTION_COUNTERS,  TERN_OPTION_BUDGET, TERN_OPTION_MIN_SAMPLES,
                                               TERN_OPTION_INTERLEAVE};

    for (size_t i = 0; i < sizeof of_cases / sizeof *of_cases; i++)
        if (options->said[of_cases[i]])
            return tern_error_set(error, TERN_USAGE, "--%s is for cases; the id of a decode run does not take it",
                                  tern_option_table[of_cases[i]].name);
    return TERN_OK;
}

/* Of either size of blocks. */
static bool has_i2s(const tern_gguf *gguf)
{
    for (size_t i = 0; i < gguf->tensors; i++)
        if (gguf->tensor[i].type == TERN_BLOCK_I2_S || gguf->tensor[i].type == TERN_BLOCK_I2_S_OF_64)
            return true;
    return false;
}

static tern_status check_i2s(const tern_options *options, const char *path, tern_error *error)
{
    const tern_gguf_options gguf_options = tern_settings_gguf(options);
    tern_gguf gguf;
    tern_status status = tern_gguf_open(&gguf, path, &gguf_options, error);

    if (status == TERN_OK && !has_i2s(&gguf))
        status = tern_error_set(error, TERN_USAGE, "--i2s-block has no effect on %s, which has no tensor of type i2_s",
                                path);
    tern_gguf_close(&gguf);
    return status;
}

tern_status tern_together_check_model(const tern_options *options, const char *model, tern_error *error)
{
    tern_geometry geometry;

    if (tern_gguf_is_file(model) && options->said[TERN_OPTION_P0])
        return tern_error_set(error, TERN_USAGE,
                              "--p0 has no effect on %s: the weights of a GGUF file are what they are", model);
    if (!options->said[TERN_OPTION_I2S_BLOCK])
        return TERN_OK;
    if (tern_gguf_is_file(model))
        return check_i2s(options, model, error);
    const tern_status status = tern_geometry_read(&geometry, model, error);
    return status != TERN_OK
               ? status
               : tern_error_set(error, TERN_USAGE,
                                "--i2s-block has no effect on model %s, whose weights are seeded; it is for a GGUF "
                                "file with tensors of type i2_s",
                                geometry.name);
}
