/*
 * A fuzz target: any bytes as the value of any option of any command. The tables of both say which there are; the first
 * byte chooses the command, and then each line is an option, chosen by its first byte, and its value.
 *
 * What a command keeps as text is read as it reads it. A row of the table that nobody reads here ends the target at
 * once.
 */
#include "base/filter.h"
#include "cli/decode_prompt.h"
#include "cli/invoke.h"
#include "decode/loop/loop.h"
#include "fuzz.h"
#include "machine/isa.h"
#include "machine/pin.h"
#include "measure/counters.h"
#include "model/tokenizer.h"
#include "plan/suite.h"
#include "plan/toggles.h"

enum { LINES = 8 };

static tern_registry *registry;

static tern_status read_filter(const tern_options *options, tern_error *error)
{
    tern_filter filter;
    const tern_status status = tern_filter_compile(&filter, options->filter, error);

    if (status == TERN_OK)
        tern_filter_passes(&filter, "avx2+prefetch=0/4096x4096x1/w=random,x=random,p0=0.42,seed=1/t=2/cold");
    tern_filter_free(&filter);
    return status;
}

static tern_status read_pick(const tern_options *options, tern_error *error)
{
    tern_shape shape = {.n = 1};

    return tern_shape_parse(options->pick, &shape) ? TERN_OK : tern_error_set(error, TERN_USAGE, "no shape");
}

static tern_status read_kernel(const tern_options *options, tern_error *error)
{
    tern_case c;

    return tern_case_parse_kernel(&c, options->kernel, registry, error);
}

static tern_status read_baseline(const tern_options *options, tern_error *error)
{
    tern_case c;

    return tern_case_parse_kernel(&c, options->baseline, registry, error);
}

static tern_status read_toggles(const tern_options *options, tern_error *error)
{
    int32_t value[TERN_LOOP_TOGGLES];

    tern_toggles_init(tern_loop_toggles, value);
    return tern_toggles_set(tern_loop_toggles, "the decode loop", value, options->toggles, error);
}

static tern_status read_threads(const tern_options *options, tern_error *error)
{
    uint32_t threads;

    return tern_options_threads(options, 8, &threads, error);
}

static tern_status read_ids(const tern_options *options, tern_error *error)
{
    tern_options alone = {.ids = options->ids};
    tern_decode_prompt prompt;
    const tern_status status = tern_decode_prompt_read(&prompt, &alone, error);

    tern_decode_prompt_free(&prompt);
    return status;
}

/* A GGUF file of three keys and no tensors: a byte-level vocabulary of one word. */
static const char vocabulary[] = "GGUF\3\0\0\0" /* version 3 */
                                 "\0\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0"
                                 "\x14\0\0\0\0\0\0\0tokenizer.ggml.model" /* a text */
                                 "\x8\0\0\0\4\0\0\0\0\0\0\0gpt2"
                                 "\x15\0\0\0\0\0\0\0tokenizer.ggml.tokens" /* texts, one */
                                 "\x9\0\0\0\x8\0\0\0\1\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0a b"
                                 "\x15\0\0\0\0\0\0\0tokenizer.ggml.merges"
                                 "\x9\0\0\0\x8\0\0\0\1\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0a b";

static tern_status read_pre(const tern_options *options, tern_error *error)
{
    const tern_gguf_options gguf = {.pre = options->pre};
    tern_tokenizer *tokenizer = NULL;
    const tern_status status =
        tern_tokenizer_parse(&tokenizer, "vocabulary", vocabulary, sizeof vocabulary - 1, &gguf, error);

    if (status == TERN_OK)
        tern_tokenizer_free(tokenizer);
    return status;
}

static tern_status read_isa(const tern_options *options, tern_error *error)
{
    uint32_t mask;

    return tern_isa_cap(options->isa, &mask, error);
}

static tern_status read_pin(const tern_options *options, tern_error *error)
{
    static tern_cpu cpu[] = {{.id = 0, .allowed = true}, {.id = 2, .core = 1, .allowed = true}, {.id = 9, .core = 2}};
    const tern_topology topology = {.source = "none", .cpu = cpu, .cpus = 3, .allowed = 2, .cores = 3};
    tern_places places;
    const tern_status status = tern_places_choose(&places, options->pin, &topology, error);

    tern_places_free(&places);
    return status;
}

