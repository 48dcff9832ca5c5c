/*
 * decoder.h - the loop: tokens in, logits out, with a clock for every part of it.
 */
#ifndef TERN_DECODER_H
#define TERN_DECODER_H

#include "decode/loop/kv.h"
#include "decode/loop/model.h"
#include "decode/loop/projections.h"
#include "decode/loop/stopwatch.h"

typedef struct tern_decoder tern_decoder;

typedef struct tern_decoder_options {
    tern_kv_type kv_type;
    bool kv_cache; /* off: every step computes the whole sequence again */
    bool fused;    /* norm and quantisation in one pass */
    const tern_ops *ops;
    uint32_t context;    /* slots of the ring; at most the geometry's */
    uint32_t sequences;  /* independent sequences, decoded together */
    uint32_t block;      /* tokens of a prompt that go through the layers together */
    uint32_t logit_rows; /* most tokens of a call whose logits are wanted: >= sequences */
    uint32_t history;    /* without the cache: most tokens a sequence will have; 0 = four contexts */

    /*
     * The numbers of tokens, up to a block, that calls are known to have: the kernel is bound to them, and its plans
     * are made, at the start. A call with another number does it by itself.
     */
    const uint32_t *expected;
    size_t expected_counts;

    tern_projections *answers; /* every product is shown to them, unless this is NULL; must outlive the decoder */
} tern_decoder_options;

/* One token of one sequence. Its position is the number of tokens of that sequence before it. */
typedef struct tern_input {
    uint32_t token, sequence;
} tern_input;

/*
 * Reserves all that the loop needs: nothing is allocated later, for expected numbers of tokens. model and team must
 * outlive it; the team is the one that loaded the model. TERN_USAGE when the kernel refuses a shape. `expected` is read
 * during the call alone.
 */
tern_status tern_decoder_new(tern_decoder **decoder, const tern_model *model, const tern_decoder_options *options,
                             tern_team *team, tern_error *error);
void tern_decoder_free(tern_decoder *decoder);

/*
 * Runs tokens through the model, in blocks of options.block: `count` tokens of one sequence (a prompt), or one token of
 * each of several sequences (a step). Returns the logits of the last token of each sequence in the call, vocabulary
 * floats each, in the order of inputs; valid until the next call. Token ids must be below the vocabulary. NULL, and
 * nothing is done, when there is no cache and a sequence would have more than options.history tokens, or when the
 * kernel has no plan, or no memory for one, for a number of tokens that was not expected.
 */
const float *tern_decoder_run(tern_decoder *decoder, const tern_input *input, size_t count);

/* Forgets all sequences. */
void tern_decoder_reset(tern_decoder *decoder);

/* The time of each part since the last call of this function. The caller adds sampling. */
tern_split tern_decoder_split(tern_decoder *decoder);

/* What it holds: kv as printed is kv as allocated. */
const tern_kv *tern_decoder_kv(const tern_decoder *decoder);
uint64_t tern_decoder_buffer_bytes(const tern_decoder *decoder);

#endif
