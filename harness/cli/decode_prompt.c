#include "cli/decode_prompt.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TOKENS = 1 << 16, TOKEN_BYTES = 512 };

static tern_status read_ids(tern_decode_prompt *prompt, const char *text, uint32_t *count, tern_error *error)
{
    char *copy = strdup(text), *rest = copy;
    tern_status status = copy == NULL ? tern_error_memory(error, "the prompt", (double)strlen(text)) : TERN_OK;

    for (char *word; status == TERN_OK && (word = tern_text_word(&rest, ", ")) != NULL;) {
        uint64_t id;
        if (!tern_text_u64(word, 0, UINT32_MAX, &id))
            status = tern_error_set(error, TERN_USAGE, "--prompt-ids: '%s' is no token id", word);
        else if (*count == MAX_TOKENS)
            status = tern_error_set(error, TERN_USAGE, "--prompt-ids: more than %d tokens", MAX_TOKENS);
        else
            prompt->id[(*count)++] = (uint32_t)id;
    }
    free(copy);
    return status;
}

static tern_status read_text(tern_decode_prompt *prompt, const char *model, const char *text, uint32_t *count,
                             tern_error *error)
{
    size_t ids = 0;
    tern_status status = tern_tokenizer_gguf(&prompt->tokenizer, model, error);

    if (status == TERN_OK)
        status = tern_tokenizer_encode(prompt->tokenizer, text, prompt->id, MAX_TOKENS, &ids, error);
    *count = (uint32_t)ids;
    return status;
}

tern_status tern_decode_prompt_read(tern_decode_prompt *prompt, const tern_options *options, tern_decode_job *job,
                                    tern_error *error)
{
    uint32_t count = 0;
    tern_status status;

    memset(prompt, 0, sizeof *prompt);
    prompt->options = options;
    if (options->ids == NULL && options->text == NULL)
        return TERN_OK;
    prompt->id = calloc(MAX_TOKENS, sizeof *prompt->id);
    if (prompt->id == NULL)
        return tern_error_memory(error, "the prompt", MAX_TOKENS * sizeof *prompt->id);
    status = options->ids != NULL ? read_ids(prompt, options->ids, &count, error)
                                  : read_text(prompt, options->model, options->text, &count, error);
    if (status == TERN_OK && count == 0)
        status = tern_error_set(error, TERN_USAGE, "the prompt has no token");
    job->prompt = prompt->id;
    job->prompt_tokens = count;
    return status;
}

static void add_token(const tern_decode_prompt *prompt, FILE *stream, uint32_t id)
{
    char text[TOKEN_BYTES] = "";

    if (prompt->tokenizer == NULL)
        fprintf(stream, " %" PRIu32, id);
    else
        fwrite(text, 1, tern_tokenizer_decode(prompt->tokenizer, id, text, sizeof text), stream);
}

void tern_decode_prompt_answer(tern_decode_prompt *prompt, const tern_decode_record *record)
{
    size_t bytes;

    if (prompt->id == NULL)
        return;
    FILE *stream = open_memstream(&prompt->answer, &bytes);
    for (uint32_t i = 0; stream != NULL && i < record->generated; i++)
        add_token(prompt, stream, (uint32_t)record->token[i]);
    if (stream != NULL)
        fclose(stream);
}

void tern_decode_prompt_print(const tern_decode_prompt *prompt)
{
    if (prompt->answer != NULL)
        printf("\nanswer:%s%s\n", prompt->tokenizer == NULL ? "" : " ", prompt->answer);
}

void tern_decode_prompt_free(tern_decode_prompt *prompt)
{
    tern_tokenizer_free(prompt->tokenizer);
    free(prompt->id);
    free(prompt->answer);
}
