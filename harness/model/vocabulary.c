#include "model/vocabulary.h"

#include <stdlib.h>
#include <string.h>

static int compare(tern_gguf_text a, const char *text, size_t length)
{
    const int order = memcmp(a.text, text, a.length < length ? a.length : length);

    return order != 0 ? order : (a.length > length) - (a.length < length);
}

static int by_text(const void *a, const void *b, void *context)
{
    const tern_gguf_text *text = context;
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    const int order = compare(text[left], text[right].text, text[right].length);

    return order != 0 ? order : (left > right) - (left < right);
}

bool tern_texts_read(tern_texts *texts, const tern_gguf_value *value)
{
    if (value == NULL || value->type != TERN_GGUF_ARRAY || value->element != TERN_GGUF_TEXT || value->count == 0 ||
        value->count >= TERN_NO_TOKEN)
        return false;
    const uint8_t *at = value->data;
    texts->count = (uint32_t)value->count;
    texts->text = calloc(texts->count, sizeof *texts->text);
    texts->order = calloc(texts->count, sizeof *texts->order);
    if (texts->text == NULL || texts->order == NULL)
        return false;
    for (uint32_t i = 0; i < texts->count; i++) {
        texts->text[i] = tern_gguf_next_text(&at);
        texts->order[i] = i;
    }
    qsort_r(texts->order, texts->count, sizeof *texts->order, by_text, texts->text);
    return true;
}

void tern_texts_free(tern_texts *texts)
{
    free(texts->text);
    free(texts->order);
    memset(texts, 0, sizeof *texts);
}

uint32_t tern_texts_find(const tern_texts *texts, const char *text, size_t length)
{
    uint32_t low = 0, high = texts->count;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (compare(texts->text[texts->order[middle]], text, length) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < texts->count && compare(texts->text[texts->order[low]], text, length) == 0 ? texts->order[low]
                                                                                            : TERN_NO_TOKEN;
}

tern_token_type tern_token_type_of(const tern_vocabulary *vocabulary, uint32_t id)
{
    return vocabulary->type == NULL ? TERN_TOKEN_NORMAL
                                    : (tern_token_type)tern_gguf_u32(vocabulary->type + 4 * (size_t)id);
}

void tern_ids_add(tern_ids *ids, uint32_t id)
{
    if (ids->count < ids->max)
        ids->id[ids->count++] = id;
    else
        ids->overflow = true;
}

size_t tern_utf8_bytes(const char *text, size_t length)
{
    const uint8_t first = (uint8_t)text[0];
    const size_t bytes = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1;

    if (bytes > length)
        return 1;
    for (size_t i = 1; i < bytes; i++)
        if (((uint8_t)text[i] & 0xC0) != 0x80)
            return 1;
    return bytes;
}