static tern_status read_counters(const tern_options *options, tern_error *error)
{
    tern_counters counters;

    return tern_counters_parse(&counters, options->counters, error);
}

/* All axes at once, as of a suite of one group. */
static tern_status read_axes(const tern_options *options, tern_error *error)
{
    static tern_axes group;
    tern_suite suite = {.group = &group, .groups = 1};
    tern_status status = TERN_OK;

    for (size_t i = 0; i < options->axes.count && status == TERN_OK; i++)
        status = tern_suite_override(&suite, options->axes.name[i], options->axes.values[i], registry, error);
    return status;
}

/* What is in a file, a model or a revision is another target's, or a program's that it is given to. */
static bool names_something(const tern_option *option)
{
    static const char *const arguments[] = {"FILE", "DIR", "FOLDER", "MODEL", "SIDE", "TEXT"};

    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
        if (strcmp(option->argument, arguments[i]) == 0)
            return true;
    return false;
}

#define AT(member) offsetof(tern_options, member)

static const struct {
    size_t at;
    tern_status (*read)(const tern_options *options, tern_error *error);
} readers[] = {
    {AT(filter), read_filter},     {AT(pick), read_pick},       {AT(kernel), read_kernel},
    {AT(baseline), read_baseline}, {AT(toggles), read_toggles}, {AT(threads), read_threads},
    {AT(ids), read_ids},           {AT(isa), read_isa},         {AT(pin), read_pin},
    {AT(counters), read_counters}, {AT(axes), read_axes},       {AT(pre), read_pre},
};

static bool is_text(const tern_option *option)
{
    return option->set == tern_option_set_text || option->set == tern_option_add_text ||
           option->set == tern_option_add_axis || option->set == tern_option_add_set;
}

static void read_value(const tern_option *option, const tern_options *options)
{
    tern_error error = {""};

    if (!is_text(option) || option->argument == NULL || names_something(option))
        return;
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (readers[i].at == option->at) {
            fuzz_is_ok(readers[i].read(options, &error), &error);
            return;
        }
    fprintf(stderr, "nothing here reads --%s: give it a row in fuzz_options.c\n", option->name);
    abort();
}

static void read_line(const tern_command *command, char **line, size_t lines)
{
    static char program[] = "ternbench command", file[] = "FILE";
    char *argv[2 + LINES + TERN_OPTION_LIST] = {program}, *word[LINES]; /* argp moves them about in argv */
    const tern_option *said[LINES];
    tern_options options;
    tern_error error = {""};
    size_t heeded = 0;
    int argc = 1;

    while (command->heeds[heeded] != TERN_OPTION_KEYS)
        heeded++;
    lines = heeded == 0 ? 0 : lines;
    for (size_t i = 0; i < lines; i++) {
        said[i] = &tern_option_table[command->heeds[(unsigned char)line[i][0] % heeded]];
        if (asprintf(&word[i], "--%s%s%s", said[i]->name, said[i]->argument != NULL ? "=" : "",
                     said[i]->argument != NULL && line[i][0] != '\0' ? line[i] + 1 : "") < 0)
            abort();
        argv[argc++] = word[i];
    }
    for (size_t i = 0; i < command->least; i++)
        argv[argc++] = file;
    if (fuzz_is_ok(tern_invoke_parse(command, argc, argv, &options, &error), &error))
        for (size_t i = 0; i < lines; i++)
            read_value(said[i], &options);
    for (size_t i = 0; i < lines; i++)
        free(word[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t bytes)
{
    char *text = fuzz_text(input, bytes), *rest = text + (bytes > 0), *line[LINES];
    size_t commands = 0, lines = 0;

    if (registry == NULL && tern_registry_new(&registry, NULL) != TERN_OK)
        abort();
    while (tern_commands[commands].name != NULL)
        commands++;
    while (lines < LINES && (line[lines] = strsep(&rest, "\n")) != NULL)
        lines++;
    read_line(&tern_commands[(unsigned char)text[0] % commands], line, lines);
    free(text);
    return 0;
}
