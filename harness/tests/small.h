/*
 * small.h - geometries so small that every kernel runs them quickly, and so odd that no size is a multiple of anything.
 */
#ifndef TERN_SMALL_H
#define TERN_SMALL_H

#include "model/geometry.h"

/* Multi-head attention, SwiGLU. */
static const tern_geometry small_swiglu = {
    .name = "small-swiglu",
    .layers = 2,
    .hidden = 76,
    .heads = 3,
    .kv_heads = 3,
    .head_dim = 32,
    .ffn = 102,
    .vocabulary = 53,
    .context = 64,
    .activation = TERN_SWIGLU,
    .rope = TERN_ROPE_HALVES,
    .rope_base = 1e4,
    .epsilon = 1e-5,
};

/* Grouped queries, squared ReLU, norms inside, one table. */
static const tern_geometry small_relu2 = {
    .name = "small-relu2",
    .layers = 2,
    .hidden = 76,
    .heads = 6,
    .kv_heads = 2,
    .head_dim = 16,
    .ffn = 102,
    .vocabulary = 53,
    .context = 64,
    .activation = TERN_RELU2,
    .rope = TERN_ROPE_PAIRS,
    .sub_norms = true,
    .tied_head = true,
    .rope_base = 5e5,
    .epsilon = 1e-5,
};

#endif
