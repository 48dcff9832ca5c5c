#include "cli/together.h"

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
    {"bisect", TERN_OPTION_DELTA, TERN_OPTION_OPTIMISATION, false},
    {"bisect", TERN_OPTION_STRICT, TERN_OPTION_OPTIMISATION, false},
    {"kernels", TERN_OPTION_KERNELS_FORM, TERN_OPTION_PICK, false},
    {"kernels", TERN_OPTION_PIN, TERN_OPTION_PICK, true},
    {"kernels", TERN_OPTION_NO_ROOFS, TERN_OPTION_PICK, true},
    {"kernels", TERN_OPTION_STRICT, TERN_OPTION_PICK, true},
    {"kernels", TERN_OPTION_QUIET, TERN_OPTION_PICK, true},
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
