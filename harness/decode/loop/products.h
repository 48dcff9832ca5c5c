/*
 * products.h - the products of a layer, the kernel bound to each of them once for every number of tokens that occurs.
 * Layers have the same shapes, so that one binding serves all of them.
 */
#ifndef TERN_PRODUCTS_H
#define TERN_PRODUCTS_H

#include "check/product.h"
#include "decode/loop/model.h"

typedef struct tern_products tern_products;

/* For up to `most_tokens` tokens. model must outlive it. Free with tern_products_free(). */
tern_status tern_products_new(tern_products **products, const tern_model *model, size_t most_tokens, tern_error *error);
void tern_products_free(tern_products *products);

/*
 * Sets *product to the products of that many tokens, by part of the model, which live as long as `products`. Only
 * the first time for a number of tokens binds, makes plans and uses the heap. TERN_USAGE when the kernel refuses,
 * TERN_ENVIRONMENT when memory is short.
 */
tern_status tern_products_get(tern_products *products, size_t tokens, const tern_product **product, tern_error *error);

/*
 * Whether the kernel takes every number of tokens, TERN_USAGE when not; no plan is made for it. Gives the most scratch
 * that any of the products needs.
 */
tern_status tern_products_try(const tern_products *products, size_t *scratch_bytes, tern_error *error);

#endif
