#include "measure/case_weights.h"

#include "check/data.h"

static const size_t most_kept = 64u << 20; /* a fraction of a second */

tern_status tern_case_weights_new(tern_case_weights *weights, const tern_case *c, tern_error *error)
{
    *weights = (tern_case_weights){.shape = c->shape, .data = c->data};
    const tern_status status = tern_memory_new(&weights->memory, "W", c->shape.m * c->shape.k, error);

    if (status != TERN_OK)
        return status;
    weights->w = (int8_t *)weights->memory.data;
    tern_data_fill_w(&c->data, c->shape, weights->w);
    return tern_projection_new(&weights->projection, c->shape, weights->w, c->data.seed, error);
}

static bool are_of(const tern_case_weights *weights, const tern_case *c)
{
    const tern_data *ours = &weights->data, *its = &c->data;

    return weights->w != NULL && weights->shape.m == c->shape.m && weights->shape.k == c->shape.k &&
           ours->w == its->w && ours->p0 == its->p0 && ours->seed == its->seed;
}

const tern_case_weights *tern_case_weights_keep(tern_case_weights *weights, const tern_case *c)
{
    if (are_of(weights, c))
        return weights;
    tern_case_weights_free(weights);
    if (c->shape.m * c->shape.k <= most_kept && tern_case_weights_new(weights, c, NULL) == TERN_OK)
        return weights;
    tern_case_weights_free(weights);
    return NULL;
}

void tern_case_weights_free(tern_case_weights *weights)
{
    tern_projection_free(&weights->projection);
    tern_memory_free(&weights->memory);
    *weights = (tern_case_weights){0};
}
