/*
 * A model that was written is read back number by number; whatever is done to the file is told in a sentence.
 */
#include "base/text.h"
#include "model/gguf_map.h"
#include "model/gguf_metadata.h"
#include "model/gguf_model.h"
#include "model/gguf_weights.h"
#include "model/gguf_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char path[] = "test_gguf.tmp.gguf";

static tern_geometry small(tern_activation activation, tern_rope rope, bool tied)
{
    return (tern_geometry){.name = "small",
                           .layers = 2,
                           .hidden = 256,
                           .heads = 4,
                           .kv_heads = 2,
                           .head_dim = 64,
                           .ffn = 512,
                           .vocabulary = 50,
                           .context = 32,
                           .activation = activation,
                           .rope = rope,
                           .sub_norms = activation == TERN_RELU2,
                           .tied_head = tied,
                           .rope_base = 10000.0,
                           .epsilon = 1e-5};
}

static void write_file(const tern_geometry *geometry, const char *format)
{
    tern_weights weights;
    tern_error error = {""};
    FILE *stream = fopen(path, "wb");

    assert_non_null(stream);
    assert_int_equal(tern_weights_seeded(&weights, geometry, 7, 0.4, NULL), TERN_OK);
    if (tern_gguf_write(stream, &weights, tern_block_format_named(format), NULL, NULL, &error) != TERN_OK)
        fail_msg("%s", error.text);
    fclose(stream);
    tern_weights_close(&weights);
}

static void same_numbers(const tern_geometry *g, const tern_weights *a, const tern_weights *b)
{
    int8_t *w = malloc((size_t)2 * 512 * 512);
    float *value = malloc((size_t)2 * 50 * 256 * sizeof *value);

    for (uint32_t layer = 0; layer < g->layers; layer++)
        for (tern_matrix m = 0; m < TERN_MATRICES; m++) {
            const size_t rows = tern_geometry_rows(g, m), bytes = rows * tern_geometry_columns(g, m);
            a->trits(a, layer, m, 0, rows, w);
            b->trits(b, layer, m, 0, rows, w + bytes);
            assert_memory_equal(w, w + bytes, bytes);
            assert_true(a->scale(a, layer, m) == b->scale(b, layer, m));
        }
    for (tern_norm n = 0; n < TERN_NORMS; n++) {
        const size_t count = tern_geometry_norm_size(g, n);
        if (!g->sub_norms && (n == TERN_NORM_ATTENTION_SUB || n == TERN_NORM_FFN_SUB))
            continue;
        a->norm(a, n == TERN_NORM_OUTPUT ? 0 : 1, n, value);
        b->norm(b, n == TERN_NORM_OUTPUT ? 0 : 1, n, value + count);
        assert_memory_equal(value, value + count, count * sizeof *value);
    }
    for (tern_table table = TERN_TABLE_EMBEDDING; table <= TERN_TABLE_HEAD; table++) {
        a->rows(a, table, 3, 50, value);
        b->rows(b, table, 3, 50, value + 47 * 256);
        assert_memory_equal(value, value + 47 * 256, 47 * 256 * sizeof *value);
    }
    free(w);
    free(value);
}

static void reads_what_it_wrote(void **state)
{
    static const char *const formats[] = {"tq1_0", "tq2_0", "i2_s"};

    (void)state;
    for (size_t i = 0; i < 9; i++) {
        const bool relu2 = i % 3 == 1;
        tern_geometry g =
            small(relu2 ? TERN_RELU2 : TERN_SWIGLU, i % 3 == 2 ? TERN_ROPE_PAIRS : TERN_ROPE_HALVES, i % 3 == 1);
        tern_text_copy(g.summary, sizeof g.summary, "for tests");
        tern_weights seeded, read;
        tern_error error = {""};
        write_file(&g, formats[i / 3]);
        if (tern_weights_gguf(&read, path, NULL, &error) != TERN_OK)
            fail_msg("%s", error.text);
        assert_int_equal(tern_weights_seeded(&seeded, &g, 7, 0.4, NULL), TERN_OK);
        assert_string_equal(read.geometry.name, "small");
        assert_int_equal(read.geometry.activation, g.activation);
        assert_int_equal(read.geometry.rope, g.rope);
        assert_true(read.geometry.sub_norms == g.sub_norms && read.geometry.tied_head == g.tied_head);
        assert_string_equal(read.geometry.summary, "for tests");
        assert_true(read.geometry.epsilon == 1e-5 && read.geometry.rope_base == 10000.0);
        assert_true(read.geometry.head_dim == 64 && read.geometry.kv_heads == 2 && read.geometry.context == 32);
        same_numbers(&g, &seeded, &read);
        tern_weights_close(&read);
        tern_weights_close(&seeded);
    }
    unlink(path);
}

