#include "model/gguf.h"

#include "base/half.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t tern_gguf_u32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

uint64_t tern_gguf_u64(const uint8_t *at)
{
    return tern_gguf_u32(at) | (uint64_t)tern_gguf_u32(at + 4) << 32;
}

float tern_gguf_f32(const uint8_t *at)
{
    return tern_float_of(tern_gguf_u32(at));
}

bool tern_gguf_whole(const tern_gguf_value *value, uint64_t *whole)
{
    const tern_gguf_type type = value == NULL ? TERN_GGUF_ARRAY : value->type;
    const bool is_signed =
        type == TERN_GGUF_I8 || type == TERN_GGUF_I16 || type == TERN_GGUF_I32 || type == TERN_GGUF_I64;
    const bool is_unsigned =
        type == TERN_GGUF_U8 || type == TERN_GGUF_U16 || type == TERN_GGUF_U32 || type == TERN_GGUF_U64;

    if (!is_signed && !is_unsigned)
        return false;
    *whole = 0;
    for (size_t i = 0; i < value->bytes; i++)
        *whole |= (uint64_t)value->data[i] << 8 * i;
    return is_unsigned || value->data[value->bytes - 1] < 0x80;
}

static double meant(float value)
{
    char text[32];
    double decimal = (double)value;

    for (int digits = 1; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)value);
        decimal = strtod(text, NULL);
        if ((float)decimal == value)
            break;
    }
    return decimal;
}

bool tern_gguf_real(const tern_gguf_value *value, double *real)
{
    uint64_t bits;

    if (value != NULL && value->type == TERN_GGUF_F32) {
        *real = meant(tern_gguf_f32(value->data));
        return true;
    }
    if (value != NULL && value->type == TERN_GGUF_F64) {
        bits = tern_gguf_u64(value->data);
        memcpy(real, &bits, sizeof *real);
        return true;
    }
    if (!tern_gguf_whole(value, &bits))
        return false;
    *real = (double)bits;
    return true;
}

bool tern_gguf_string(const tern_gguf_value *value, tern_gguf_text *text)
{
    const uint8_t *at = value == NULL ? NULL : value->data;

    if (value == NULL || value->type != TERN_GGUF_TEXT)
        return false;
    *text = tern_gguf_next_text(&at);
    return true;
}

bool tern_gguf_is(tern_gguf_text text, const char *word)
{
    return text.length == strlen(word) && memcmp(text.text, word, text.length) == 0;
}

char *tern_gguf_printable(tern_gguf_text text, char *out, size_t bytes)
{
    const size_t length = text.length < bytes ? text.length : bytes - 1;

    for (size_t i = 0; i < length; i++)
        out[i] = text.text[i] >= ' ' && text.text[i] <= '~' ? text.text[i] : '?';
    out[length] = '\0';
    return out;
}

tern_gguf_text tern_gguf_next_text(const uint8_t **at)
{
    const tern_gguf_text text = {(const char *)*at + 8, (size_t)tern_gguf_u64(*at)};

    *at += 8 + text.length;
    return text;
}
