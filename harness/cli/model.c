/*
 * ternbench model: writes seeded models as GGUF files, and shows what is in one.
 */
#include "cli/command.h"
#include "cli/settings.h"
#include "cli/terminal.h"
#include "cli/together.h"
#include "model/gguf.h"
#include "model/gguf_map.h"
#include "model/gguf_metadata.h"
#include "model/gguf_write.h"

#include "base/outfile.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void tell(void *context, double share)
{
    const bool *terminal = context;

    if (*terminal)
        fprintf(stderr, "\r\033[Kwriting, %.0f %%%s", 100.0 * share, share < 1.0 ? "" : "\r\033[K");
}

static tern_status write_to(const tern_options *o, const tern_weights *weights, tern_error *error)
{
    tern_outfile file;
    bool terminal = isatty(STDERR_FILENO);
    tern_status status = tern_outfile_open(&file, o->file, error);

    if (status != TERN_OK)
        return status;
    status = tern_gguf_write(file.stream, weights, o->type, tell, &terminal, error);
    if (status == TERN_OK)
        status = tern_outfile_close(&file, error);
    tern_outfile_drop(&file);
    return status;
}

static tern_status write_model(const tern_options *o, tern_error *error)
{
    tern_geometry geometry;
    tern_weights weights = {0};
    tern_status status = tern_geometry_read(&geometry, o->model, error);

    if (status == TERN_OK)
        status = tern_weights_seeded(&weights, &geometry, o->seed, o->p0, error);
    if (status == TERN_OK)
        status = write_to(o, &weights, error);
    if (status == TERN_OK) {
        const tern_gguf_target target = tern_gguf_target_of(&geometry, o->type);
        tern_terminal_say(stdout, "%s: %s, %s, %" PRIu64 " ternary weights as %s, architecture %s", o->file,
                          geometry.name, weights.source, tern_geometry_ternary_weights(&geometry), o->type->name,
                          target.architecture);
        if (target.alone != NULL)
            printf("  only ternbench can run it: %s\n", target.alone);
    }
    tern_weights_close(&weights);
    return status;
}

static void print_geometry(const tern_weights *weights)
{
    const tern_geometry *g = &weights->geometry;

    tern_terminal_say(stdout, "%s: %s", weights->source, g->name);
    printf("  %" PRIu32 " layer%s, hidden %" PRIu32 ", %" PRIu32 " head%s (%" PRIu32 " of keys and values) x %" PRIu32
           ", FFN %" PRIu32 ", vocabulary %" PRIu32 ", context %" PRIu32 "\n",
           g->layers, tern_text_plural(g->layers), g->hidden, g->heads, tern_text_plural(g->heads), g->kv_heads,
           g->head_dim, g->ffn, g->vocabulary, g->context);
    printf("  %s, %s, %s, rotation of %s with base %g, epsilon %g\n",
           g->activation == TERN_RELU2 ? "squared ReLU" : "SwiGLU", g->sub_norms ? "sub-norms" : "no sub-norms",
           g->tied_head ? "the head is the embedding" : "a head of its own",
           g->rope == TERN_ROPE_PAIRS ? "pairs" : "halves", g->rope_base, g->epsilon);
    printf("  %" PRIu64 " ternary weights, embedding %" PRIu64 ", head %" PRIu64 "\n", tern_geometry_ternary_weights(g),
           tern_geometry_embedding_weights(g), tern_geometry_head_weights(g));
}

static tern_status show_model(const char *path, const tern_gguf_options *options, tern_error *error)
{
    tern_weights weights = {0};
    tern_gguf gguf;
    tern_status status = tern_weights_gguf(&weights, path, options, error);

    if (status != TERN_OK)
        return status;
    print_geometry(&weights);
    tern_weights_close(&weights);
    status = tern_gguf_open(&gguf, path, options, error);
    for (size_t i = 0; status == TERN_OK && i < gguf.tensors; i++) {
        const tern_gguf_tensor *t = &gguf.tensor[i];
        char name[65];
        printf("  %-6s %8" PRIu64 " x %-8" PRIu64 " %s\n", tern_block_format_of(t->type)->name, t->dim[1], t->dim[0],
               tern_gguf_printable(t->name, name, sizeof name));
    }
    tern_gguf_close(&gguf);
    return status == TERN_OK ? tern_gguf_map_whole(error) : status;
}

int tern_command_model_write(const tern_options *options, tern_error *error)
{
    if (options->file == NULL)
        return (int)tern_error_set(error, TERN_USAGE, "--out is missing: where is the file to go?");
    return (int)write_model(options, error);
}

int tern_command_model_show(const tern_options *options, tern_error *error)
{
    const tern_gguf_options gguf = tern_settings_gguf(options);
    const char *path = options->arguments.item[0];
    const tern_status status = tern_gguf_is_file(path) ? tern_together_check_model(options, path, error) : TERN_OK;

    return (int)(status == TERN_OK ? show_model(path, &gguf, error) : status);
}
