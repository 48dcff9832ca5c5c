/*
 * job_id.h - the id of a decode job: all that its tokens and logits, and what they cost, depend on.
 *
 *     decode/tiny/scalar/seed=1,p0=0.42/p=16,n=32,s=1,c=128,b=256/t=2
 *     decode+kv=8/models/my.gguf/avx2+prefetch=0/seed=1,p0=0.42/p=3,n=32,s=2,c=4096,b=256,r=3,ids=1:2:3/t=8
 *
 * Toggles of the loop; the model, a name or a path; the kernel and its toggles; seed and share of zeros; tokens of the
 * prompt, new tokens, sequences, context and block. What is not as usual follows: r repetitions, l layers, compare
 * (tokens decoded again without the cache), temperature, top_k, top_p, ids of a prompt that was given. Threads.
 */
#ifndef TERN_JOB_ID_H
#define TERN_JOB_ID_H

#include "decode/loop/job.h"

/* A job, and what it points at. */
typedef struct tern_parsed_job {
    tern_decode_job job;
    char text[TERN_ID_BYTES];
    uint32_t prompt[TERN_ID_BYTES / 2], given; /* of the prompt, given in the id */
} tern_parsed_job;

/* Whether an id is of a decode job, right or wrong. */
bool tern_decode_id_is(const char *id);

/* Writes the id of a job whose kernel is chosen. TERN_USAGE when it does not fit: the path of the model is too long. */
tern_status tern_decode_id(const tern_decode_job *job, char *text, size_t bytes, tern_error *error);

/*
 * Reverse of tern_decode_id(), but for isa, pin and progress. The parts between model and threads may stand in any
 * order. TERN_USAGE names the part that is wrong.
 */
tern_status tern_decode_id_parse(tern_parsed_job *parsed, const char *id, const tern_registry *registry,
                                 tern_error *error);

#endif
