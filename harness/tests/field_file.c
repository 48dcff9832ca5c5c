/*
 * The file of a field model: the container, its metadata, and the blocks of ternary weights.
 */
#include "field_numbers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 32, NAME_BYTES = 64 };

static void put_number(FILE *f, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        putc((int)(value >> 8 * i & 255), f);
}

static void put_text(FILE *f, const char *text)
{
    put_number(f, strlen(text), 8);
    fputs(text, f);
}

enum { VALUE_U16 = 2, VALUE_U32 = 4, VALUE_I32 = 5, VALUE_F32 = 6, VALUE_BOOL = 7, VALUE_TEXT = 8, VALUE_ARRAY = 9 };

/* Metadata on their way: they are counted before they are written. */
typedef struct values {
    FILE *f;
    uint64_t count;
    const char *architecture;
} values;

static void put_key(values *v, const char *key, unsigned type)
{
    v->count++;
    put_text(v->f, key);
    put_number(v->f, type, 4);
}

static void put_count(values *v, const char *key, uint32_t value)
{
    put_key(v, key, VALUE_U32);
    put_number(v->f, value, 4);
}

static void put_size(values *v, const char *key, uint32_t value)
{
    char full[96];

    snprintf(full, sizeof full, "%s.%s", v->architecture, key);
    put_count(v, full, value);
}

static void put_real(values *v, const char *key, float value)
{
    char full[96];
    uint32_t bits;

    snprintf(full, sizeof full, "%s.%s", v->architecture, key);
    memcpy(&bits, &value, sizeof bits);
    put_key(v, full, VALUE_F32);
    put_number(v->f, bits, 4);
}

static void put_string(values *v, const char *key, const char *text)
{
    put_key(v, key, VALUE_TEXT);
    put_text(v->f, text);
}

static void put_array(values *v, const char *key, unsigned element, uint64_t count)
{
    put_key(v, key, VALUE_ARRAY);
    put_number(v->f, element, 4);
    put_number(v->f, count, 8);
}

/* GPT-2's printable characters for the bytes 0..255, then what merges make, then added tokens. */
static const char *const joined[] = {"he", "ll", "hell", "hello", "\xc4\xa0hello", "12", "123"};
static const char *const merges[] = {"h e", "l l", "he ll", "hell o", "\xc4\xa0 hello", "1 2", "12 3"};
static const char *const added[] = {"<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>", "<think>", "</think>"};

enum { JOINED = sizeof joined / sizeof *joined, ADDED = sizeof added / sizeof *added, FIRST_ADDED = 256 + JOINED };

static void put_byte_token(FILE *f, unsigned byte)
{
    unsigned code = byte, others = 0;
    char text[3] = {0};

    for (unsigned i = 0; i <= byte; i++) {
        const bool printable = (i > 32 && i < 127) || (i > 160 && i != 173);
        if (i == byte && !printable)
            code = 256 + others;
        others += !printable;
    }
    text[0] = (char)(code < 128 ? code : 0xC0 | code >> 6);
    if (code >= 128)
        text[1] = (char)(0x80 | (code & 63));
    put_text(f, text);
}

static void put_llama3(values *v, uint32_t count)
{
    char name[32];

    put_string(v, "tokenizer.ggml.model", "gpt2");
    put_array(v, "tokenizer.ggml.tokens", VALUE_TEXT, count);
    for (uint32_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "<|reserved_%" PRIu32 "|>", i);
        if (i < 256)
            put_byte_token(v->f, i);
        else
            put_text(v->f, i < FIRST_ADDED ? joined[i - 256] : i < FIRST_ADDED + ADDED ? added[i - FIRST_ADDED] : name);
    }
    /* Added tokens: those in brackets with bars control, the others of the user. */
    put_array(v, "tokenizer.ggml.token_type", VALUE_I32, count);
    for (uint32_t i = 0; i < count; i++)
        put_number(v->f, i < FIRST_ADDED ? 1 : i >= FIRST_ADDED + 3 && i < FIRST_ADDED + ADDED ? 4 : 3, 4);
    put_array(v, "tokenizer.ggml.merges", VALUE_TEXT, JOINED);
    for (uint32_t i = 0; i < JOINED; i++)
        put_text(v->f, merges[i]);
    put_count(v, "tokenizer.ggml.bos_token_id", FIRST_ADDED);
    put_count(v, "tokenizer.ggml.eos_token_id", FIRST_ADDED + 1);
    put_count(v, "tokenizer.ggml.padding_token_id", FIRST_ADDED + 1);
    put_key(v, "tokenizer.ggml.add_bos_token", VALUE_BOOL);
    putc(1, v->f);
    put_string(v, "tokenizer.chat_template", "{{ messages }}");
}

