#include "decode/gguf_model.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

static const tern_architecture architectures[] = {
    {"bitnet", TERN_SWIGLU, TERN_ROPE_HALVES},
    {"bitnet-b1.58", TERN_RELU2, TERN_ROPE_HALVES},
    {"bitnet-25", TERN_RELU2, TERN_ROPE_HALVES},
    {"llama", TERN_SWIGLU, TERN_ROPE_PAIRS},
};

enum { ARCHITECTURES = sizeof architectures / sizeof *architectures, KEY_BYTES = 96 };

const tern_architecture *tern_gguf_architecture(const tern_geometry *geometry)
{
    for (size_t i = 0; i < ARCHITECTURES; i++)
        if (architectures[i].activation == geometry->activation && architectures[i].rope == geometry->rope)
            return &architectures[i];
    return NULL;
}

static const tern_gguf_value *find(const tern_gguf *gguf, const tern_architecture *a, const char *key)
{
    char full[KEY_BYTES] = "";

    tern_text_append(full, sizeof full, "%s.%s", a->name, key);
    return tern_gguf_find(gguf, full);
}

static tern_status take_count(const tern_gguf *gguf, const tern_architecture *a, const char *key, uint32_t *count,
                              tern_error *error)
{
    uint64_t whole;

    if (!tern_gguf_whole(find(gguf, a, key), &whole) || whole > UINT32_MAX)
        return tern_error_set(error, TERN_USAGE, "%s: %s.%s is missing, or no count", gguf->path, a->name, key);
    *count = (uint32_t)whole;
    return TERN_OK;
}

/* What is not there keeps its value. */
static void take_optional(const tern_gguf *gguf, const tern_architecture *a, const char *key, uint32_t *count)
{
    uint64_t whole;

    if (tern_gguf_whole(find(gguf, a, key), &whole) && whole <= UINT32_MAX)
        *count = (uint32_t)whole;
}

static const tern_architecture *architecture_of(const tern_gguf *gguf)
{
    tern_gguf_text text;

    for (size_t i = 0; i < ARCHITECTURES && tern_gguf_string(tern_gguf_find(gguf, "general.architecture"), &text); i++)
        if (tern_gguf_is(text, architectures[i].name))
            return &architectures[i];
    return NULL;
}

/* Printable characters alone: it goes to terminals and files. */
static void take_name(const tern_gguf *gguf, tern_geometry *g)
{
    tern_gguf_text text;

    tern_text_copy(g->name, sizeof g->name, "model");
    if (!tern_gguf_string(tern_gguf_find(gguf, "general.name"), &text) || text.length == 0)
        return;
    const size_t length = text.length < sizeof g->name ? text.length : sizeof g->name - 1;
    for (size_t i = 0; i < length; i++)
        g->name[i] = text.text[i] > ' ' && text.text[i] <= '~' && text.text[i] != '/' ? text.text[i] : '_';
    g->name[length] = '\0';
}

tern_status tern_gguf_geometry(const tern_gguf *gguf, tern_geometry *g, tern_error *error)
{
    const tern_architecture *a = architecture_of(gguf);
    const tern_gguf_tensor *embedding = tern_gguf_tensor_find(gguf, "token_embd.weight");
    tern_status status;

    memset(g, 0, sizeof *g);
    if (a == NULL)
        return tern_error_set(
            error, TERN_USAGE,
            "%s: its architecture is none of bitnet, bitnet-b1.58, bitnet-25 and llama, which this program runs",
            gguf->path);
    if ((status = take_count(gguf, a, "block_count", &g->layers, error)) != TERN_OK ||
        (status = take_count(gguf, a, "embedding_length", &g->hidden, error)) != TERN_OK ||
        (status = take_count(gguf, a, "feed_forward_length", &g->ffn, error)) != TERN_OK ||
        (status = take_count(gguf, a, "attention.head_count", &g->heads, error)) != TERN_OK ||
        (status = take_count(gguf, a, "context_length", &g->context, error)) != TERN_OK)
        return status;
    if (embedding == NULL || embedding->dim[1] > UINT32_MAX)
        return tern_error_set(error, TERN_USAGE, "%s: tensor token_embd.weight is missing, or too large", gguf->path);
    g->vocabulary = (uint32_t)embedding->dim[1];
    g->kv_heads = g->heads;
    take_optional(gguf, a, "attention.head_count_kv", &g->kv_heads);
    g->head_dim = g->heads == 0 ? 0 : g->hidden / g->heads;
    take_optional(gguf, a, "attention.key_length", &g->head_dim);
    g->activation = a->activation;
    g->rope = a->rope;
    g->rope_base = 10000.0;
    g->epsilon = 1e-5;
    tern_gguf_real(find(gguf, a, "rope.freq_base"), &g->rope_base);
    tern_gguf_real(find(gguf, a, "attention.layer_norm_rms_epsilon"), &g->epsilon);
    g->sub_norms = tern_gguf_tensor_find(gguf, "blk.0.attn_sub_norm.weight") != NULL;
    g->tied_head = tern_gguf_tensor_find(gguf, "output.weight") == NULL;
    take_name(gguf, g);
    const char *fault = tern_geometry_fault(g);
    return fault == NULL ? TERN_OK : tern_error_set(error, TERN_USAGE, "%s: %s", gguf->path, fault);
}
