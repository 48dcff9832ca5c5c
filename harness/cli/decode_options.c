#include "cli/decode_options.h"

#include "base/text.h"
#include "decode/loop/loop.h"
#include "record/decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_PROMPT = 512,
    KEY_IDS,
    KEY_TEXT,
    KEY_CONTEXT,
    KEY_SEQUENCES,
    KEY_BLOCK,
    KEY_REPETITIONS,
    KEY_COMPARE_CACHE,
    KEY_SEED,
    KEY_P0,
    KEY_TEMPERATURE,
    KEY_TOP_K,
    KEY_TOP_P,
    KEY_TARGET,
    KEY_MEMORY,
    KEY_BASELINE,
    KEY_SET
};

static const struct argp_option table[] = {
    {NULL, 0, NULL, 0, "What runs", 1},
    {"model", 'm', "MODEL", 0, "a model of suites/ by name, a .model file or a .gguf file (default: bitnet-7b)", 1},
    {"kernel", 'k', "NAME[+TOGGLE=N,..]", 0, "of every linear layer (default: auto, the fastest on the model's shapes)",
     1},
    {"threads", 't', "N", 0, "a number, or all (the default)", 1},
    {"set", KEY_SET, "TOGGLE=N,..", 0, "toggles of the loop, listed below", 1},
    {"seed", KEY_SEED, "N", 0, "of weights, prompt and sampling (default: 1)", 1},
    {"p0", KEY_P0, "SHARE", 0, "share of zeros in seeded weights (default: 0.42)", 1},
    {"baseline", KEY_BASELINE, "NAME", 0,
     "kernel to compare with, one thread, a few layers; none (default: the portable one that the kernel goes back to)",
     1},
    {NULL, 0, NULL, 0, "How much", 2},
    {"prompt", KEY_PROMPT, "N", 0, "tokens of a seeded prompt (default: 16)", 2},
    {"prompt-ids", KEY_IDS, "ID,..", 0, "the prompt as token ids", 2},
    {"prompt-text", KEY_TEXT, "TEXT", 0, "the prompt as text, for a GGUF file with a vocabulary", 2},
    {"tokens", 'n', "N", 0, "steps after the prompt (default: 32)", 2},
    {"context", KEY_CONTEXT, "N", 0, "slots of the KV ring (default: the model's)", 2},
    {"sequences", KEY_SEQUENCES, "N", 0, "decoded together (default: 1)", 2},
    {"block", KEY_BLOCK, "N", 0, "tokens of a prompt that go through the layers together (default: 256)", 2},
    {"repetitions", KEY_REPETITIONS, "N", 0, "of prompt and steps; the fastest counts, all are told (default: 1)", 2},
    {"compare-cache", KEY_COMPARE_CACHE, "N", 0, "decode N tokens again without the KV cache and compare", 2},
    {NULL, 0, NULL, 0, "What comes out", 3},
    {NULL, 0, NULL, 0, "Choice of tokens", 4},
    {"temperature", KEY_TEMPERATURE, "T", 0, "0 takes the likeliest (default)", 4},
    {"top-k", KEY_TOP_K, "K", 0, "among the K likeliest (default: 0, all)", 4},
    {"top-p", KEY_TOP_P, "P", 0, "among those that reach probability P together (default: 1, all)", 4},
    {NULL, 0, NULL, 0, "What it is compared with", 5},
    {"target", KEY_TARGET, "TOK/S", 0, "print the share of it", 5},
    {"budget", KEY_MEMORY, "MB", 0, "of memory: print the share of it", 5},
    {0},
};

static uint64_t whole(const char *text, uint64_t low, uint64_t high, struct argp_state *state)
{
    uint64_t value;

    if (!tern_text_u64(text, low, high, &value))
        argp_error(state, "'%s' is not a number from %llu to %llu", text, (unsigned long long)low,
                   (unsigned long long)high);
    return value;
}