/* <unk>, <s>, </s>, the bytes, the space, a few pieces, and one added token. */
static void put_spm(values *v, uint32_t count)
{
    static const char *const pieces[] = {"<unk>", "<s>", "</s>"};
    static const char *const more[] = {"\xe2\x96\x81",      "h",      "e", "l", "o", "he", "ll", "hell", "hello",
                                       "\xe2\x96\x81hello", "<think>"};
    enum { MORE = sizeof more / sizeof *more, BYTES = 3, PIECES = BYTES + 256 };
    char name[24];

    put_string(v, "tokenizer.ggml.model", "llama");
    put_array(v, "tokenizer.ggml.tokens", VALUE_TEXT, count);
    for (uint32_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, i < PIECES ? "<0x%02" PRIX32 ">" : "[PAD%" PRIu32 "]", i < PIECES ? i - BYTES : i);
        put_text(v->f, i < BYTES ? pieces[i] : i >= PIECES && i < PIECES + MORE ? more[i - PIECES] : name);
    }
    put_array(v, "tokenizer.ggml.scores", VALUE_F32, count);
    for (uint32_t i = 0; i < count; i++)
        put_number(v->f, 0xC2000000u - (i << 12), 4); /* later ones join first: -32 and rising */
    put_array(v, "tokenizer.ggml.token_type", VALUE_I32, count);
    for (uint32_t i = 0; i < count; i++)
        put_number(v->f,
                   i == 0                   ? 2
                   : i < BYTES              ? 3
                   : i < PIECES             ? 6
                   : i == PIECES + MORE - 1 ? 4
                   : i < PIECES + MORE      ? 1
                                            : 5,
                   4);
    put_count(v, "tokenizer.ggml.bos_token_id", 1);
    put_count(v, "tokenizer.ggml.eos_token_id", 2);
}

static void put_model_values(values *v, const field_model *m)
{
    const tern_geometry *g = &m->geometry;

    v->architecture = m->architecture;
    put_string(v, "general.architecture", m->architecture);
    put_string(v, "general.name", g->name);
    put_count(v, "general.quantization_version", 2);
    put_size(v, "vocab_size", g->vocabulary);
    put_size(v, "context_length", g->context);
    put_size(v, "embedding_length", g->hidden);
    put_size(v, "block_count", g->layers);
    put_size(v, "feed_forward_length", g->ffn);
    put_size(v, "rope.dimension_count", g->head_dim);
    put_size(v, "attention.head_count", g->heads);
    put_size(v, "attention.head_count_kv", g->kv_heads);
    if (g->heads * g->head_dim != g->hidden) {
        put_size(v, "attention.key_length", g->head_dim);
        put_size(v, "attention.value_length", g->head_dim);
    }
    put_real(v, "attention.layer_norm_rms_epsilon", (float)g->epsilon);
    put_real(v, "rope.freq_base", (float)g->rope_base);
    if (m->words == FIELD_LLAMA3)
        put_llama3(v, g->vocabulary);
    if (m->words == FIELD_SPM)
        put_spm(v, g->vocabulary);
    if (m->pre != NULL)
        put_string(v, "tokenizer.ggml.pre", m->pre);
}

/* A tensor and where its numbers are from. */
typedef struct tensor {
    char name[NAME_BYTES];
    field_type type;
    size_t rows, columns;
    enum { MATRIX, NORM, TABLE } kind;
    uint32_t layer, which;
} tensor;

static size_t bytes_of(const tensor *t)
{
    const field_block *size = field_block_of(t->type);
    const size_t tail = t->type == FIELD_I2_S || t->type == FIELD_I2_S_ARM ? 32 : 0;

    return t->rows * (t->columns / size->weights) * size->bytes + tail;
}

static size_t padding(size_t bytes)
{
    return (ALIGNMENT - bytes % ALIGNMENT) % ALIGNMENT;
}

/* All tensors of the model. Returns their number; list has room for most_tensors(). */
static size_t most_tensors(const field_model *m)
{
    return 3 + (size_t)m->geometry.layers * (TERN_MATRICES + TERN_NORMS);
}

