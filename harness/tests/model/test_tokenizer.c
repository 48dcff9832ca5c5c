/*
 * Small vocabularies of both kinds, made here: known splits, any bytes back and forth, and files that are no
 * vocabulary.
 */
#include "field_model.h"
#include "model/tokenizer.h"
#include "model/vocabulary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A file image that grows. */
static uint8_t image[1 << 16];
static size_t used;

static void put(const void *bytes, size_t count)
{
    assert_true(used + count <= sizeof image);
    memcpy(image + used, bytes, count);
    used += count;
}

static void put_number(uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        put(&(uint8_t){(uint8_t)(value >> 8 * i)}, 1);
}

static void put_text(const char *text)
{
    put_number(strlen(text), 8);
    put(text, strlen(text));
}

static void begin(uint64_t values)
{
    used = 0;
    put("GGUF", 4);
    put_number(3, 4);
    put_number(0, 8);
    put_number(values, 8);
}

static void put_text_value(const char *key, const char *text)
{
    put_text(key);
    put_number(8, 4);
    put_text(text);
}

static void put_array(const char *key, uint32_t element, uint64_t count)
{
    put_text(key);
    put_number(9, 4);
    put_number(element, 4);
    put_number(count, 8);
}

static void put_score(float score)
{
    uint32_t bits;

    memcpy(&bits, &score, sizeof bits);
    put_number(bits, 4);
}

static const char *const pieces[] = {
    "<unk>",         "<s>",  "</s>", "\xe2\x96\x81", "h", "e", "l", "o", "he", "ll", "hell", "\xe2\x96\x81hello",
    "o\xe2\x96\x81", "hello"};
enum { PIECES = sizeof pieces / sizeof *pieces, SPM_TOKENS = PIECES + 256 };

static void make_spm(void)
{
    begin(5);
    put_text_value("tokenizer.ggml.model", "llama");
    put_array("tokenizer.ggml.tokens", 8, SPM_TOKENS);
    for (size_t i = 0; i < PIECES; i++)
        put_text(pieces[i]);
    for (unsigned byte = 0; byte < 256; byte++) {
        char name[8];
        snprintf(name, sizeof name, "<0x%02X>", byte);
        put_text(name);
    }
    put_array("tokenizer.ggml.scores", 6, SPM_TOKENS);
    for (size_t i = 0; i < SPM_TOKENS; i++)
        put_score(-(float)(SPM_TOKENS - i));
    put_array("tokenizer.ggml.token_type", 5, SPM_TOKENS);
    for (size_t i = 0; i < SPM_TOKENS; i++)
        put_number(i == 0 ? 2 : i < 3 ? 3 : i < PIECES ? 1 : 6, 4);
    put_text("tokenizer.ggml.bos_token_id");
    put_number(4, 4);
    put_number(1, 4);
}

static tern_tokenizer *open_image(void)
{
    tern_tokenizer *t;
    tern_error error = {""};

    if (tern_tokenizer_parse(&t, "image", image, used, NULL, &error) != TERN_OK)
        fail_msg("%s", error.text);
    return t;
}

static void expect(const tern_tokenizer *t, const char *text, const uint32_t *wanted, size_t count)
{
    uint32_t id[256];
    size_t got;

    assert_int_equal(tern_tokenizer_encode(t, text, id, 256, &got, NULL), TERN_OK);
    assert_int_equal(got, count);
    assert_memory_equal(id, wanted, count * sizeof *id);
}

/* Encodes, decodes, and compares but for what stands before. */
static void comes_back(const tern_tokenizer *t, const char *text, const char *before)
{
    uint32_t id[1024];
    size_t count;
    char out[2048] = "", piece[64];

    assert_int_equal(tern_tokenizer_encode(t, text, id, 1024, &count, NULL), TERN_OK);
    for (size_t i = 0; i < count; i++) {
        tern_tokenizer_decode(t, id[i], piece, sizeof piece);
        strcat(out, piece);
    }
    assert_memory_equal(out, before, strlen(before));
    assert_string_equal(out + strlen(before), text);
}

static void joins_by_score(void **state)
{
    (void)state;
    make_spm();
    tern_tokenizer *t = open_image();
    expect(t, "hello", (uint32_t[]){1, 11}, 2); /* the joint token of all */
    expect(t, "hell", (uint32_t[]){1, 3, 10}, 3);
    expect(t, "", (uint32_t[]){1}, 1);
    expect(t, "A", (uint32_t[]){1, 3, PIECES + 'A'}, 3); /* a byte */
    comes_back(t, "hello hell o\n\xc3\xa9 \xf0\x9f\x98\x80 \xff\x80 end", " ");
    uint32_t id[3];
    size_t count;
    assert_int_equal(tern_tokenizer_encode(t, "abcdef", id, 3, &count, NULL), TERN_USAGE);
    tern_tokenizer_free(t);
}

