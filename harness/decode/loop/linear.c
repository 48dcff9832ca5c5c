#include "decode/loop/linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

bool tern_linear_is_uniform(const tern_weights *weights, uint32_t layer, tern_linear linear)
{
    for (tern_matrix matrix = stacked[linear].first; matrix <= stacked[linear].last; matrix++)
        if (isnan(weights->scale(weights, layer, matrix)) ||
            (weights->slices != NULL && weights->slices[matrix].count > 1))
            return false;
    return true;
}

/* The first column past `column` at which a matrix of the linear layer changes its scale, or the end. */
static size_t next_cut(const tern_weights *weights, tern_linear linear, size_t column)
{
    size_t next = tern_geometry_columns(&weights->geometry, stacked[linear].first);

    for (tern_matrix matrix = stacked[linear].first; matrix <= stacked[linear].last; matrix++) {
        const tern_slices *slices = &weights->slices[matrix];
        for (size_t i = 0; i < slices->count; i++)
            if (slices->first[i] > column && slices->first[i] < next)
                next = slices->first[i];
    }
    return next;
}

static size_t most_parts(const tern_weights *weights)
{
    size_t count = TERN_LINEARS;

    for (tern_matrix matrix = 0; weights->slices != NULL && matrix < TERN_MATRICES; matrix++)
        count += weights->slices[matrix].count;
    return count;
}

tern_status tern_parts_new(tern_parts *parts, const tern_weights *weights, tern_error *error)
{
    const size_t most = most_parts(weights);

    *parts = (tern_parts){.part = malloc(most * sizeof *parts->part)};
    if (parts->part == NULL)
        return tern_error_memory(error, "the products of a layer", (double)(most * sizeof *parts->part));
    for (tern_linear linear = 0; linear < TERN_LINEARS; linear++) {
        const size_t columns = tern_geometry_columns(&weights->geometry, stacked[linear].first);
        parts->first[linear] = parts->count;
        for (size_t begin = 0, end; begin < columns; begin = end) {
            end = weights->slices == NULL ? columns : next_cut(weights, linear, begin);
            parts->part[parts->count++] = (tern_part){linear, {begin, end}};
        }
    }
    parts->first[TERN_LINEARS] = parts->count;
    return TERN_OK;
}

void tern_parts_free(tern_parts *parts)
{
    free(parts->part);
    *parts = (tern_parts){0};
}

tern_shape tern_part_shape(const tern_geometry *geometry, const tern_part *part, size_t tokens)
{
    tern_shape shape = tern_linear_shape(geometry, part->linear, tokens);

    shape.k = part->columns.end - part->columns.first;
    return shape;
}

void tern_part_trits(const tern_weights *weights, uint32_t layer, const tern_part *part, size_t begin, size_t end,
                     int8_t *w)
{
    const size_t whole = tern_linear_shape(&weights->geometry, part->linear, 1).k;
    const size_t columns = part->columns.end - part->columns.first;

    tern_linear_trits(weights, layer, part->linear, begin, end, w);
    for (size_t row = 0; columns < whole && row < end - begin; row++)
        memmove(w + row * columns, w + row * whole + part->columns.first, columns);
}

void tern_part_scales(const tern_weights *weights, uint32_t layer, const tern_part *part, float *scale)
{
    for (tern_matrix matrix = stacked[part->linear].first; matrix <= stacked[part->linear].last; matrix++) {
        const size_t rows = tern_geometry_rows(&weights->geometry, matrix);
        weights->scales(weights, layer, matrix, part->columns, 0, rows, scale);
        scale += rows;
    }
}
