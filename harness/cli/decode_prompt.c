#include "cli/decode_prompt.h"

#include "cli/settings.h"
#include "cli/terminal.h"

#include "base/text.h"
#include "model/geometry.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_TOKENS = 1 << 16 };

static tern_status read_ids(tern_decode_prompt *prompt, const char *text, tern_error *error)
{
    char *copy = strdup(text), *rest = copy;
    tern_status status = copy == NULL ? tern_error_memory(error, "the prompt", (double)strlen(text)) : TERN_OK;

    for (char *word; status == TERN_OK && (word = tern_text_word(&rest, ", ")) != NULL;) {
        uint64_t id;
        if (!tern_text_u64(word, 0, UINT32_MAX, &id))
            status = tern_error_set(error, TERN_USAGE, "--prompt-ids: '%s' is no token id", word);
        else if (prompt->count == MAX_TOKENS)
            status = tern_error_set(error, TERN_USAGE, "--prompt-ids: more than %d tokens", MAX_TOKENS);
        else
            prompt->id[prompt->count++] = (uint32_t)id;
    }
    free(copy);
    return status;
}

/* Says what stands in the way of a text as the prompt: there is no such model, or its weights are seeded. */
static tern_status refuse_text(const char *model, tern_error *error)
{
    tern_geometry geometry;
    const tern_status status = tern_geometry_read(&geometry, model, error);

    return status != TERN_OK
               ? status
               : tern_error_set(error, TERN_USAGE,
                                "--prompt-text needs a vocabulary, and model %s has none, as its weights are "
                                "seeded; name a GGUF file, or give token ids by --prompt-ids",
                                geometry.name);
}

static tern_status read_text(tern_decode_prompt *prompt, const tern_options *options, tern_error *error)
{
    const tern_gguf_options gguf = tern_settings_gguf(options);
    size_t ids = 0;

    if (!tern_gguf_is_file(options->model))
        return refuse_text(options->model, error);
    tern_status status = tern_tokenizer_gguf(&prompt->tokenizer, options->model, &gguf, error);

    if (status == TERN_OK)
        status = tern_tokenizer_encode(prompt->tokenizer, options->text, prompt->id, MAX_TOKENS, &ids, error);
    prompt->count = (uint32_t)ids;
    if (status == TERN_OK && tern_tokenizer_warning(prompt->tokenizer) != NULL)
        tern_terminal_say(stderr, "warning: %s", tern_tokenizer_warning(prompt->tokenizer));
    return status;
}

tern_status tern_decode_prompt_read(tern_decode_prompt *prompt, const tern_options *options, tern_error *error)
{
    tern_status status;

    memset(prompt, 0, sizeof *prompt);
    if (options->ids != NULL && options->text != NULL)
        return tern_error_set(error, TERN_USAGE, "--prompt-ids and --prompt-text are two prompts; give one of them");
    if (options->ids == NULL && options->text == NULL)
        return TERN_OK;
    prompt->id = calloc(MAX_TOKENS, sizeof *prompt->id);
    if (prompt->id == NULL)
        return tern_error_memory(error, "the prompt", MAX_TOKENS * sizeof *prompt->id);
    status = options->ids != NULL ? read_ids(prompt, options->ids, error) : read_text(prompt, options, error);
    if (status == TERN_OK && prompt->count == 0)
        status = tern_error_set(error, TERN_USAGE, "the prompt has no token");
    return status;
}

void tern_decode_prompt_free(tern_decode_prompt *prompt)
{
    tern_tokenizer_free(prompt->tokenizer);
    free(prompt->id);
}
