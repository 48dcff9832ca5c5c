#include "model/gguf_matrix.h"

#include "base/half.h"
#include "base/round.h"

#include <endian.h>
#include <math.h>
#include <string.h>

static const char no_number[] = "has a scale that is no number up to 65504";

static bool is_ternary(const tern_gguf_matrix *m)
{
    return m->format->ternary;
}

size_t tern_gguf_matrix_row_bytes(const tern_gguf_matrix *m)
{
    return m->columns / m->format->weights * m->format->bytes;
}

/* Columns that have one scale at most. */
static size_t piece_columns(const tern_gguf_matrix *m)
{
    return !is_ternary(m) ? TERN_GGUF_PIECE : m->format->scale_at < 0 ? m->columns : m->format->weights;
}

/* Sizes without signs, and signs, of up to TERN_GGUF_PIECE numbers, as bits. */
typedef struct piece {
    uint32_t size[TERN_GGUF_PIECE];
    bool negative[TERN_GGUF_PIECE];
} piece;

static inline void read_piece(const tern_gguf_matrix *m, const uint8_t *at, size_t count, piece *p)
{
    uint32_t wide[TERN_GGUF_PIECE] = {0};
    uint16_t narrow[TERN_GGUF_PIECE] = {0};

    if (m->format->type == TERN_BLOCK_F32) {
        memcpy(wide, at, count * sizeof *wide);
        for (size_t i = 0; i < TERN_GGUF_PIECE; i++) {
            p->size[i] = le32toh(wide[i]) & 0x7FFFFFFFu;
            p->negative[i] = le32toh(wide[i]) >> 31;
        }
        return;
    }
    memcpy(narrow, at, count * sizeof *narrow);
    for (size_t i = 0; i < TERN_GGUF_PIECE; i++) {
        p->size[i] = le16toh(narrow[i]) & 0x7FFFu;
        p->negative[i] = le16toh(narrow[i]) >> 15;
    }
}

/* False when the numbers are of several sizes, 0 apart. */
static bool one_size(const piece *p, uint32_t *size)
{
    uint32_t most = 0, others = 0;

    for (size_t i = 0; i < TERN_GGUF_PIECE; i++)
        most = p->size[i] > most ? p->size[i] : most;
    for (size_t i = 0; i < TERN_GGUF_PIECE; i++)
        others |= p->size[i] == most ? 0 : p->size[i];
    *size = most;
    return others == 0;
}

static float value_of(const tern_gguf_matrix *m, uint32_t size)
{
    return m->format->type == TERN_BLOCK_F16    ? tern_half_to_float((uint16_t)size)
           : m->format->type == TERN_BLOCK_BF16 ? tern_float_of(size << 16)
                                                : tern_float_of(size);
}

/* The scale of the piece that begins at a column of a row; false when it has several. */
static bool piece_scale(const tern_gguf_matrix *m, const uint8_t *row, size_t column, float *scale)
{
    uint32_t size;
    piece p;

    if (is_ternary(m)) {
        *scale = m->format->scale_at < 0
                     ? m->whole
                     : tern_block_scale(m->format, row + column / m->format->weights * m->format->bytes);
        return true;
    }
    read_piece(m, row + column * m->format->bytes, tern_smaller(m->columns - column, TERN_GGUF_PIECE), &p);
    const bool one = one_size(&p, &size);
    *scale = value_of(m, size);
    return one;
}

static bool is_legal(const tern_gguf_matrix *m, const uint8_t *row, size_t bytes)
{
    for (const uint8_t *block = row; m->format->legal != NULL && block < row + bytes; block += m->format->bytes)
        if (!m->format->legal(block))
            return false;
    return true;
}

static const char *scan_row(tern_gguf_matrix *m, const uint8_t *row, bool *cut)
{
    const size_t step = piece_columns(m);
    float current = 0.0F, here;

    if (!is_legal(m, row, tern_gguf_matrix_row_bytes(m)))
        return "holds the code 3, which is no trit";
    for (size_t column = 0; column < m->columns; column += step) {
        if (!piece_scale(m, row, column, &here))
            return "is not ternary: it holds numbers of several sizes side by side; convert_hf_to_gguf.py of llama.cpp "
                   "makes BitNet weights ternary, and bitnet.cpp as i2_s";
        here *= m->factor;
        if (!(fabsf(here) <= TERN_BLOCK_LIMIT))
            return no_number;
        if (here == 0.0F || here == current)
            continue;
        cut[column / TERN_GGUF_PIECE] |= current != 0.0F;
        m->scale = m->scale == 0.0F || m->scale == here ? here : (float)NAN;
        current = here;
    }
    return NULL;
}

const char *tern_gguf_matrix_scan(tern_gguf_matrix *m, const tern_gguf_tensor *tensor, float factor, bool *cut)
{
    *m = (tern_gguf_matrix){.format = tern_block_format_of(tensor->type),
                            .data = tensor->data,
                            .rows = (size_t)tensor->dim[1],
                            .columns = (size_t)tensor->dim[0],
                            .factor = factor};
    if (!is_ternary(m) && m->format->weights != 1)
        return "is not ternary, as llama-quantize makes those whose rows are no whole blocks of tq1_0 or tq2_0: take "
               "the f16 of "
               "convert_hf_to_gguf.py, or i2_s of bitnet.cpp";
    if (is_ternary(m) && m->format->scale_at < 0)
        m->whole = tern_gguf_f32(tensor->data + tensor->bytes - m->format->tail_bytes);
    const size_t row_bytes = tern_gguf_matrix_row_bytes(m);
    for (size_t row = 0; row < m->rows; row++) {
        const char *fault = scan_row(m, m->data + row * row_bytes, cut);
        if (fault != NULL)
            return fault;
    }
    return NULL;
}

static void blocks_to_trits(const tern_gguf_matrix *m, const uint8_t *block, size_t blocks, int8_t *w)
{
    for (; blocks > 0; blocks--, block += m->format->bytes, w += m->format->weights)
        if (m->format->scale_at >= 0 && tern_block_scale(m->format, block) == 0.0F)
            memset(w, 0, m->format->weights);
        else
            m->format->trits(block, w);
}

static void floats_to_trits(const tern_gguf_matrix *m, const uint8_t *row, int8_t *w)
{
    int8_t trit[TERN_GGUF_PIECE];
    piece p;

    for (size_t column = 0; column < m->columns; column += TERN_GGUF_PIECE) {
        const size_t count = tern_smaller(m->columns - column, TERN_GGUF_PIECE);
        read_piece(m, row + column * m->format->bytes, count, &p);
        for (size_t i = 0; i < TERN_GGUF_PIECE; i++)
            trit[i] = (int8_t)((p.size[i] != 0) - 2 * (p.size[i] != 0 && p.negative[i]));
        memcpy(w + column, trit, count);
    }
}

void tern_gguf_matrix_trits(const tern_gguf_matrix *m, size_t row, int8_t *w)
{
    const uint8_t *at = m->data + row * tern_gguf_matrix_row_bytes(m);

    if (is_ternary(m))
        blocks_to_trits(m, at, m->columns / m->format->weights, w);
    else
        floats_to_trits(m, at, w);
}

float tern_gguf_matrix_scale(const tern_gguf_matrix *m, size_t row, size_t begin, size_t end)
{
    const uint8_t *at = m->data + row * tern_gguf_matrix_row_bytes(m);
    const size_t step = piece_columns(m);
    float scale = 0.0F;

    for (size_t column = begin / step * step; column < end && scale == 0.0F; column += step)
        (void)piece_scale(m, at, column, &scale);
    return scale * m->factor;
}
