#include "model/gguf_metadata.h"

#include "model/gguf_model.h"
#include "model/gguf_put.h"
#include "model/vocabulary.h"

#include <inttypes.h>
#include <string.h>

static const char no_such_block[] = "no other program has this combination of activation, sub-norms and rotation";
static const char head_apart[] = "other programs use the embedding as the head of this architecture";

tern_gguf_target tern_gguf_target_of(const tern_geometry *g, const tern_block_format *format)
{
    const bool relu2 = g->activation == TERN_RELU2, pairs = g->rope == TERN_ROPE_PAIRS;

    if (pairs || !(relu2 || g->sub_norms))
        return (tern_gguf_target){
            .architecture = "llama", .reordered = !pairs, .alone = relu2 || g->sub_norms ? no_such_block : NULL};
    return (tern_gguf_target){.architecture = relu2 && format->type == TERN_BLOCK_I2_S ? "bitnet-b1.58" : "bitnet",
                              .alone = !g->sub_norms  ? no_such_block
                                       : g->tied_head ? NULL
                                                      : head_apart};
}

/* <unk>, <s> and </s>, the bytes, the space of SentencePiece, and placeholders. */
enum { UNKNOWN, START, END, BYTES, SPACE = BYTES + 256, PLACEHOLDERS };

static void put_token(FILE *stream, uint32_t id)
{
    static const char *const special[BYTES] = {"<unk>", "<s>", "</s>"};
    char text[24] = "\xe2\x96\x81";

    if (id < BYTES)
        snprintf(text, sizeof text, "%s", special[id]);
    else if (id < SPACE)
        snprintf(text, sizeof text, "<0x%02X>", (unsigned)(id - BYTES));
    else if (id != SPACE)
        snprintf(text, sizeof text, "[PAD%" PRIu32 "]", id);
    tern_put_text(stream, text);
}

static tern_token_type type_of(uint32_t id)
{
    return id == UNKNOWN ? TERN_TOKEN_UNKNOWN
           : id < BYTES  ? TERN_TOKEN_CONTROL
           : id < SPACE  ? TERN_TOKEN_BYTE
           : id == SPACE ? TERN_TOKEN_NORMAL
                         : TERN_TOKEN_UNUSED;
}

enum { VOCABULARY_VALUES = 10 };

/* As llama.cpp's converter makes it of a SentencePiece model; in a small vocabulary the last ones are missing. */
static void put_vocabulary(FILE *stream, uint32_t vocabulary)
{
    tern_put_text_value(stream, "tokenizer.ggml.model", "llama");
    tern_put_text_value(stream, "tokenizer.ggml.pre", "default");
    tern_put_array(stream, "tokenizer.ggml.tokens", TERN_GGUF_TEXT, vocabulary);
    for (uint32_t id = 0; id < vocabulary; id++)
        put_token(stream, id);
    tern_put_array(stream, "tokenizer.ggml.scores", TERN_GGUF_F32, vocabulary);
    for (uint32_t id = 0; id < vocabulary; id++)
        tern_put_f32(stream, id < PLACEHOLDERS ? 0.0F : -1000.0F);
    tern_put_array(stream, "tokenizer.ggml.token_type", TERN_GGUF_I32, vocabulary);
    for (uint32_t id = 0; id < vocabulary; id++)
        tern_put_u32(stream, type_of(id));
    tern_put_count_value(stream, "tokenizer.ggml.bos_token_id", START < vocabulary ? START : UNKNOWN);
    tern_put_count_value(stream, "tokenizer.ggml.eos_token_id", END < vocabulary ? END : UNKNOWN);
    tern_put_count_value(stream, "tokenizer.ggml.unknown_token_id", UNKNOWN);
    tern_put_switch_value(stream, "tokenizer.ggml.add_bos_token", START < vocabulary);
    tern_put_switch_value(stream, "tokenizer.ggml.add_space_prefix", false);
}

/* Keys that begin with the architecture. */
typedef struct sized {
    const char *key;
    uint32_t value;
} sized;

enum { GENERAL_VALUES = 8, SIZES = 10, REALS = 2, WORDS = 1, KEY_BYTES = 96 };

/* SwiGLU goes without saying: some versions of llama.cpp take its name for another layout of gate and up. */
static bool has_activation(const tern_geometry *g)
{
    return g->activation == TERN_RELU2;
}

static void put_model(FILE *stream, const tern_gguf_target *target, const tern_geometry *g)
{
    const sized sizes[SIZES] = {
        {"vocab_size", g->vocabulary},
        {"block_count", g->layers},
        {"context_length", g->context},
        {"embedding_length", g->hidden},
        {"feed_forward_length", g->ffn},
        {"attention.head_count", g->heads},
        {"attention.head_count_kv", g->kv_heads},
        {"attention.key_length", g->head_dim},
        {"attention.value_length", g->head_dim},
        {"rope.dimension_count", g->head_dim},
    };
    char key[KEY_BYTES];

    for (size_t i = 0; i < SIZES; i++) {
        snprintf(key, sizeof key, "%s.%s", target->architecture, sizes[i].key);
        tern_put_count_value(stream, key, sizes[i].value);
    }
    snprintf(key, sizeof key, "%s.rope.freq_base", target->architecture);
    tern_put_real_value(stream, key, g->rope_base);
    snprintf(key, sizeof key, "%s.attention.layer_norm_rms_epsilon", target->architecture);
    tern_put_real_value(stream, key, g->epsilon);
    tern_put_text_value(stream, TERN_GGUF_ROPE_KEY, g->rope == TERN_ROPE_PAIRS ? "pairs" : "halves");
    if (has_activation(g)) {
        snprintf(key, sizeof key, "%s.hidden_activation", target->architecture);
        tern_put_text_value(stream, key, "relu2");
    }
}

void tern_gguf_put_metadata(FILE *stream, const tern_gguf_target *target, const tern_geometry *g,
                            const tern_block_format *format, const char *source)
{
    tern_put_u64(stream, GENERAL_VALUES + SIZES + REALS + WORDS + VOCABULARY_VALUES + (has_activation(g) ? 1 : 0));
    tern_put_text_value(stream, "general.architecture", target->architecture);
    tern_put_text_value(stream, "general.type", "model");
    tern_put_text_value(stream, "general.name", g->name);
    tern_put_text_value(stream, "general.description", g->summary);
    tern_put_text_value(stream, "ternbench.source", source);
    tern_put_count_value(stream, "general.alignment", TERN_GGUF_ALIGNMENT);
    tern_put_count_value(stream, "general.file_type", format->file_type);
    tern_put_count_value(stream, "general.quantization_version", 2);
    put_model(stream, target, g);
    put_vocabulary(stream, g->vocabulary);
}
