#include "model/gguf_model.h"

#include "base/text.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct architecture {
    const char *name;
    tern_activation activation;
    tern_rope rope;
} architecture;

static const architecture architectures[] = {
    {"bitnet", TERN_SWIGLU, TERN_ROPE_HALVES},
    {"bitnet-b1.58", TERN_RELU2, TERN_ROPE_HALVES},
    {"bitnet-25", TERN_RELU2, TERN_ROPE_HALVES},
    {"llama", TERN_SWIGLU, TERN_ROPE_PAIRS},
};

enum { ARCHITECTURES = sizeof architectures / sizeof *architectures, KEY_BYTES = 96, SHOWN_BYTES = 64 };

/* A file, and the architecture that its keys begin with. */
typedef struct source {
    const tern_gguf *gguf;
    const architecture *architecture;
    tern_error *error;
} source;

static const tern_gguf_value *find(const source *s, const char *key, char full[KEY_BYTES])
{
    assert(s->architecture != NULL); /* take_architecture() comes first */
    full[0] = '\0';
    tern_text_append(full, KEY_BYTES, "%s.%s", s->architecture->name, key);
    return tern_gguf_find(s->gguf, full);
}

/* What is not there keeps its value, unless it is needed. */
static tern_status take_count(const source *s, const char *key, bool needed, uint32_t *count)
{
    char full[KEY_BYTES];
    const tern_gguf_value *value = find(s, key, full);
    uint64_t whole = 0;

    if (value == NULL && !needed)
        return TERN_OK;
    if (value == NULL)
        return tern_error_set(s->error, TERN_USAGE, "%s: it has no %s", s->gguf->path, full);
    if (!tern_gguf_whole(value, &whole) || whole > UINT32_MAX)
        return tern_error_set(s->error, TERN_USAGE, "%s: %s is no count", s->gguf->path, full);
    *count = (uint32_t)whole;
    return TERN_OK;
}

static tern_status take_real(const source *s, const char *key, bool needed, double *real)
{
    char full[KEY_BYTES];
    const tern_gguf_value *value = find(s, key, full);

    if (value == NULL && !needed)
        return TERN_OK;
    if (value == NULL)
        return tern_error_set(s->error, TERN_USAGE, "%s: it has no %s", s->gguf->path, full);
    if (!tern_gguf_real(value, real) || !isfinite(*real))
        return tern_error_set(s->error, TERN_USAGE, "%s: %s is no number", s->gguf->path, full);
    return TERN_OK;
}

/* A count that must be `wanted`, where it is there at all. */
static tern_status expect_count(const source *s, const char *key, uint32_t wanted)
{
    uint32_t count = wanted;
    const tern_status status = take_count(s, key, false, &count);

    if (status != TERN_OK || count == wanted)
        return status;
    return tern_error_set(s->error, TERN_USAGE, "%s: %s.%s is %" PRIu32 ", and this program needs %" PRIu32 " here",
                          s->gguf->path, s->architecture->name, key, count, wanted);
}

static tern_status take_architecture(source *s)
{
    tern_gguf_text text;
    char shown[SHOWN_BYTES];

    if (!tern_gguf_string(tern_gguf_find(s->gguf, "general.architecture"), &text))
        return tern_error_set(s->error, TERN_USAGE, "%s: it names no architecture; it is no model", s->gguf->path);
    for (size_t i = 0; i < ARCHITECTURES && s->architecture == NULL; i++)
        if (tern_gguf_is(text, architectures[i].name))
            s->architecture = &architectures[i];
    if (s->architecture != NULL)
        return TERN_OK;
    return tern_error_set(s->error, TERN_USAGE,
                          "%s: its architecture is '%s', and this program runs bitnet, bitnet-b1.58, bitnet-25, and "
                          "llama with ternary tensors",
                          s->gguf->path, tern_gguf_printable(text, shown, sizeof shown));
}

