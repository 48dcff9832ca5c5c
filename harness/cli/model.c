/*
 * ternbench model: writes seeded models as GGUF files, and shows what is in one.
 */
#include "cli/command.h"
#include "model/gguf.h"
#include "model/gguf_metadata.h"
#include "model/gguf_write.h"

#include "base/text.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { KEY_SEED = 256, KEY_P0, KEY_TYPE };

typedef struct model_options {
    const char *action, *file; /* "write", or "show" and its FILE */
    const char *model, *out;
    const tern_block_format *format;
    uint64_t seed;
    double p0;
} model_options;

static const struct argp_option table[] = {
    {"model", 'm', "MODEL", 0, "write: a model of suites/ by name, or a .model file (default: bitnet-7b)", 0},
    {"out", 'o', "FILE", 0, "write: where to", 0},
    {"type", KEY_TYPE, "TYPE", 0, "write: of ternary tensors: tq1_0, tq2_0 (default) or i2_s", 0},
    {"seed", KEY_SEED, "N", 0, "write: of the weights (default: 1)", 0},
    {"p0", KEY_P0, "SHARE", 0, "write: share of zeros (default: 0.42)", 0},
    {0},
};

static void take_argument(model_options *o, const char *text, struct argp_state *state)
{
    if (o->action == NULL && (strcmp(text, "write") == 0 || strcmp(text, "show") == 0))
        o->action = text;
    else if (o->action != NULL && strcmp(o->action, "show") == 0 && o->file == NULL)
        o->file = text;
    else
        argp_error(state, "'%s' is not expected here", text);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    model_options *o = state->input;

    switch (key) {
    case 'm':
        o->model = text;
        break;
    case 'o':
        o->out = text;
        break;
    case KEY_TYPE:
        o->format = tern_block_format_named(text);
        if (o->format == NULL || !o->format->ternary)
            argp_error(state, "--type takes tq1_0, tq2_0 or i2_s, not '%s'", text);
        break;
    case KEY_SEED:
        if (!tern_text_u64(text, 0, INT64_MAX, &o->seed))
            argp_error(state, "'%s' is no seed", text);
        break;
    case KEY_P0:
        if (!tern_text_double(text, 0.0, 1.0, &o->p0))
            argp_error(state, "'%s' is no share from 0 to 1", text);
        break;
    case ARGP_KEY_ARG:
        take_argument(o, text, state);
        break;
    case ARGP_KEY_END:
        if (o->action == NULL)
            argp_error(state, "say write or show");
        if (strcmp(o->action, "write") == 0 && o->out == NULL)
            argp_error(state, "--out is missing: where is the file to go?");
        if (strcmp(o->action, "show") == 0 && o->file == NULL)
            argp_error(state, "which file is to be shown?");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static void tell(void *context, double share)
{
    const bool *terminal = context;

    if (*terminal)
        fprintf(stderr, "\r\033[Kwriting, %.0f %%%s", 100.0 * share, share < 1.0 ? "" : "\r\033[K");
}

/* To a name beside it first, so that what has the name is whole. */
static tern_status write_to(const model_options *o, const tern_weights *weights, tern_error *error)
{
    char part[4096] = "";
    bool terminal = isatty(STDERR_FILENO);
    tern_status status;

    tern_text_append(part, sizeof part, "%s.part", o->out);
    FILE *stream = fopen(part, "wb");
    if (stream == NULL)
        return tern_error_set(error, TERN_USAGE, "cannot write %s: %s", part, strerror(errno));
    status = tern_gguf_write(stream, weights, o->format, tell, &terminal, error);
    const bool closed = fclose(stream) == 0;
    if (status == TERN_OK && (!closed || rename(part, o->out) != 0))
        status = tern_error_set(error, TERN_ENVIRONMENT, "cannot write %s: %s", o->out, strerror(errno));
    if (status != TERN_OK)
        unlink(part);
    return status;
}

static tern_status write_model(const model_options *o, tern_error *error)
{
    tern_geometry geometry;
    tern_weights weights = {0};
    tern_status status = tern_geometry_read(&geometry, o->model, error);

    if (status == TERN_OK)
        status = tern_weights_seeded(&weights, &geometry, o->seed, o->p0, error);
    if (status == TERN_OK)
        status = write_to(o, &weights, error);
    if (status == TERN_OK) {
        const tern_gguf_target target = tern_gguf_target_of(&geometry, o->format);
        printf("%s: %s, %s, %" PRIu64 " ternary weights as %s, architecture %s\n", o->out, geometry.name,
               weights.source, tern_geometry_ternary_weights(&geometry), o->format->name, target.architecture);
        if (target.alone != NULL)
            printf("  only ternbench can run it: %s\n", target.alone);
    }
    tern_weights_close(&weights);
    return status;
}

static void print_geometry(const tern_weights *weights)
{
    const tern_geometry *g = &weights->geometry;

    printf("%s: %s\n", weights->source, g->name);
    printf("  %" PRIu32 " layers, hidden %" PRIu32 ", %" PRIu32 " heads (%" PRIu32 " of keys and values) x %" PRIu32
           ", FFN %" PRIu32 ", vocabulary %" PRIu32 ", context %" PRIu32 "\n",
           g->layers, g->hidden, g->heads, g->kv_heads, g->head_dim, g->ffn, g->vocabulary, g->context);
    printf("  %s, %s, %s, rotation of %s with base %g, epsilon %g\n",
           g->activation == TERN_RELU2 ? "squared ReLU" : "SwiGLU", g->sub_norms ? "sub-norms" : "no sub-norms",
           g->tied_head ? "the head is the embedding" : "a head of its own",
           g->rope == TERN_ROPE_PAIRS ? "pairs" : "halves", g->rope_base, g->epsilon);
    printf("  %" PRIu64 " ternary weights, embedding %" PRIu64 ", head %" PRIu64 "\n", tern_geometry_ternary_weights(g),
           tern_geometry_embedding_weights(g), tern_geometry_head_weights(g));
}

static tern_status show_model(const model_options *o, tern_error *error)
{
    tern_weights weights = {0};
    tern_gguf gguf;
    tern_status status = tern_weights_gguf(&weights, o->file, error);

    if (status != TERN_OK)
        return status;
    print_geometry(&weights);
    tern_weights_close(&weights);
    status = tern_gguf_open(&gguf, o->file, error);
    for (size_t i = 0; status == TERN_OK && i < gguf.tensors; i++) {
        const tern_gguf_tensor *t = &gguf.tensor[i];
        char name[65];
        printf("  %-6s %8" PRIu64 " x %-8" PRIu64 " %s\n", tern_block_format_of(t->type)->name, t->dim[1], t->dim[0],
               tern_gguf_printable(t->name, name, sizeof name));
    }
    tern_gguf_close(&gguf);
    return status;
}

int tern_command_model(int argc, char **argv)
{
    static const struct argp argp = {
        table, parse, "write|show [FILE]", "Writes seeded models as GGUF files, and shows what is in one.", NULL,
        NULL,  NULL};
    model_options o = {.model = "bitnet-7b", .format = tern_block_format_named("tq2_0"), .seed = 1, .p0 = 0.42};
    tern_error error = {""};

    argp_err_exit_status = TERN_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    const tern_status status = strcmp(o.action, "write") == 0 ? write_model(&o, &error) : show_model(&o, &error);
    if (status != TERN_OK)
        fprintf(stderr, "%s: %s\n", argv[0], error.text);
    return (int)status;
}
