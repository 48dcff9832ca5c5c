/*
 * Sums of a linear layer whose matrices have several scales: of rows, or of parts, which are added in the order of
 * their columns.
 */
#include "decode/loop/forward.h"

bool tern_forward_is_uniform(const tern_forward *f, tern_linear linear)
{
    const tern_model *model = f->model;

    return model->layer[f->layer].row_scale[model->parts.first[linear]] == NULL;
}

static void add_parts(const tern_forward *f, tern_linear linear, size_t token, size_t begin, size_t end, bool stored,
                      float *out)
{
    const tern_parts *parts = &f->model->parts;

    for (size_t part = parts->first[linear]; part < parts->first[linear + 1]; part++, stored = true) {
        const int32_t *sum = f->y + f->y_at[part] + token * f->product[part].problem.shape.m + begin;
        const float *scale = f->model->layer[f->layer].row_scale[part] + begin;
        (stored ? f->ops->scale_add_rows : f->ops->scale_rows)(sum, f->q_scale[token], scale, end - begin, out);
    }
}

void tern_forward_scaled(const tern_forward *f, tern_linear linear, size_t token, size_t begin, size_t end, float *out)
{
    add_parts(f, linear, token, begin, end, false, out);
}

void tern_forward_scaled_add(const tern_forward *f, tern_linear linear, size_t token, size_t begin, size_t end,
                             float *out)
{
    add_parts(f, linear, token, begin, end, true, out);
}
