#include "cli/options.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    KEY_FILTER = 256,
    KEY_LIST,
    KEY_SEED,
    KEY_ISA,
    KEY_COLD,
    KEY_HOT,
    KEY_FORMAT,
    KEY_PLUGIN,
    KEY_STRICT,
    KEY_RESUME,
    KEY_DEADLINE,
    KEY_BUDGET,
    KEY_INTERLEAVE,
    KEY_TOTAL,
    KEY_SAMPLES,
    KEY_SET,
    KEY_NO_EDGES,
    KEY_PIN,
    KEY_COMPARE,
    KEY_PICK,
    KEY_NO_ROOFS,
    KEY_COUNTERS
};

static const struct argp_option case_table[] = {
    {NULL, 0, NULL, 0, "Which cases", 1},
    {"filter", KEY_FILTER, "REGEX", 0, "only cases whose id matches; a leading '-' negates", 1},
    {"list", KEY_LIST, NULL, 0, "print the ids and run nothing", 1},
    {"threads", 't', "N,..", 0, "thread counts instead of the suite's; 'all' = every CPU allowed", 1},
    {"hot", KEY_HOT, NULL, 0, "one W, read again and again", 1},
    {"cold", KEY_COLD, NULL, 0, "a ring of copies of W larger than the last-level cache", 1},
    {"seed", KEY_SEED, "N", 0, "seed of the data instead of the suite's", 1},
    {"set", KEY_SET, "AXIS=VALUES", 0, "replace any axis of the suites", 1},
    {"pick", KEY_PICK, "MxKxN", 0, "kernels: which is the fastest for this shape here, and why", 1},
    {"no-edges", KEY_NO_EDGES, NULL, 0, "check the suite's own shapes only", 1},
    {NULL, 0, NULL, 0, "How they run", 2},
    {"counters", KEY_COUNTERS, "NAME,..", 0,
     "count events by libpfm4's names, presets (default, cache, branch), or step: exact instructions of one call", 2},
    {"deadline", KEY_DEADLINE, "SECONDS", 0,
     "after which a case is a TIMEOUT, beside what its size needs (default: 10)", 2},
    {"budget", KEY_BUDGET, "SECONDS", 0, "for the samples of one case (default: 1)", 2},
    {"interleave", KEY_INTERLEAVE, NULL, 0,
     "sample cases that differ in kernel and toggles alone in turns, and their roofs with them", 2},
    {"total", KEY_TOTAL, "SECONDS", 0, "for the whole run; what is left can be run with --resume", 2},
    {"min-samples", KEY_SAMPLES, "N", 0, "at least that many, if the budget allows (default: 15)", 2},
    {"benchmark_filter", KEY_FILTER, "REGEX", OPTION_HIDDEN, NULL, 2},
    {"benchmark_list_tests", KEY_LIST, NULL, OPTION_HIDDEN, NULL, 2},
    {NULL, 0, NULL, 0, "What comes out", 3},
    {"compare", KEY_COMPARE, NULL, 0, "report: the second file against the first, case by case", 3},
    {"resume", KEY_RESUME, NULL, 0, "go on where the jsonl file ends", 3},
    {0},
};

/* What every subcommand that measures has. */
static const struct argp_option common_table[] = {
    {"isa", KEY_ISA, "CAP", 0, "use no instruction set above CAP (scalar, avx2, avx512, ...)", 1},
    {"plugin", KEY_PLUGIN, "FILE", 0, "add the kernels of a shared object", 1},
    {"pin", KEY_PIN, "HOW", 0, "compact, spread, none, or a list of CPUs (default: compact)", 2},
    {"no-roofs", KEY_NO_ROOFS, NULL, 0, "do not measure the machine's limits, some seconds a thread count", 2},
    {"out", 'o', "FORMAT:FILE", 0, "write records to FILE as well; jsonl is written case by case (repeatable)", 3},
    {"format", KEY_FORMAT, "FORMAT", 0,
     "what standard output gets, one of the formats of --out (default: table; decode: decode); machine, kernels: json",
     3},
    {"strict", KEY_STRICT, NULL, 0, "refuse a machine whose state would spoil the figures (exit 4)", 3},
    {"quiet", 'q', NULL, 0, "no progress", 3},
    {"verbose", 'v', NULL, 0, "a line for every case", 3},
    {0},
};

static void add_override(tern_options *options, struct argp_state *state, const char *axis, const char *values)
{
    if (options->overrides == TERN_OPTION_LIST)
        argp_error(state, "more than %d axes are replaced", TERN_OPTION_LIST);
    options->override_axis[options->overrides] = axis;
    options->override_values[options->overrides++] = values;
}

/* Takes "AXIS=VALUES" apart, in place. */
static void add_set(tern_options *options, struct argp_state *state, char *text)
{
    char *equals = strchr(text, '=');

    if (equals == NULL)
        argp_error(state, "--set takes AXIS=VALUES, not '%s'", text);
    *equals = '\0';
    add_override(options, state, text, equals + 1);
}

static const tern_report *find_format(const char *name, struct argp_state *state)
{
    const tern_report *format = tern_report_find(name);
    char names[256] = "";

    if (format != NULL)
        return format;
    for (const tern_report *report = tern_reports; report->name != NULL; report++)
        tern_text_append(names, sizeof names, " %s", report->name);
    argp_error(state, "unknown format '%s'; there are%s", name, names);
    return NULL;
}

