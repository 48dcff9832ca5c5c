/*
 * text_pool.h - keeps the texts of a document until the document is freed.
 *
 * Whatever goes in comes out fit for a terminal and for any format: valid UTF-8 without control characters, which
 * stand as \n or \x1b (tern_text_visible). Records may hold anything, and no writer has to think of it again.
 */
#ifndef TERN_TEXT_POOL_H
#define TERN_TEXT_POOL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* All zero: empty. */
typedef struct tern_text_pool {
    struct tern_text_block *block; /* the newest */
    bool failed;                   /* memory ran out; texts since then are "" */
} tern_text_pool;

/* Each returns a text that the pool owns; "" when memory ran out, and failed is then set. */
const char *tern_text_pool_copy(tern_text_pool *pool, const char *source);
const char *tern_text_pool_format(tern_text_pool *pool, const char *format, va_list arguments);

void tern_text_pool_free(tern_text_pool *pool);

#endif
