#include "model/tokenizer.h"

#include "base/text.h"
#include "model/vocabulary.h"

#include <stdlib.h>
#include <string.h>

struct tern_tokenizer {
    tern_gguf gguf;
    tern_vocabulary vocabulary;
    char warning[512]; /* "": none */
};

/* Of a text: what is counted within it fits 32 bits. */
enum { MOST_BYTES = 1 << 28 };

/* An array of 4-byte numbers with one element a token, or NULL. */
static const uint8_t *find_numbers(const tern_tokenizer *t, const char *key, tern_gguf_type element)
{
    const tern_gguf_value *value = tern_gguf_find(&t->gguf, key);

    return value != NULL && value->type == TERN_GGUF_ARRAY && value->element == element &&
                   value->count == t->vocabulary.tokens.count
               ? value->data
               : NULL;
}

static uint32_t find_id(const tern_tokenizer *t, const char *key)
{
    uint64_t id;

    return tern_gguf_whole(tern_gguf_find(&t->gguf, key), &id) && id < t->vocabulary.tokens.count ? (uint32_t)id
                                                                                                  : TERN_NO_TOKEN;
}

static bool find_switch(const tern_tokenizer *t, const char *key, bool otherwise)
{
    const tern_gguf_value *value = tern_gguf_find(&t->gguf, key);

    return value != NULL && value->type == TERN_GGUF_BOOL ? value->data[0] != 0 : otherwise;
}

/* Names that files and users have for the two ways of cutting words. */
static const char *const llama3[] = {"llama-bpe", "llama3", "llama-v3", "falcon3", "falcon_e", "falcon-h1"};
static const char *const gpt2[] = {"default", "gpt-2"};

static bool is_one_of(tern_gguf_text name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (tern_gguf_is(name, names[i]))
            return true;
    return false;
}

/* Files that say nothing of it: vocabularies of Llama 3 have these tokens. */
static tern_gguf_text guess_words(tern_tokenizer *t)
{
    static const char *const tokens[] = {"<|begin_of_text|>", "<|eot_id|>"};
    const char *name = gpt2[0], *because = "no token of Llama 3's";

    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
        if (tern_texts_find(&t->vocabulary.tokens, tokens[i], strlen(tokens[i])) != TERN_NO_TOKEN) {
            name = llama3[0];
            because = tokens[i];
        }
    tern_text_append(t->warning, sizeof t->warning,
                     "%s does not say how its words are cut (tokenizer.ggml.pre is missing): taken as %s, since its "
                     "vocabulary has %s; --pre says otherwise",
                     t->gguf.path, name, because);
    return (tern_gguf_text){name, strlen(name)};
}

/* How words are cut goes by a name: the user's, the file's, or that of its kind of vocabulary. */
static tern_status read_words(tern_tokenizer *t, const char *said, tern_error *error)
{
    tern_vocabulary *v = &t->vocabulary;
    tern_gguf_text pre = {said, said == NULL ? 0 : strlen(said)};
    char shown[64];

    if (said == NULL && !tern_gguf_string(tern_gguf_find(&t->gguf, "tokenizer.ggml.pre"), &pre))
        pre = guess_words(t);
    v->is_llama3 = is_one_of(pre, llama3, sizeof llama3 / sizeof *llama3);
    if (v->is_llama3 || is_one_of(pre, gpt2, sizeof gpt2 / sizeof *gpt2))
        return TERN_OK;
    return tern_error_set(error, TERN_USAGE,
                          "%s: its words are cut as '%s' does, which this program does not know; give the prompt as "
                          "--prompt-ids, or say --pre llama-bpe or gpt-2 if one of them cuts alike",
                          t->gguf.path, tern_gguf_printable(pre, shown, sizeof shown));
}

