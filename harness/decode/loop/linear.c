/*
 * The products of a layer: which matrices they stack.
 */
#include "decode/loop/model.h"

/* The matrices of a product follow one another in tern_matrix. */
static const struct {
    tern_matrix first, last;
} stacked[TERN_LINEARS] = {
    [TERN_LINEAR_QKV] = {TERN_MATRIX_Q, TERN_MATRIX_V},
    [TERN_LINEAR_O] = {TERN_MATRIX_O, TERN_MATRIX_O},
    [TERN_LINEAR_GATE_UP] = {TERN_MATRIX_GATE, TERN_MATRIX_UP},
    [TERN_LINEAR_DOWN] = {TERN_MATRIX_DOWN, TERN_MATRIX_DOWN},
};

tern_shape tern_linear_shape(const tern_geometry *geometry, tern_linear linear, size_t tokens)
{
    tern_shape shape = {.k = tern_geometry_columns(geometry, stacked[linear].first), .n = tokens};

    for (tern_matrix matrix = stacked[linear].first; matrix <= stacked[linear].last; matrix++)
        shape.m += tern_geometry_rows(geometry, matrix);
    return shape;
}

void tern_linear_trits(const tern_weights *weights, uint32_t layer, tern_linear linear, size_t begin, size_t end,
                       int8_t *w)
{
    const size_t columns = tern_geometry_columns(&weights->geometry, stacked[linear].first);
    size_t first = 0;

    for (tern_matrix matrix = stacked[linear].first; matrix <= stacked[linear].last; matrix++) {
        const size_t rows = tern_geometry_rows(&weights->geometry, matrix);
        const size_t from = begin > first ? begin - first : 0, to = end > first ? end - first : 0;
        if (from < rows && from < to) {
            const size_t limit = to < rows ? to : rows;
            weights->trits(weights, layer, matrix, from, limit, w);
            w += (limit - from) * columns;
        }
        first += rows;
    }
}