static tern_status take_sizes(const source *s, tern_geometry *g)
{
    tern_status status;

    if ((status = take_count(s, "block_count", true, &g->layers)) != TERN_OK ||
        (status = take_count(s, "embedding_length", true, &g->hidden)) != TERN_OK ||
        (status = take_count(s, "feed_forward_length", true, &g->ffn)) != TERN_OK ||
        (status = take_count(s, "attention.head_count", true, &g->heads)) != TERN_OK ||
        (status = take_count(s, "context_length", true, &g->context)) != TERN_OK)
        return status;
    g->kv_heads = g->heads;
    g->head_dim = g->heads == 0 ? 0 : g->hidden / g->heads;
    if ((status = take_count(s, "attention.head_count_kv", false, &g->kv_heads)) != TERN_OK ||
        (status = take_count(s, "attention.key_length", false, &g->head_dim)) != TERN_OK ||
        (status = expect_count(s, "attention.value_length", g->head_dim)) != TERN_OK ||
        (status = expect_count(s, "rope.dimension_count", g->head_dim)) != TERN_OK ||
        (status = expect_count(s, "expert_count", 0)) != TERN_OK)
        return status;
    g->rope_base = 10000.0;
    status = take_real(s, "rope.freq_base", false, &g->rope_base);
    return status == TERN_OK ? take_real(s, "attention.layer_norm_rms_epsilon", true, &g->epsilon) : status;
}

static tern_status take_vocabulary(const source *s, tern_geometry *g)
{
    const tern_gguf_tensor *embedding = tern_gguf_tensor_find(s->gguf, "token_embd.weight");

    if (embedding == NULL || embedding->dim[1] > UINT32_MAX)
        return tern_error_set(s->error, TERN_USAGE, "%s: tensor token_embd.weight is missing, or too large",
                              s->gguf->path);
    g->vocabulary = (uint32_t)embedding->dim[1];
    return expect_count(s, "vocab_size", g->vocabulary);
}

/* Without these a file would run, and give other logits than it should. */
static tern_status refuse_scaling(const source *s)
{
    char full[KEY_BYTES];
    double factor = 1.0, linear = 1.0;
    tern_gguf_text type = {"none", 4};
    tern_status status;

    if ((status = take_real(s, "rope.scaling.factor", false, &factor)) != TERN_OK ||
        (status = take_real(s, "rope.scale_linear", false, &linear)) != TERN_OK)
        return status;
    const tern_gguf_value *value = find(s, "rope.scaling.type", full);
    const bool known = value == NULL || tern_gguf_string(value, &type);
    const bool plain = known && (tern_gguf_is(type, "none") || (tern_gguf_is(type, "linear") && factor == 1.0));
    if (!plain || linear != 1.0)
        return tern_error_set(s->error, TERN_USAGE,
                              "%s: its rotation is scaled (rope.scaling), which this program does not do",
                              s->gguf->path);
    return TERN_OK;
}

static tern_status refuse_parts(const source *s)
{
    const tern_gguf_value *value = tern_gguf_find(s->gguf, "split.count");
    uint64_t parts = 0;

    if (value == NULL || (tern_gguf_whole(value, &parts) && (parts <= 1 || parts == s->gguf->parts + 1)))
        return TERN_OK;
    return tern_error_set(s->error, TERN_USAGE, "%s: one of several parts of a model, without the others",
                          s->gguf->path);
}

static tern_status take_activation(const source *s, tern_geometry *g)
{
    char full[KEY_BYTES], shown[SHOWN_BYTES];
    const tern_gguf_value *value = find(s, "hidden_activation", full);
    tern_gguf_text text = {"", 0};

    g->activation = s->architecture->activation;
    if (value == NULL)
        return TERN_OK;
    if (tern_gguf_string(value, &text) && tern_gguf_is(text, "relu2"))
        g->activation = TERN_RELU2;
    else if (tern_gguf_is(text, "silu"))
        g->activation = TERN_SWIGLU;
    else
        return tern_error_set(s->error, TERN_USAGE, "%s: %s is '%s', and this program knows silu and relu2",
                              s->gguf->path, full, tern_gguf_printable(text, shown, sizeof shown));
    return TERN_OK;
}