static const char *find_form(const char *const *forms, const char *name, struct argp_state *state)
{
    char names[256] = "";

    for (; *forms != NULL; forms++) {
        if (strcmp(*forms, name) == 0)
            return *forms;
        tern_text_append(names, sizeof names, " %s", *forms);
    }
    argp_error(state, "unknown format '%s'; there are%s", name, names);
    return NULL;
}

static void set_format(tern_options *options, struct argp_state *state, const char *name)
{
    if (options->forms != NULL) {
        options->form = find_form(options->forms, name, state);
        return;
    }
    options->format = find_format(name, state);
    options->has_format = true;
}

static void add_output(tern_options *options, struct argp_state *state, char *text)
{
    char *colon = strchr(text, ':');

    if (colon == NULL || colon[1] == '\0')
        argp_error(state, "--out takes FORMAT:FILE, not '%s'", text);
    if (options->outputs == TERN_OPTION_LIST)
        argp_error(state, "more than %d files of output", TERN_OPTION_LIST);
    *colon = '\0';
    const tern_report *format = find_format(text, state);
    options->output[options->outputs++] = (tern_output){format, colon + 1};
}

static void add(const char **list, size_t *count, const char *text, struct argp_state *state)
{
    if (*count == TERN_OPTION_LIST)
        argp_error(state, "more than %d arguments of a kind at '%s'", TERN_OPTION_LIST, text);
    list[(*count)++] = text;
}

static double seconds(const char *text, struct argp_state *state)
{
    double value;

    if (!tern_text_double(text, 0.0, 1e7, &value))
        argp_error(state, "'%s' is not a number of seconds", text);
    return value;
}

static uint32_t whole(const char *text, struct argp_state *state)
{
    uint64_t value;

    if (!tern_text_u64(text, 1, TERN_MAX_SAMPLES, &value))
        argp_error(state, "'%s' is not a number from 1 to %d", text, TERN_MAX_SAMPLES);
    return (uint32_t)value;
}

static error_t parse_common(int key, char *text, struct argp_state *state)
{
    tern_options *options = state->input;

    switch (key) {
    case KEY_ISA:
        options->isa = text;
        break;
    case KEY_PLUGIN:
        add(options->plugin, &options->plugins, text, state);
        break;
    case KEY_NO_ROOFS:
        options->no_roofs = true;
        break;
    case KEY_PIN:
        options->pin = text;
        break;
    case 'o':
        add_output(options, state, text);
        break;
    case KEY_FORMAT:
        set_format(options, state, text);
        break;
    case KEY_STRICT:
        options->strict = true;
        break;
    case 'q':
        options->quiet = true;
        break;
    case 'v':
        options->verbose++;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static error_t parse_case(int key, char *text, struct argp_state *state)
{
    tern_options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = options;
        break;
    case KEY_FILTER:
        options->filter = text;
        break;
    case KEY_LIST:
        options->list = true;
        break;
    case 't':
        add_override(options, state, "threads", text);
        break;
    case KEY_HOT:
        add_override(options, state, "cache", "hot");
        break;
    case KEY_COLD:
        add_override(options, state, "cache", "cold");
        break;
    case KEY_SEED:
        add_override(options, state, "seed", text);
        break;
    case KEY_SET:
        add_set(options, state, text);
        break;
    case KEY_PICK:
        options->pick = text;
        break;
    case KEY_NO_EDGES:
        options->no_edges = true;
        break;
    case KEY_COUNTERS:
        options->counters = text;
        break;
    case KEY_DEADLINE:
        options->deadline_s = seconds(text, state);
        break;
    case KEY_BUDGET:
        options->budget_s = seconds(text, state);
        options->has_budget = true;
        break;
    case KEY_INTERLEAVE:
        options->interleave = true;
        break;
    case KEY_TOTAL:
        options->total_s = seconds(text, state);
        break;
    case KEY_SAMPLES:
        options->min_samples = whole(text, state);
        break;
    case KEY_COMPARE:
        options->compare = true;
        break;
    case KEY_RESUME:
        options->resume = true;
        break;
    case ARGP_KEY_ARG:
        add(options->argument, &options->arguments, text, state);
        break;
    case ARGP_KEY_NO_ARGS:
        if (options->arguments_doc[0] != '\0')
            argp_error(state, "nothing is named; give at least one %s", options->arguments_doc);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

void tern_options_init(tern_options *options)
{
    *options = (tern_options){
        .format = tern_report_find("table"),
        .isa = "native",
        .deadline_s = 10.0,
        .budget_s = 1.0,
        .min_samples = 15,
    };
}

const struct argp tern_options_common = {.options = common_table, .parser = parse_common};

void tern_options_parse(tern_options *options, int argc, char **argv, const char *arguments_doc, const char *doc)
{
    static const struct argp_child children[] = {{&tern_options_common, 0, NULL, 0}, {0}};
    const struct argp argp = {case_table, parse_case, arguments_doc, doc, children, NULL, NULL};

    options->arguments_doc = arguments_doc;
    argp_err_exit_status = TERN_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, options);
}
