#include "decode/loop/products.h"

#include "base/aligned.h"

#include <stdlib.h>

enum { PLAN_ALIGN = 64 };

/* All products of one number of tokens, by part. */
typedef struct bound {
    size_t count;
    tern_product *product;
    void **plan; /* their memory */
} bound;

struct tern_products {
    const tern_model *model;
    size_t most_tokens;
    bound **by_tokens; /* most_tokens + 1 places; NULL: not asked for yet */
};

tern_status tern_products_new(tern_products **products, const tern_model *model, size_t most_tokens, tern_error *error)
{
    *products = calloc(1, sizeof **products);
    if (*products == NULL)
        return tern_error_memory(error, "the products of a layer", sizeof **products);
    **products = (tern_products){.model = model, .most_tokens = most_tokens};
    (*products)->by_tokens = calloc(most_tokens + 1, sizeof(bound *));
    if ((*products)->by_tokens != NULL)
        return TERN_OK;
    tern_products_free(*products);
    *products = NULL;
    return tern_error_memory(error, "the products of a layer", (double)(most_tokens * sizeof(bound *)));
}

static void free_bound(bound *b)
{
    if (b == NULL)
        return;
    for (size_t i = 0; b->product != NULL && b->plan != NULL && i < b->count; i++) {
        tern_product_drop_plan(&b->product[i]);
        free(b->plan[i]);
    }
    free(b->product);
    free(b->plan);
    free(b);
}

static bound *new_bound(size_t count)
{
    bound *b = calloc(1, sizeof *b);

    if (b == NULL)
        return NULL;
    *b = (bound){count, calloc(count, sizeof *b->product), calloc(count, sizeof(void *))};
    if (b->product != NULL && b->plan != NULL)
        return b;
    free_bound(b);
    return NULL;
}

void tern_products_free(tern_products *products)
{
    if (products == NULL)
        return;
    for (size_t i = 0; products->by_tokens != NULL && i <= products->most_tokens; i++)
        free_bound(products->by_tokens[i]);
    free(products->by_tokens);
    free(products);
}

static tern_status refuse(const tern_product *product, const char *refusal, tern_error *error)
{
    const tern_shape shape = product->problem.shape;

    return tern_error_set(error, TERN_USAGE, "kernel '%s' cannot do %zux%zux%zu: %s", product->kernel->name, shape.m,
                          shape.k, shape.n, refusal);
}

static tern_status bind(const tern_model *model, size_t part, size_t tokens, tern_product *product, tern_error *error)
{
    tern_case c = model->kernel;

    c.shape = tern_part_shape(&model->geometry, &model->parts.part[part], tokens);
    const char *refusal = tern_product_bind(product, &c, model->threads);
    return refusal == NULL ? TERN_OK : refuse(product, refusal, error);
}

static tern_status make_plan(tern_product *product, void **memory, tern_error *error)
{
    const size_t bytes = tern_product_plan_bytes(product);

    if (bytes == 0)
        return TERN_OK;
    *memory = tern_aligned_new(bytes, PLAN_ALIGN);
    if (*memory == NULL)
        return tern_error_memory(error, "the plan of a kernel", (double)bytes);
    const char *lacking = tern_product_make_plan(product, *memory);
    return lacking == NULL ? TERN_OK : refuse(product, lacking, error);
}

tern_status tern_products_get(tern_products *products, size_t tokens, const tern_product **product, tern_error *error)
{
    bound *b = products->by_tokens[tokens];
    tern_status status = TERN_OK;

    if (b == NULL) {
        b = new_bound(products->model->parts.count);
        if (b == NULL)
            return tern_error_memory(error, "the products of a layer", sizeof *b);
        for (size_t i = 0; i < b->count && status == TERN_OK; i++) {
            status = bind(products->model, i, tokens, &b->product[i], error);
            if (status == TERN_OK)
                status = make_plan(&b->product[i], &b->plan[i], error);
        }
        if (status != TERN_OK) {
            free_bound(b);
            return status;
        }
        products->by_tokens[tokens] = b;
    }
    *product = b->product;
    return TERN_OK;
}

tern_status tern_products_try(const tern_products *products, size_t *scratch_bytes, tern_error *error)
{
    tern_product product;

    *scratch_bytes = 0;
    for (size_t tokens = 1; tokens <= products->most_tokens; tokens++)
        for (size_t i = 0; i < products->model->parts.count; i++) {
            const tern_status status = bind(products->model, i, tokens, &product, error);
            if (status != TERN_OK)
                return status;
            const size_t bytes = tern_product_scratch_bytes(&product);
            *scratch_bytes = bytes > *scratch_bytes ? bytes : *scratch_bytes;
        }
    return TERN_OK;
}