static uint8_t *load(size_t *bytes)
{
    FILE *stream = fopen(path, "rb");

    assert_non_null(stream);
    fseek(stream, 0, SEEK_END);
    *bytes = (size_t)ftell(stream);
    rewind(stream);
    uint8_t *file = malloc(*bytes);
    assert_non_null(file);
    assert_int_equal(fread(file, 1, *bytes, stream), *bytes);
    fclose(stream);
    return file;
}

/* Reads all of a file image; returns whether it is a model. */
static bool is_model(const uint8_t *file, size_t bytes, tern_error *error)
{
    tern_gguf gguf;
    tern_weights weights;

    if (tern_gguf_parse(&gguf, "image", file, bytes, NULL, error) != TERN_OK) {
        tern_gguf_close(&gguf);
        return false;
    }
    if (tern_gguf_weights(&weights, &gguf, error) != TERN_OK)
        return false;
    tern_weights_close(&weights);
    return true;
}

static void says_of_every_cut_that_it_was_cut(void **state)
{
    const tern_geometry g = small(TERN_SWIGLU, TERN_ROPE_HALVES, false);
    size_t bytes;

    (void)state;
    write_file(&g, "tq2_0");
    uint8_t *file = load(&bytes);
    assert_true(is_model(file, bytes, NULL));
    for (size_t length = 0; length < bytes; length += length < 9000 ? 1 : 997) {
        /* A copy of that very size, so that a sanitizer sees what is read behind it. */
        uint8_t *cut = malloc(length == 0 ? 1 : length);
        tern_error error = {""};
        assert_non_null(cut);
        memcpy(cut, file, length);
        assert_false(is_model(cut, length, &error));
        assert_true(error.text[0] != '\0');
        free(cut);
    }
    free(file);
    unlink(path);
}

/* Replaces the first bytes that are `from` and reads the file. */
static void expect_of_change(const char *from, size_t at, const char *to, size_t length, const char *says)
{
    size_t bytes;
    uint8_t *file = load(&bytes);
    tern_error error = {""};
    uint8_t *found = memmem(file, bytes, from, strlen(from));

    assert_non_null(found);
    memcpy(found + at, to, length);
    if (is_model(file, bytes, &error))
        fail_msg("a file with %s changed is taken", from);
    if (strstr(error.text, says) == NULL)
        fail_msg("expected '%s', was told: %s", says, error.text);
    free(file);
}