static size_t list_layer(const field_model *m, uint32_t layer, tensor *list)
{
    static const char *const matrices[] = {"attn_q",   "attn_k", "attn_v",  "attn_output",
                                           "ffn_gate", "ffn_up", "ffn_down"};
    static const char *const norms[] = {"attn_norm", "attn_sub_norm", "ffn_norm", "ffn_sub_norm"};
    const tern_geometry *g = &m->geometry;
    size_t count = 0;

    for (tern_matrix i = 0; i < TERN_MATRICES; i++) {
        tensor *t = &list[count++];
        *t = (tensor){"", m->matrix, tern_geometry_rows(g, i), tern_geometry_columns(g, i), MATRIX, layer, i};
        if (t->columns % field_block_of(t->type)->weights != 0)
            t->type = FIELD_F16;
        snprintf(t->name, sizeof t->name, "blk.%" PRIu32 ".%s.weight", layer, matrices[i]);
    }
    for (tern_norm i = 0; i < TERN_NORM_OUTPUT; i++) {
        if (!g->sub_norms && (i == TERN_NORM_ATTENTION_SUB || i == TERN_NORM_FFN_SUB))
            continue;
        list[count] = (tensor){"", FIELD_F32, 1, tern_geometry_norm_size(g, i), NORM, layer, i};
        snprintf(list[count++].name, NAME_BYTES, "blk.%" PRIu32 ".%s.weight", layer, norms[i]);
    }
    return count;
}

static size_t list_tensors(const field_model *m, tensor *list)
{
    const tern_geometry *g = &m->geometry;
    size_t count = 0;

    list[count++] =
        (tensor){"token_embd.weight", m->embedding, g->vocabulary, g->hidden, TABLE, 0, TERN_TABLE_EMBEDDING};
    for (uint32_t layer = 0; layer < g->layers; layer++)
        count += list_layer(m, layer, list + count);
    list[count++] = (tensor){"output_norm.weight", FIELD_F32, 1, g->hidden, NORM, 0, TERN_NORM_OUTPUT};
    if (!g->tied_head)
        list[count++] = (tensor){"output.weight", m->head, g->vocabulary, g->hidden, TABLE, 0, TERN_TABLE_HEAD};
    return count;
}

