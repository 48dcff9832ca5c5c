/*
 * gguf_put.h - the parts that a GGUF file is written of, to a stream whose ferror() tells whether it took them.
 */
#ifndef TERN_GGUF_PUT_H
#define TERN_GGUF_PUT_H

#include "model/gguf.h"

#include <stdio.h>

void tern_put_u32(FILE *stream, uint32_t value);
void tern_put_u64(FILE *stream, uint64_t value);
void tern_put_f32(FILE *stream, float value);
void tern_put_zeros(FILE *stream, uint64_t count);
void tern_put_text(FILE *stream, const char *text);

/*
 * Keys and their values; a text that is no UTF-8 as tern_text_storable() writes it. The elements of an array are put
 * after it.
 */
void tern_put_text_value(FILE *stream, const char *key, const char *text);
void tern_put_count_value(FILE *stream, const char *key, uint32_t value);
void tern_put_real_value(FILE *stream, const char *key, double value);
void tern_put_switch_value(FILE *stream, const char *key, bool value);
void tern_put_array(FILE *stream, const char *key, tern_gguf_type element, uint64_t count);

#endif