static void says_what_is_wrong(void **state)
{
    const tern_geometry g = small(TERN_RELU2, TERN_ROPE_HALVES, false);
    const size_t tensor = strlen("blk.0.attn_q.weight");

    (void)state;
    write_file(&g, "tq2_0");
    expect_of_change("GGUF", 0, "GGML", 4, "does not begin with GGUF");
    expect_of_change("GGUF", 4, "\x01", 1, "version 1");
    expect_of_change("GGUF", 4, "\0\0\0\x03", 4, "GGUF version 3 for big-endian machines");
    expect_of_change("GGUF", 15, "\xFF", 1, "more tensors");
    expect_of_change("GGUF", 23, "\xFF", 1, "more metadata");
    expect_of_change("general.alignment", 17 + 4, "\x03", 1, "power of two");
    expect_of_change("general.architecture", 20 + 4 + 8, "mamba2", 6, "architecture");
    expect_of_change("bitnet.block_count", 18 + 4, "\x03", 1, "blk.2.attn_q.weight is missing");
    expect_of_change("bitnet.block_count", 18 + 4, "\x01", 1, "tensor blk.1.attn_k.weight is none that");
    expect_of_change("bitnet.block_count", 18 + 4, "\xE8\x03", 2, "too few for 1000 layers");
    expect_of_change("bitnet.block_count", 17, "x", 1, "no bitnet.block_count");
    expect_of_change("bitnet.embedding_length", 23 + 4, "\x00\x02", 2, "needs");
    expect_of_change("bitnet.attention.head_count", 27 + 4, "\x00", 1, "heads must be from 1");
    expect_of_change("bitnet.attention.head_count_kv", 30, "\x06", 1, "head_count_kv is no count");
    expect_of_change("bitnet.attention.head_count_kv", 30 + 4, "\x03", 1, "multiple of kv_heads");
    expect_of_change("bitnet.attention.value_length", 29 + 4, "\x20", 1, "value_length is 32");
    expect_of_change("bitnet.rope.dimension_count", 27 + 4, "\x20", 1, "dimension_count is 32");
    expect_of_change("bitnet.attention.layer_norm_rms_epsilon", 39 + 4, "\0\0\xC0\x7F", 4, "epsilon is no number");
    expect_of_change("bitnet.vocab_size", 17 + 4, "\x33", 1, "vocab_size is 51");
    expect_of_change("bitnet.block_count", 18, "\x09", 1, "");
    expect_of_change("blk.0.attn_q.weight", 0, "blk.1.attn_q.weight", tensor, "twice");
    expect_of_change("blk.0.attn_q.weight", 0, "blk.0.\033ttn_q", 12, "blk.0.attn_q.weight is missing");
    expect_of_change("blk.1.attn_q.weight", 6, "attn_q.weighs", 13, "blk.1.attn_q.weight is missing");
    expect_of_change("blk.0.attn_q.weight", tensor, "\x07", 1, "dimension");
    expect_of_change("blk.0.attn_q.weight", tensor + 4, "\xFF", 1, "rows of 511, which is no multiple of 256");
    expect_of_change("bitnet.hidden_activation", 24 + 4 + 8, "geglu", 5, "is 'geglu'");
    expect_of_change("blk.1.ffn_sub_norm.weight", strlen("blk.1.ffn_sub_norm.weight") + 4 + 8, "\x23", 1, "is ternary");
    expect_of_change("blk.0.attn_q.weight", tensor + 4 + 16, "\x63", 1, "type 99");
    expect_of_change("blk.0.attn_q.weight", tensor + 4 + 16, "\x26", 1, "type 38 (tl1 of bitnet.cpp)");
    expect_of_change("blk.0.attn_q.weight", tensor + 4 + 16, "\x27", 1, "type 39 (tl2 of bitnet.cpp, or mxfp4)");
    expect_of_change("blk.0.attn_q.weight", tensor + 4 + 16, "\x86", 1, "type 134 (iq1_bn of ik_llama.cpp)");
    expect_of_change("blk.0.attn_q.weight", tensor + 4 + 16, "\x87", 1, "type 135 (iq2_bn of ik_llama.cpp)");
    expect_of_change("blk.0.attn_q.weight", tensor + 4 + 16, "\x2A", 1, "type 42 (q2_0)");
    expect_of_change("blk.0.attn_q.weight", tensor + 4 + 16 + 4, "\x01", 1, "not aligned");
    expect_of_change("blk.0.attn_q.weight", tensor + 4 + 16 + 4 + 7, "\x7F", 1, "cut off");
    unlink(path);
}

/* Rows of I2_S that are no whole blocks: those of ARM have their option, others no way to be right. */
static void says_of_rows_what_they_are_no_multiple_of(void **state)
{
    const tern_geometry g = small(TERN_RELU2, TERN_ROPE_HALVES, false);
    const size_t tensor = strlen("blk.0.attn_q.weight");

    (void)state;
    write_file(&g, "i2_s");
    expect_of_change(
        "blk.0.attn_q.weight", tensor + 4, "\xC0\0", 2,
        "rows of 192, which is no multiple of 128: if bitnet.cpp made the file on ARM, say --i2s-block 64");
    expect_of_change("blk.0.attn_q.weight", tensor + 4, "\xC1\0", 2,
                     "rows of 193, which is no multiple of 128: the file");
    unlink(path);
}