static uint32_t float_bits(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Of a number with so few bits that nothing is lost. */
static uint32_t half_of(float value)
{
    const uint32_t bits = float_bits(value);

    return (bits & 0x7FFFFFFF) == 0 ? bits >> 16
                                    : (bits >> 16 & 0x8000) | ((bits >> 23 & 255) - 112) << 10 | (bits >> 13 & 1023);
}

/* Five of them as a fraction of 243 in 256ths, rounded up; digits that are not there are 0. */
static uint8_t five_trits(const int8_t *w, size_t step, size_t count)
{
    unsigned number = 0;

    for (size_t i = 0; i < 5; i++)
        number = number * 3 + (i < count ? (unsigned)(w[i * step] + 1) : 0);
    return (uint8_t)((number * 256 + 242) / 243);
}

static void pack_tq1(const int8_t *w, uint8_t *out)
{
    for (size_t i = 0; i < 32; i++)
        out[i] = five_trits(w + i, 32, 5);
    for (size_t i = 0; i < 16; i++)
        out[32 + i] = five_trits(w + 160 + i, 16, 5);
    for (size_t i = 0; i < 4; i++)
        out[48 + i] = five_trits(w + 240 + i, 4, 4);
}

/* Four to a byte, `step` apart, the first at the top or at the bottom. */
static void pack_twos(const int8_t *w, size_t step, bool from_top, uint8_t *out)
{
    for (size_t i = 0; i < step; i++) {
        unsigned byte = 0;
        for (unsigned j = 0; j < 4; j++)
            byte |= (unsigned)(w[j * step + i] + 1) << (from_top ? 6 - 2 * j : 2 * j);
        out[i] = (uint8_t)byte;
    }
}

static void pack_block(field_type type, const int8_t *w, float scale, uint8_t *out)
{
    if (type == FIELD_TQ1_0) {
        pack_tq1(w, out);
        field_put_half(out + 52, half_of(scale));
    } else if (type == FIELD_TQ2_0) {
        pack_twos(w, 32, false, out);
        pack_twos(w + 128, 32, false, out + 32);
        field_put_half(out + 64, half_of(scale));
    } else if (type == FIELD_I2_S || type == FIELD_I2_S_ARM) {
        pack_twos(w, type == FIELD_I2_S ? 32 : 16, true, out);
    } else if (type == FIELD_F16) {
        field_put_half(out, half_of((float)*w * scale));
    } else {
        const uint32_t bits = float_bits((float)*w * scale);
        field_put_half(out, type == FIELD_BF16 ? bits >> 16 : bits & 0xFFFF);
        if (type == FIELD_F32)
            field_put_half(out + 2, bits >> 16);
    }
}

static void put_matrix(FILE *f, const field_model *m, const tensor *t, uint8_t *row, int8_t *w)
{
    const field_block *size = field_block_of(t->type);
    const tern_matrix matrix = (tern_matrix)t->which;

    for (size_t i = 0; i < t->rows; i++) {
        field_trits(m, t->layer, matrix, i, t->columns, w);
        for (size_t column = 0; column < t->columns; column += size->weights)
            pack_block(t->type, w + column, field_scale(m, t->layer, matrix, i, column),
                       row + column / size->weights * size->bytes);
        fwrite(row, size->bytes, t->columns / size->weights, f);
    }
    if (t->type == FIELD_I2_S || t->type == FIELD_I2_S_ARM) {
        put_number(f, float_bits(field_scale(m, t->layer, matrix, 0, 0)), 4);
        for (int i = 0; i < 28; i++)
            putc(0, f);
    }
}

static void put_tensor(FILE *f, const field_model *m, const tensor *t, uint8_t *row, float *value)
{
    if (t->kind == MATRIX)
        put_matrix(f, m, t, row, (int8_t *)value);
    for (size_t i = 0; t->kind == NORM && i < t->columns; i++)
        put_number(f, float_bits(field_gain(m, t->layer, (tern_norm)t->which, i)), 4);
    for (size_t i = 0; t->kind == TABLE && i < t->rows; i++) {
        const field_block *size = field_block_of(t->type);
        field_table_row(m, (tern_table)t->which, i, row, value);
        fwrite(row, size->bytes, t->columns / size->weights, f);
    }
    for (size_t i = padding(bytes_of(t)); i > 0; i--)
        putc(0, f);
}

/* Metadata: those of the model in the first part, and which part it is. */
static void put_values(FILE *f, const field_model *m, uint32_t part, size_t tensors)
{
    char *text = NULL;
    size_t bytes = 0;
    values v = {.f = open_memstream(&text, &bytes)};

    if (v.f == NULL)
        abort();
    if (part == 0)
        put_model_values(&v, m);
    if (m->parts > 1) {
        put_key(&v, "split.no", VALUE_U16);
        put_number(v.f, part, 2);
        put_key(&v, "split.count", VALUE_U16);
        put_number(v.f, m->parts, 2);
        put_key(&v, "split.tensors.count", VALUE_I32);
        put_number(v.f, tensors, 4);
    }
    fclose(v.f);
    put_number(f, v.count, 8);
    fwrite(text, 1, bytes, f);
    free(text);
}

static void *room(size_t bytes)
{
    void *data = malloc(bytes);

    if (data == NULL)
        abort();
    return data;
}

static bool write_part(const field_model *m, const char *path, uint32_t part, const tensor *list, size_t tensors)
{
    const size_t first = tensors * part / m->parts, end = tensors * (part + 1) / m->parts;
    const size_t row_bytes =
        4 * ((size_t)m->geometry.hidden + m->geometry.ffn + (size_t)m->geometry.heads * m->geometry.head_dim);
    uint64_t offset = 0;
    FILE *f = fopen(path, "wb");

    if (f == NULL)
        return false;
    uint8_t *row = room(row_bytes);
    float *value = room(row_bytes);
    fputs("GGUF", f);
    put_number(f, 3, 4);
    put_number(f, end - first, 8);
    put_values(f, m, part, tensors);
    for (size_t i = first; i < end; i++) {
        const tensor *t = &list[i];
        put_text(f, t->name);
        put_number(f, t->kind == NORM ? 1 : 2, 4);
        put_number(f, t->columns, 8);
        if (t->kind != NORM)
            put_number(f, t->rows, 8);
        put_number(f, t->type == FIELD_I2_S_ARM ? FIELD_I2_S : t->type, 4);
        put_number(f, offset, 8);
        offset += bytes_of(t) + padding(bytes_of(t));
    }
    for (size_t i = padding((size_t)ftell(f)); i > 0; i--)
        putc(0, f);
    for (size_t i = first; i < end; i++)
        put_tensor(f, m, &list[i], row, value);
    free(row);
    free(value);
    return !ferror(f) && fclose(f) == 0;
}

bool field_model_write(const field_model *m, const char *path)
{
    tensor *list = calloc(most_tensors(m), sizeof *list);
    char name[4096];
    bool written = true;

    if (list == NULL)
        return false;
    const size_t tensors = list_tensors(m, list);
    for (uint32_t part = 0; part < m->parts && written; part++) {
        snprintf(name, sizeof name, "%s", path);
        if (m->parts > 1)
            snprintf(name + strlen(path) - strlen("00001-of-00001.gguf"), 32, "%05" PRIu32 "-of-%05" PRIu32 ".gguf",
                     part + 1, m->parts);
        written = write_part(m, name, part, list, tensors);
    }
    free(list);
    return written;
}