/* The printable characters of GPT-2 for all bytes, and a few joint tokens. */
static void make_bpe(const char *pre)
{
    static const char *const joint[] = {"he", "ll", "hell", "hello", "\xc4\xa0hello", "12", "123"};
    static const char *const merges[] = {"h e", "l l", "he ll", "hell o", "\xc4\xa0 hello", "1 2", "12 3"};
    unsigned other = 256;

    begin(5);
    put_text_value("tokenizer.ggml.model", "gpt2");
    put_text_value("tokenizer.ggml.pre", pre);
    put_text("tokenizer.ggml.bos_token_id");
    put_number(4, 4);
    put_number(1, 4);
    put_array("tokenizer.ggml.tokens", 8, 256 + 7);
    for (unsigned byte = 0; byte < 256; byte++) {
        const bool plain = (byte > 32 && byte < 127) || (byte > 160 && byte != 173);
        const unsigned code = plain ? byte : other++;
        char text[3] = {(char)code};
        if (code > 127)
            text[0] = (char)(0xC0 | code >> 6), text[1] = (char)(0x80 | (code & 63));
        put_text(text);
    }
    for (size_t i = 0; i < 7; i++)
        put_text(joint[i]);
    put_array("tokenizer.ggml.merges", 8, 7);
    for (size_t i = 0; i < 7; i++)
        put_text(merges[i]);
}

static void joins_by_rank(void **state)
{
    (void)state;
    make_bpe("llama-bpe");
    tern_tokenizer *t = open_image();
    expect(t, "hello hello", (uint32_t[]){1, 259, 260}, 3);
    expect(t, "1234", (uint32_t[]){1, 262, '4'}, 3); /* digits in threes */
    expect(t, "he'll", (uint32_t[]){1, 256, '\'', 257}, 4);
    expect(t, "hel", (uint32_t[]){1, 256, 'l'}, 3);
    expect(t, "", (uint32_t[]){1}, 1);
    comes_back(t, "hello  hello\n\n 12345, it's \xc3\xa9\xf0\x9f\x98\x80!! \x01\xff tab\t.", "\x01");
    tern_tokenizer_free(t);
    make_bpe("gpt-2");
    t = open_image();
    expect(t, " 1234", (uint32_t[]){' ', 262, '4'}, 3); /* one word; nothing joins the blank; no start */
    tern_tokenizer_free(t);
}

/* Words as the patterns at the top of tokenizer_words.c cut them, '|' between them. */
static void expect_words(bool llama3, const char *words)
{
    char text[128], got[256] = "";
    size_t length = 0;

    for (const char *c = words; *c != '\0'; c++)
        if (*c != '|')
            text[length++] = *c;
    for (size_t at = 0, bytes; at < length; at += bytes) {
        bytes = tern_word_bytes(llama3, text + at, length - at);
        assert_in_range(bytes, 1, length - at);
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.*s", at == 0 ? "" : "|", (int)bytes, text + at);
    }
    assert_string_equal(got, words);
}

static void cuts_words_as_the_patterns_do(void **state)
{
    (void)state;
    expect_words(false, "Hello| world|!|\n|\n|I|'m| 12345|.|5|  ");
    expect_words(false, "a|  | b| x|\t|\t|y|'|S| |\t|y");
    expect_words(false, "caf\xc3\xa9| \xe2\x80\x94| na\xc3\xafve|\xe2\x80\xa6|\xc2\xa0|z");
    expect_words(true, "Hello| world|!\n\n|I|'M| |123|45|.|5");
    expect_words(true, "(hello|)| (|x|.y|\tz|  | end");
    expect_words(true, "a|  \n \n| | b|\r\n|c|   ");
    expect_words(true, "\xe2\x80\x9cquote|\xe2\x80\x9d\xff|\xe4\xb8\xad\xe6\x96\x87|\xef\xbc\x8c\xe6\x96\x87");
}

/* A hundred thousand times the same pair: joined in the time that a prompt may take. */
static void joins_long_texts(void **state)
{
    enum { LENGTH = 200000 };
    char *text = malloc(LENGTH + 1);
    uint32_t *id = malloc(LENGTH * sizeof *id);
    size_t count;

    (void)state;
    make_spm();
    tern_tokenizer *t = open_image();
    assert_true(text != NULL && id != NULL);
    memset(text, 'l', LENGTH);
    text[LENGTH] = '\0';
    assert_int_equal(tern_tokenizer_encode(t, text, id, LENGTH, &count, NULL), TERN_OK);
    assert_int_equal(count, 2 + LENGTH / 2);
    assert_int_equal(id[2], 9);
    assert_int_equal(id[count - 1], 9);
    tern_tokenizer_free(t);
    free(text);
    free(id);
}