/* Not a number, or too large, at the end of each table and norm. */
static void looks_at_every_number(void **state)
{
    static const char *const names[] = {"token_embd.weight", "output.weight", "blk.1.ffn_norm.weight",
                                        "output_norm.weight"};
    const tern_geometry g = small(TERN_SWIGLU, TERN_ROPE_HALVES, false);
    size_t bytes;
    tern_gguf gguf;

    (void)state;
    write_file(&g, "i2_s");
    uint8_t *file = load(&bytes);
    assert_int_equal(tern_gguf_parse(&gguf, "image", file, bytes, NULL, NULL), TERN_OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const tern_gguf_tensor *t = tern_gguf_tensor_find(&gguf, names[i]);
        uint8_t *last = file + (t->data - file) + t->bytes - 1;
        const uint8_t was = *last;
        tern_error error = {""};
        *last = 0x7F; /* not a number as a half, 3e38 as a float */
        assert_false(is_model(file, bytes, &error));
        assert_non_null(strstr(error.text, names[i]));
        *last = was;
    }
    assert_true(is_model(file, bytes, NULL));
    tern_gguf_close(&gguf);
    free(file);
    unlink(path);
}

/* Which program each can go to. */
static void writes_what_others_run(void **state)
{
    const tern_block_format *tq2 = tern_block_format_named("tq2_0"), *i2 = tern_block_format_named("i2_s");
    tern_geometry g = small(TERN_SWIGLU, TERN_ROPE_HALVES, false);

    (void)state;
    assert_string_equal(tern_gguf_target_of(&g, tq2).architecture, "llama");
    assert_true(tern_gguf_target_of(&g, tq2).reordered && tern_gguf_target_of(&g, tq2).alone == NULL);
    g.rope = TERN_ROPE_PAIRS;
    assert_false(tern_gguf_target_of(&g, tq2).reordered);
    g = small(TERN_RELU2, TERN_ROPE_HALVES, true);
    assert_string_equal(tern_gguf_target_of(&g, tq2).architecture, "bitnet");
    assert_string_equal(tern_gguf_target_of(&g, i2).architecture, "bitnet-b1.58");
    assert_true(tern_gguf_target_of(&g, i2).alone == NULL && !tern_gguf_target_of(&g, i2).reordered);
    g.tied_head = false;
    assert_non_null(tern_gguf_target_of(&g, i2).alone);
}

/* The converter of llama.cpp: row 2j + p of a head is row p * head_dim / 2 + j before. */
static void reorders_rows_as_llama_does(void **state)
{
    const tern_geometry g = small(TERN_SWIGLU, TERN_ROPE_HALVES, false);
    tern_weights seeded, read;
    tern_gguf gguf;
    int8_t row[256], stored[256];
    size_t bytes;

    (void)state;
    for (size_t i = 0; i < 128; i++)
        assert_int_equal(tern_gguf_pair_row(64, tern_gguf_half_row(64, i)), i);
    assert_int_equal(tern_gguf_half_row(64, 64 + 2 * 5 + 1), 64 + 32 + 5);
    write_file(&g, "tq2_0");
    uint8_t *file = load(&bytes);
    /* Under another name the key says nothing: rotation of pairs, rows as they are stored. */
    uint8_t *key = memmem(file, bytes, TERN_GGUF_ROPE_KEY, strlen(TERN_GGUF_ROPE_KEY));
    assert_non_null(key);
    key[0] = 'T';
    assert_int_equal(tern_gguf_parse(&gguf, "image", file, bytes, NULL, NULL), TERN_OK);
    assert_int_equal(tern_gguf_weights(&read, &gguf, NULL), TERN_OK);
    assert_int_equal(read.geometry.rope, TERN_ROPE_PAIRS);
    assert_int_equal(tern_weights_seeded(&seeded, &g, 7, 0.4, NULL), TERN_OK);
    for (size_t i = 0; i < 256; i++) {
        const size_t j = i % 64 / 2, p = i % 2;
        read.trits(&read, 1, TERN_MATRIX_Q, i, i + 1, stored);
        seeded.trits(&seeded, 1, TERN_MATRIX_Q, i / 64 * 64 + p * 32 + j, i / 64 * 64 + p * 32 + j + 1, row);
        assert_memory_equal(row, stored, sizeof row);
    }
    read.trits(&read, 1, TERN_MATRIX_V, 7, 8, stored);
    seeded.trits(&seeded, 1, TERN_MATRIX_V, 7, 8, row);
    assert_memory_equal(row, stored, sizeof row);
    tern_weights_close(&read);
    tern_weights_close(&seeded);
    free(file);
    unlink(path);
}

