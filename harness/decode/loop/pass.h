/*
 * pass.h - a prompt and the steps after it, once, with the clock running.
 */
#ifndef TERN_PASS_H
#define TERN_PASS_H

#include "decode/loop/decoder.h"
#include "decode/loop/job.h"
#include "decode/loop/step_reader.h"

#include <xxhash.h>

/* What passes share. */
typedef struct tern_passage {
    const tern_decode_job *job;
    uint32_t vocabulary;
    tern_decoder *decoder;          /* the caller's */
    const tern_step_reader *reader; /* the caller's; NULL: none */
    tern_token_choice *sampler;
    tern_input *prompt; /* room for prompt_tokens */
    tern_input *next;   /* one a sequence */
    XXH3_state_t *tokens_hash, *logits_hash;
    tern_projections *answers;
    tern_finding *finding; /* EXACT at the start; set when an answer is wrong, which ends the pass */
} tern_passage;

/*
 * For passes of the job; only the decoder is left to be set, and the reader where it is wanted. job, answers and
 * finding must outlive it. TERN_ENVIRONMENT when memory is short. Close with tern_passage_close(), whatever is
 * returned; it leaves the decoder alone.
 */
tern_status tern_passage_open(tern_passage *passage, const tern_decode_job *job, uint32_t vocabulary,
                              tern_projections *answers, tern_finding *finding, tern_error *error);
void tern_passage_close(tern_passage *passage);

typedef struct tern_pass_result {
    tern_phase prefill, decode;
    uint32_t steps;
    double step_ms[TERN_DECODE_TOKENS];
    uint32_t generated;
    int32_t token[TERN_DECODE_TOKENS]; /* of the first sequence */
    uint64_t tokens_hash, logits_hash;
    double allocations;  /* during the steps; NaN: could not be counted */
    tern_step_read read; /* in turns with prompts and steps, when there is a reader */
} tern_pass_result;

/*
 * Forgets what the decoder holds, runs the job's prompt in every sequence, or begins it with a seeded token, then runs
 * `steps` steps. Returns false at the first step in which a product was wrong; the result is then of no use.
 */
bool tern_decode_pass(tern_passage *passage, uint32_t steps, tern_pass_result *result);

#endif
