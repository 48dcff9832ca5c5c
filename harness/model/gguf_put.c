#include "model/gguf_put.h"

#include "base/half.h"
#include "base/text.h"

#include <string.h>

void tern_put_u32(FILE *stream, uint32_t value)
{
    const uint8_t bytes[] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24)};

    fwrite(bytes, 1, sizeof bytes, stream);
}

void tern_put_u64(FILE *stream, uint64_t value)
{
    tern_put_u32(stream, (uint32_t)value);
    tern_put_u32(stream, (uint32_t)(value >> 32));
}

void tern_put_f32(FILE *stream, float value)
{
    tern_put_u32(stream, tern_float_bits(value));
}

void tern_put_zeros(FILE *stream, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        putc(0, stream);
}

void tern_put_text(FILE *stream, const char *text)
{
    tern_put_u64(stream, strlen(text));
    fwrite(text, 1, strlen(text), stream);
}

static void put_key(FILE *stream, const char *key, tern_gguf_type type)
{
    tern_put_text(stream, key);
    tern_put_u32(stream, type);
}

void tern_put_text_value(FILE *stream, const char *key, const char *text)
{
    char storable[1024]; /* of the longest, a summary of 159 bytes, of which an escape makes four times as many */

    tern_text_storable(storable, sizeof storable, text);
    put_key(stream, key, TERN_GGUF_TEXT);
    tern_put_text(stream, storable);
}

void tern_put_count_value(FILE *stream, const char *key, uint32_t value)
{
    put_key(stream, key, TERN_GGUF_U32);
    tern_put_u32(stream, value);
}

void tern_put_real_value(FILE *stream, const char *key, double value)
{
    put_key(stream, key, TERN_GGUF_F32);
    tern_put_f32(stream, (float)value);
}

void tern_put_switch_value(FILE *stream, const char *key, bool value)
{
    put_key(stream, key, TERN_GGUF_BOOL);
    putc(value ? 1 : 0, stream);
}

void tern_put_array(FILE *stream, const char *key, tern_gguf_type element, uint64_t count)
{
    put_key(stream, key, TERN_GGUF_ARRAY);
    tern_put_u32(stream, element);
    tern_put_u64(stream, count);
}