/* Damage in the data themselves. */
static void looks_at_every_code_and_scale(void **state)
{
    const tern_geometry g = small(TERN_SWIGLU, TERN_ROPE_HALVES, false);
    size_t bytes;
    tern_gguf gguf;
    tern_error error = {""};

    (void)state;
    write_file(&g, "tq2_0");
    uint8_t *file = load(&bytes);
    assert_int_equal(tern_gguf_parse(&gguf, "image", file, bytes, NULL, NULL), TERN_OK);
    const tern_gguf_tensor *t = tern_gguf_tensor_find(&gguf, "blk.1.ffn_down.weight");
    assert_non_null(t);
    const size_t at = (size_t)(t->data - file), last = (size_t)t->bytes - 66;
    tern_gguf_close(&gguf);

    const uint8_t code = file[at + last];
    file[at + last] = 0xFF;
    assert_false(is_model(file, bytes, &error));
    assert_non_null(strstr(error.text, "code 3"));
    file[at + last] = code;
    file[at + last + 64] = 0, file[at + last + 65] = 0x7C;
    assert_false(is_model(file, bytes, &error));
    assert_non_null(strstr(error.text, "no number"));
    file[at + last + 65] = 0; /* a block of zeros */
    assert_true(is_model(file, bytes, &error));
    free(file);
    unlink(path);
}

/* A writer that is careless: two tensors of one size get one place. */
static void no_byte_belongs_to_two_tensors(void **state)
{
    const tern_geometry g = small(TERN_SWIGLU, TERN_ROPE_HALVES, false);
    static const char first[] = "blk.0.attn_norm.weight", second[] = "blk.1.attn_norm.weight";
    size_t bytes;
    tern_gguf gguf;
    tern_error error = {""};

    (void)state;
    write_file(&g, "tq2_0");
    uint8_t *file = load(&bytes);
    uint8_t *a = memmem(file, bytes, first, strlen(first)), *b = memmem(file, bytes, second, strlen(second));
    const size_t place = strlen(first) + 4 + 8 + 4; /* behind the name: dimensions, the length, the type */
    memcpy(b + place, a + place, 8);
    assert_int_equal(tern_gguf_parse(&gguf, "image", file, bytes, NULL, &error), TERN_USAGE);
    assert_non_null(strstr(error.text, "tensors share bytes"));
    tern_gguf_close(&gguf);
    free(file);
    unlink(path);
}

static void a_file_that_gets_shorter_is_told_and_ends_nothing(void **state)
{
    const tern_geometry g = small(TERN_SWIGLU, TERN_ROPE_HALVES, false);
    tern_weights read;
    tern_error error = {""};
    float *value = malloc((size_t)50 * 256 * sizeof *value);

    (void)state;
    write_file(&g, "tq2_0");
    assert_int_equal(tern_weights_gguf(&read, path, NULL, &error), TERN_OK);
    assert_int_equal(tern_gguf_map_whole(NULL), TERN_OK);
    assert_int_equal(truncate(path, 4096), 0);
    read.rows(&read, TERN_TABLE_HEAD, 0, 50, value);
    assert_true(value[49 * 256] == 0.0F);
    assert_int_equal(tern_gguf_map_whole(&error), TERN_USAGE);
    assert_string_equal(error.text, "test_gguf.tmp.gguf: the file got shorter while it was read");
    tern_weights_close(&read);
    free(value);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_wrote),
        cmocka_unit_test(says_of_every_cut_that_it_was_cut),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(looks_at_every_code_and_scale),
        cmocka_unit_test(looks_at_every_number),
        cmocka_unit_test(says_of_rows_what_they_are_no_multiple_of),
        cmocka_unit_test(writes_what_others_run),
        cmocka_unit_test(reorders_rows_as_llama_does),
        cmocka_unit_test(no_byte_belongs_to_two_tensors),
        cmocka_unit_test(a_file_that_gets_shorter_is_told_and_ends_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
