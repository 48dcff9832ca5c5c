/*
 * model.h - a model in memory as the loop uses it: every linear layer packed by one kernel, norms, embedding, head.
 */
#ifndef TERN_MODEL_H
#define TERN_MODEL_H

#include "base/team.h"
#include "decode/loop/linear.h"
#include "decode/ops/ops.h"
#include "machine/memory.h"
#include "plan/case.h"

typedef enum tern_head_type { TERN_HEAD_I8, TERN_HEAD_F16 } tern_head_type;

typedef struct tern_layer {
    const void **packed;     /* of each part */
    const float **row_scale; /* of each part: a scale a row; NULL: `scale` holds for the whole of each matrix */
    float scale[TERN_MATRICES];
    const float *norm[TERN_NORMS];
} tern_layer;

/* vocabulary x hidden, int8 with a scale a row, or half precision. */
typedef struct tern_rows {
    tern_head_type type;
    const void *data;
    const float *scale; /* i8 only */
} tern_rows;

typedef struct tern_model {
    tern_geometry geometry;
    tern_case kernel; /* kernel and toggles; shape is not used */
    uint32_t threads;
    tern_parts parts;
    tern_layer *layer;
    const void **packed; /* all of the layers' */
    const float **row_scale;
    const float *output_norm;
    tern_rows head;
    const tern_weights *weights; /* who has the embedding's rows; NULL: they are the head's */
    tern_memory memory;
    bool huge_pages;
    uint64_t packed_bytes; /* of all linear layers, with their scales of rows: what a token reads */
    uint64_t head_bytes, norm_bytes;
    double load_s;
} tern_model;

typedef struct tern_model_options {
    tern_head_type head;
    bool huge_pages;
    /* Called by the thread that loads, now and then; share is 0..1. May be NULL. */
    void (*progress)(void *context, double share);
    void *context;
} tern_model_options;

/*
 * Packs the weights with the kernel and toggles of `kernel`, rows shared by the team, which must be the one that will
 * run the model (pages belong to the thread that writes them first). A few rows a thread are unpacked at a time; a
 * kernel that has only pack() gets one matrix at a time. An embedding that is not the head stays where it is: `weights`
 * must then outlive the model. TERN_USAGE when the kernel refuses a shape, TERN_ENVIRONMENT when memory is short.
 */
tern_status tern_model_load(tern_model *model, const tern_weights *weights, const tern_case *kernel, tern_team *team,
                            const tern_model_options *options, tern_error *error);
void tern_model_free(tern_model *model);

/*
 * x becomes the embedding of a token, hidden values, as numbers of the head's type: a token needs one row of a table
 * that is as large as the head, so that rows are asked for and not kept. room: hidden halves. Any thread may call it.
 */
void tern_model_embed(const tern_model *model, const tern_ops *ops, uint32_t id, void *room, float *x);

#endif
