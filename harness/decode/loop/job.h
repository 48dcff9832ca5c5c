/*
 * job.h - what one run of the decode loop is to do, and how far it is.
 */
#ifndef TERN_JOB_H
#define TERN_JOB_H

#include "base/error.h"
#include "decode/loop/loop.h"
#include "decode/loop/token_choice.h"
#include "machine/pin.h"
#include "machine/probe.h"
#include "model/weights.h"
#include "plan/case.h"
#include "record/decode.h"

#include <stdatomic.h>

typedef enum tern_job_stage { TERN_JOB_LOADING, TERN_JOB_VERIFYING, TERN_JOB_PROMPT, TERN_JOB_DECODING } tern_job_stage;
const char *tern_job_stage_name(tern_job_stage stage);

/* How far the child is: memory that it shares with its parent. */
typedef struct tern_job_progress {
    _Atomic uint32_t stage;
    _Atomic uint32_t permille;
} tern_job_progress;

/* NULL when memory ran out. Free with tern_job_progress_free(). */
tern_job_progress *tern_job_progress_new(void);
void tern_job_progress_free(tern_job_progress *progress);

typedef struct tern_decode_job {
    const char *model;  /* as tern_geometry_read() takes it, or a GGUF file, see tern_gguf_is_file() */
    uint32_t i2s_block; /* of a GGUF file: weights of a block of I2_S, 128 or 64; 0 = 128 */
    uint64_t seed;      /* of seeded weights, a prompt that is not given, and sampling */
    double p0;          /* of seeded weights */
    tern_case kernel;   /* kernel and its toggles */
    int32_t toggle[TERN_LOOP_TOGGLES];
    uint32_t isa; /* TERN_ISA_ bits that the loop itself may use */
    tern_pin pin;
    uint32_t threads;
    uint32_t layers;  /* how many of the model's to run; 0 = all. Fewer: times are scaled up. */
    uint32_t context; /* slots of the KV ring; 0 = what the model says */
    uint32_t sequences, block, repetitions;
    const uint32_t *prompt;             /* the same for every sequence; NULL: seeded ids */
    uint32_t prompt_tokens, new_tokens; /* not both 0; without a prompt the steps begin with a seeded token */
    uint32_t compare_cache;             /* decode that many tokens again without the KV cache; 0 = none */
    tern_token_choice_options sampler;
    const tern_probe *reader; /* reads what a step reads, in turns with the steps; NULL: the limit is not wanted */
    uint32_t read_ahead_bytes;

    tern_job_progress *progress; /* NULL: not wanted */
} tern_decode_job;

/* Empties the record and fills what the job says. */
void tern_decode_describe(const tern_decode_job *job, tern_decode_record *record);

/* Fills what the model says. */
void tern_decode_describe_model(const tern_geometry *geometry, const char *source, tern_decode_record *record);

/* Tells the parent, if it listens. share is 0..1. */
void tern_job_tell(const tern_decode_job *job, tern_job_stage stage, double share);

/* Opens the weights that a job names. */
tern_status tern_job_weights(const tern_decode_job *job, tern_weights *weights, tern_error *error);

/* What a run of the job would refuse once a large model is loaded, packed and verified. */
tern_status tern_job_check(const tern_decode_job *job, const tern_geometry *g, tern_error *error);

#endif