static double real(const char *text, double low, double high, struct argp_state *state)
{
    double value;

    if (!tern_text_double(text, low, high, &value))
        argp_error(state, "'%s' is not a number from %g to %g", text, low, high);
    return value;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    tern_decode_options *o = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        break;
    case 'm':
        o->model = text;
        break;
    case 'k':
        o->kernel = text;
        break;
    case 't':
        o->threads = text;
        break;
    case KEY_SET:
        o->toggles = text;
        break;
    case KEY_SEED:
        o->seed = whole(text, 0, INT64_MAX, state);
        break;
    case KEY_P0:
        o->p0 = real(text, 0.0, 1.0, state);
        break;
    case KEY_BASELINE:
        o->baseline = text;
        break;
    case KEY_PROMPT:
        o->prompt = (uint32_t)whole(text, 1, 1 << 20, state);
        break;
    case KEY_IDS:
        o->ids = text;
        break;
    case KEY_TEXT:
        o->text = text;
        break;
    case 'n':
        o->tokens = (uint32_t)whole(text, 1, TERN_DECODE_TOKENS - 1, state);
        break;
    case KEY_CONTEXT:
        o->context = (uint32_t)whole(text, 1, 1 << 20, state);
        break;
    case KEY_SEQUENCES:
        o->sequences = (uint32_t)whole(text, 1, 1024, state);
        break;
    case KEY_BLOCK:
        o->block = (uint32_t)whole(text, 1, 8192, state);
        break;
    case KEY_REPETITIONS:
        o->repetitions = (uint32_t)whole(text, 1, TERN_DECODE_REPETITIONS, state);
        break;
    case KEY_COMPARE_CACHE:
        o->compare_cache = (uint32_t)whole(text, 2, TERN_DECODE_TOKENS - 1, state);
        break;
    case KEY_TEMPERATURE:
        o->sampler.temperature = real(text, 0.0, 1e3, state);
        break;
    case KEY_TOP_K:
        o->sampler.top_k = (uint32_t)whole(text, 0, UINT32_MAX, state);
        break;
    case KEY_TOP_P:
        o->sampler.top_p = real(text, 0.0, 1.0, state);
        break;
    case KEY_TARGET:
        o->target = real(text, 0.0, 1e9, state);
        break;
    case KEY_MEMORY:
        o->budget_mb = real(text, 0.0, 1e9, state);
        break;
    case ARGP_KEY_ARG:
        argp_error(state, "'%s' is no option; a model is named with --model", text);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* The toggles of the loop, at the end of --help. */
static char *add_toggles(int key, const char *text, void *input)
{
    char *help = NULL;
    size_t bytes;

    (void)input;
    if (key != ARGP_KEY_HELP_EXTRA)
        return (char *)(uintptr_t)text;
    FILE *stream = open_memstream(&help, &bytes);
    if (stream == NULL)
        return NULL;
    fputs("Toggles of the loop:\n", stream);
    for (const tern_toggle *t = tern_loop_toggles; t->name != NULL; t++)
        fprintf(stream, "  %-12s %s (%d)\n", t->name, t->summary, t->initial);
    fclose(stream);
    return help;
}

void tern_decode_options_parse(tern_decode_options *options, int argc, char **argv)
{
    static const struct argp_child children[] = {{&tern_options_common, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        table,    parse,
        NULL,     "Runs a whole BitNet b1.58 model: tokens a second, where they go, in how much memory.",
        children, add_toggles,
        NULL};

    memset(options, 0, sizeof *options);
    tern_options_init(&options->common);
    options->common.format = tern_report_find("decode");
    options->model = "bitnet-7b";
    options->kernel = "auto";
    options->threads = "all";
    options->prompt = 16;
    options->tokens = 32;
    options->sequences = 1;
    options->block = 256;
    options->repetitions = 1;
    options->seed = 1;
    options->p0 = 0.42;
    options->sampler.top_p = 1.0;
    argp_err_exit_status = TERN_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, options);
}