static void refuses_what_is_no_vocabulary(void **state)
{
    static const char *const says[] = {"no vocabulary", "neither of kind", "no list of texts", "cut as 'qwen2'"};

    (void)state;
    for (size_t i = 0; i < sizeof says / sizeof *says; i++) {
        tern_tokenizer *t;
        tern_error error = {""};
        begin(i == 0 ? 0 : i < 3 ? 1 : 3);
        if (i > 0)
            put_text_value("tokenizer.ggml.model", i == 1 ? "bert" : i == 2 ? "llama" : "gpt2");
        if (i == 3) {
            put_text_value("tokenizer.ggml.pre", "qwen2");
            put_array("tokenizer.ggml.tokens", 8, 1);
            put_text("a");
        }
        put_number(0, 8);
        assert_int_equal(tern_tokenizer_parse(&t, "image", image, used, NULL, &error), TERN_USAGE);
        assert_null(t);
        assert_non_null(strstr(error.text, says[i]));
    }
}

static const char field_path[] = "test_tokenizer.tmp.gguf";

static tern_tokenizer *open_field(const char *name, const char *pre)
{
    const tern_gguf_options options = {.pre = pre};
    tern_tokenizer *t;
    tern_error error = {""};

    assert_true(field_model_write(field_model_named(name), field_path));
    if (tern_tokenizer_gguf(&t, field_path, &options, &error) != TERN_OK)
        fail_msg("%s", error.text);
    unlink(field_path);
    return t;
}

/* The official file of BitNet 2B-4T does not say. */
static void a_file_that_does_not_say_is_cut_as_its_vocabulary_is(void **state)
{
    static const uint32_t in_threes[] = {263, '2', 261, '3'}, whole[] = {263, '2', 262};
    tern_tokenizer *t = open_field("2b4t", NULL);

    (void)state;
    expect(t, "2123", in_threes, 4);
    assert_non_null(
        strstr(tern_tokenizer_warning(t), "taken as llama-bpe, since its vocabulary has <|eot_id|>; --pre"));
    tern_tokenizer_free(t);
    t = open_field("2b4t", "gpt-2");
    expect(t, "2123", whole, 3);
    assert_null(tern_tokenizer_warning(t));
    tern_tokenizer_free(t);
    t = open_field("gpt-2", NULL);
    expect(t, "2123", whole, 3);
    assert_null(tern_tokenizer_warning(t));
    tern_tokenizer_free(t);
    t = open_field("gpt-2", "falcon_e");
    expect(t, "2123", in_threes, 4);
    tern_tokenizer_free(t);
    t = open_field("falcon-e", NULL);
    expect(t, "2123", in_threes, 4);
    assert_null(tern_tokenizer_warning(t));
    tern_tokenizer_free(t);
}

static void names_of_added_and_control_tokens_are_those_tokens(void **state)
{
    tern_tokenizer *t = open_field("2b4t", NULL);

    (void)state;
    expect(t, "<think>", (uint32_t[]){263, 266}, 2);
    expect(t, "hello<|eot_id|> hello</think><think><", (uint32_t[]){263, 259, 265, 260, 267, 266, '<'}, 7);
    expect(t, "<<think>>think>", (uint32_t[]){263, '<', 266, '>', 't', 'h', 'i', 'n', 'k', '>'}, 10);
    expect(t, "<|begin_of_text|>", (uint32_t[]){263, 263}, 2);
    tern_tokenizer_free(t);
    t = open_field("spm", NULL);
    /* What follows such a token begins like a text: with a space. */
    expect(t, "hello<think>hello</s>", (uint32_t[]){1, 268, 269, 268, 2}, 5);
    tern_tokenizer_free(t);
}

/* Where one name begins with another. */
static void the_longest_name_is_found_first(void **state)
{
    static const uint8_t types[12] = {4, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0};
    tern_gguf_text names[] = {{"<a>", 3}, {"<a>b", 4}, {"b", 1}};
    tern_vocabulary v = {.tokens = {.text = names, .count = 3}, .type = types};
    uint32_t id[8];
    tern_ids ids = {.id = id, .max = 8};

    (void)state;
    assert_true(tern_specials_read(&v));
    assert_true(tern_specials_encode(&v, "b<a>bb<a>", 9, &ids));
    assert_int_equal(ids.count, 4);
    assert_memory_equal(id, ((uint32_t[]){2, 1, 2, 0}), 4 * sizeof *id);
    free(v.special);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_by_score),
        cmocka_unit_test(joins_by_rank),
        cmocka_unit_test(cuts_words_as_the_patterns_do),
        cmocka_unit_test(joins_long_texts),
        cmocka_unit_test(refuses_what_is_no_vocabulary),
        cmocka_unit_test(a_file_that_does_not_say_is_cut_as_its_vocabulary_is),
        cmocka_unit_test(names_of_added_and_control_tokens_are_those_tokens),
        cmocka_unit_test(the_longest_name_is_found_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