static void take_rope(const source *s, tern_geometry *g, bool *reordered)
{
    tern_gguf_text text;

    g->rope = s->architecture->rope;
    *reordered = g->rope == TERN_ROPE_PAIRS && tern_gguf_string(tern_gguf_find(s->gguf, TERN_GGUF_ROPE_KEY), &text) &&
                 tern_gguf_is(text, "halves");
    if (*reordered)
        g->rope = TERN_ROPE_HALVES;
}

/* A word that may stand in a file's name and in a record. */
static void take_name(const source *s, tern_geometry *g)
{
    tern_gguf_text text;

    tern_text_copy(g->name, sizeof g->name, "model");
    if (tern_gguf_string(tern_gguf_find(s->gguf, "general.name"), &text) && text.length > 0)
        tern_gguf_printable(text, g->name, sizeof g->name);
    for (char *c = g->name; (c = strpbrk(c, " /?")) != NULL;)
        *c = '_';
    if (tern_gguf_string(tern_gguf_find(s->gguf, "general.description"), &text))
        tern_gguf_printable(text, g->summary, sizeof g->summary);
}

tern_status tern_gguf_geometry(const tern_gguf *gguf, tern_geometry *g, bool *reordered, tern_error *error)
{
    source s = {.gguf = gguf, .error = error};
    tern_status status;

    memset(g, 0, sizeof *g);
    if ((status = take_architecture(&s)) != TERN_OK || (status = refuse_parts(&s)) != TERN_OK ||
        (status = take_sizes(&s, g)) != TERN_OK || (status = take_vocabulary(&s, g)) != TERN_OK ||
        (status = take_activation(&s, g)) != TERN_OK || (status = refuse_scaling(&s)) != TERN_OK)
        return status;
    take_rope(&s, g, reordered);
    take_name(&s, g);
    g->sub_norms = tern_gguf_tensor_find(gguf, "blk.0.attn_sub_norm.weight") != NULL;
    g->tied_head = tern_gguf_tensor_find(gguf, "output.weight") == NULL;
    const char *fault = tern_geometry_fault(g);
    return fault == NULL ? TERN_OK : tern_error_set(error, TERN_USAGE, "%s: %s", gguf->path, fault);
}

size_t tern_gguf_pair_row(uint32_t head_dim, size_t row)
{
    const size_t half = head_dim / 2, within = row % head_dim;

    return row - within + (within < half ? 2 * within : 2 * (within - half) + 1);
}

size_t tern_gguf_half_row(uint32_t head_dim, size_t row)
{
    const size_t half = head_dim / 2, within = row % head_dim;

    return row - within + within / 2 + (within % 2 == 0 ? 0 : half);
}

char *tern_gguf_matrix_name(uint32_t layer, tern_matrix matrix, char name[TERN_TENSOR_NAME_BYTES])
{
    static const char *const names[TERN_MATRICES] = {"attn_q",   "attn_k", "attn_v",  "attn_output",
                                                     "ffn_gate", "ffn_up", "ffn_down"};

    name[0] = '\0';
    tern_text_append(name, TERN_TENSOR_NAME_BYTES, "blk.%" PRIu32 ".%s.weight", layer, names[matrix]);
    return name;
}

char *tern_gguf_norm_name(uint32_t layer, tern_norm norm, char name[TERN_TENSOR_NAME_BYTES])
{
    static const char *const names[TERN_NORMS] = {"attn_norm", "attn_sub_norm", "ffn_norm", "ffn_sub_norm",
                                                  "output_norm"};

    name[0] = '\0';
    if (norm == TERN_NORM_OUTPUT)
        tern_text_append(name, TERN_TENSOR_NAME_BYTES, "%s.weight", names[norm]);
    else
        tern_text_append(name, TERN_TENSOR_NAME_BYTES, "blk.%" PRIu32 ".%s.weight", layer, names[norm]);
    return name;
}
