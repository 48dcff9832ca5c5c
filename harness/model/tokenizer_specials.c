/*
 * Tokens that a prompt names: <|eot_id|>, <think>. Models were trained with the one token and not with its letters.
 */
#include "model/vocabulary.h"

#include <stdlib.h>
#include <string.h>

static bool is_special(const tern_vocabulary *v, uint32_t id)
{
    const tern_token_type type = tern_token_type_of(v, id);

    return v->tokens.text[id].length > 0 &&
           (type == TERN_TOKEN_CONTROL || type == TERN_TOKEN_USER || type == TERN_TOKEN_UNKNOWN);
}

static int longest_first(const void *a, const void *b, void *context)
{
    const tern_gguf_text *text = context;
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

    if (text[left].length != text[right].length)
        return text[left].length < text[right].length ? 1 : -1;
    return (left > right) - (left < right);
}

bool tern_specials_read(tern_vocabulary *v)
{
    uint32_t count = 0;

    for (uint32_t id = 0; id < v->tokens.count; id++)
        count += is_special(v, id);
    v->special = malloc((count + 1) * sizeof *v->special);
    if (v->special == NULL)
        return false;
    for (uint32_t id = 0; id < v->tokens.count; id++)
        if (is_special(v, id))
            v->special[v->specials++] = id;
    qsort_r(v->special, v->specials, sizeof *v->special, longest_first, v->tokens.text);
    return true;
}

/* With the special tokens from `first` on: those before do not occur. */
static bool encode(const tern_vocabulary *v, uint32_t first, const char *text, size_t length, tern_ids *ids)
{
    for (; first < v->specials && length > 0; first++) {
        const tern_gguf_text name = v->tokens.text[v->special[first]];
        for (const char *at; (at = memmem(text, length, name.text, name.length)) != NULL;) {
            const size_t before = (size_t)(at - text);
            if (!encode(v, first + 1, text, before, ids))
                return false;
            tern_ids_add(ids, v->special[first]);
            text += before + name.length;
            length -= before + name.length;
        }
    }
    return length == 0 || (v->is_bpe ? tern_bpe_encode : tern_spm_encode)(v, text, length, ids);
}

bool tern_specials_encode(const tern_vocabulary *v, const char *text, size_t length, tern_ids *ids)
{
    return encode(v, 0, text, length, ids);
}