static tern_status read_vocabulary(tern_tokenizer *t, const char *pre, tern_error *error)
{
    const char *path = t->gguf.path;
    tern_vocabulary *v = &t->vocabulary;
    tern_gguf_text model;
    tern_status status;

    if (!tern_gguf_string(tern_gguf_find(&t->gguf, "tokenizer.ggml.model"), &model))
        return tern_error_set(error, TERN_USAGE, "%s: it has no vocabulary; give the prompt as --prompt-ids", path);
    v->is_bpe = tern_gguf_is(model, "gpt2");
    if (!v->is_bpe && !tern_gguf_is(model, "llama"))
        return tern_error_set(error, TERN_USAGE,
                              "%s: its vocabulary is neither of kind llama (SentencePiece) nor gpt2 (BPE); give the "
                              "prompt as --prompt-ids",
                              path);
    if (!tern_texts_read(&v->tokens, tern_gguf_find(&t->gguf, "tokenizer.ggml.tokens")))
        return tern_error_set(error, TERN_USAGE, "%s: tokenizer.ggml.tokens is no list of texts", path);
    if (v->is_bpe && (status = read_words(t, pre, error)) != TERN_OK)
        return status;
    if (v->is_bpe && !tern_texts_read(&v->merges, tern_gguf_find(&t->gguf, "tokenizer.ggml.merges")))
        return tern_error_set(error, TERN_USAGE, "%s: tokenizer.ggml.merges is no list of texts", path);
    v->score = find_numbers(t, "tokenizer.ggml.scores", TERN_GGUF_F32);
    v->type = find_numbers(t, "tokenizer.ggml.token_type", TERN_GGUF_I32);
    v->start = find_id(t, "tokenizer.ggml.bos_token_id");
    v->adds_start = find_switch(t, "tokenizer.ggml.add_bos_token", !v->is_bpe || v->is_llama3);
    v->adds_space = find_switch(t, "tokenizer.ggml.add_space_prefix", !v->is_bpe);
    v->unknown = find_id(t, "tokenizer.ggml.unknown_token_id");
    return tern_specials_read(v) ? TERN_OK
                                 : tern_error_memory(error, "a vocabulary", v->tokens.count * sizeof *v->special);
}

static tern_status finish(tern_tokenizer *t, tern_status status, const tern_gguf_options *options,
                          tern_tokenizer **tokenizer, tern_error *error)
{
    if (status == TERN_OK)
        status = read_vocabulary(t, options == NULL ? NULL : options->pre, error);
    if (status == TERN_OK)
        *tokenizer = t;
    else
        tern_tokenizer_free(t);
    return status;
}

tern_status tern_tokenizer_gguf(tern_tokenizer **tokenizer, const char *path, const tern_gguf_options *options,
                                tern_error *error)
{
    tern_tokenizer *t = calloc(1, sizeof *t);

    *tokenizer = NULL;
    if (t == NULL)
        return tern_error_memory(error, "a vocabulary", sizeof *t);
    return finish(t, tern_gguf_open(&t->gguf, path, options, error), options, tokenizer, error);
}

tern_status tern_tokenizer_parse(tern_tokenizer **tokenizer, const char *path, const void *file, size_t bytes,
                                 const tern_gguf_options *options, tern_error *error)
{
    tern_tokenizer *t = calloc(1, sizeof *t);

    *tokenizer = NULL;
    if (t == NULL)
        return tern_error_memory(error, "a vocabulary", sizeof *t);
    return finish(t, tern_gguf_parse(&t->gguf, path, file, bytes, options, error), options, tokenizer, error);
}

void tern_tokenizer_free(tern_tokenizer *t)
{
    if (t == NULL)
        return;
    tern_texts_free(&t->vocabulary.tokens);
    tern_texts_free(&t->vocabulary.merges);
    free(t->vocabulary.special);
    tern_gguf_close(&t->gguf);
    free(t);
}

tern_status tern_tokenizer_encode(const tern_tokenizer *t, const char *text, uint32_t *id, size_t max, size_t *count,
                                  tern_error *error)
{
    const tern_vocabulary *v = &t->vocabulary;
    tern_ids ids = {.id = id, .max = max};
    const size_t length = strlen(text);

    if (v->adds_start && v->start != TERN_NO_TOKEN)
        tern_ids_add(&ids, v->start);
    if (length > MOST_BYTES)
        return tern_error_set(error, TERN_USAGE, "a text of %zu bytes is longer than any prompt", length);
    if (!tern_specials_encode(v, text, length, &ids))
        return tern_error_memory(error, "a text", (double)length);
    *count = ids.count;
    if (ids.overflow)
        return tern_error_set(error, TERN_USAGE, "the text has more than %zu tokens", max);
    return TERN_OK;
}

size_t tern_tokenizer_decode(const tern_tokenizer *t, uint32_t id, char *text, size_t bytes)
{
    const tern_vocabulary *v = &t->vocabulary;
    size_t count = 0;

    if (bytes == 0)
        return 0;
    if (id < v->tokens.count && tern_token_type_of(v, id) != TERN_TOKEN_CONTROL)
        count = (v->is_bpe ? tern_bpe_decode : tern_spm_decode)(v, id, text, bytes - 1);
    text[count] = '\0';
    return count;
}

const char *tern_tokenizer_warning(const tern_tokenizer *t)
{
    return t->warning[0] == '\0' ? NULL : t->warning;
}
