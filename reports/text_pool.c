#include "text_pool.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024 };

typedef struct tern_text_block {
    struct tern_text_block *next;
    size_t used, bytes;
    char text[];
} tern_text_block;

/* Room for that many bytes, or NULL. */
static char *reserve(tern_text_pool *pool, size_t bytes)
{
    if (pool->block == NULL || pool->block->bytes - pool->block->used < bytes) {
        const size_t wanted = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
        tern_text_block *block = malloc(sizeof *block + wanted);
        if (block == NULL) {
            pool->failed = true;
            return NULL;
        }
        *block = (tern_text_block){pool->block, 0, wanted};
        pool->block = block;
    }
    return pool->block->text + pool->block->used;
}

const char *tern_text_pool_copy(tern_text_pool *pool, const char *source)
{
    const size_t bytes = tern_text_visible(NULL, 0, source) + 1;
    char *text = reserve(pool, bytes);

    if (text == NULL)
        return "";
    tern_text_visible(text, bytes, source);
    pool->block->used += bytes;
    return text;
}

const char *tern_text_pool_format(tern_text_pool *pool, const char *format, va_list arguments)
{
    char brief[512];
    va_list again;

    va_copy(again, arguments);
    const int length = vsnprintf(brief, sizeof brief, format, arguments);
    char *whole = length < (int)sizeof brief ? brief : malloc((size_t)length + 1);
    const char *text = "";
    if (length < 0 || whole == NULL) {
        pool->failed = true;
    } else {
        if (whole != brief)
            vsnprintf(whole, (size_t)length + 1, format, again);
        text = tern_text_pool_copy(pool, whole);
    }
    va_end(again);
    if (whole != brief)
        free(whole);
    return text;
}

void tern_text_pool_free(tern_text_pool *pool)
{
    while (pool->block != NULL) {
        tern_text_block *next = pool->block->next;
        free(pool->block);
        pool->block = next;
    }
}
