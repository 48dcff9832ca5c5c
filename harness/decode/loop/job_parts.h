/*
 * job_parts.h - what a job asks of the model, and of the loop.
 */
#ifndef TERN_JOB_PARTS_H
#define TERN_JOB_PARTS_H

#include "decode/loop/decoder.h"
#include "decode/loop/job.h"

enum { TERN_JOB_COUNTS = 5 };

/* The numbers of tokens that the products of a job will have, TERN_JOB_COUNTS at most. Returns how many there are. */
size_t tern_job_counts(const tern_decode_job *job, uint32_t *tokens);

/* How it is loaded; nobody is told how far it is. */
tern_model_options tern_job_model_options(const tern_decode_job *job);

/*
 * kv_cache: whatever the job's toggle says. tokens, of which there are `counts`, and answers (or NULL) must outlive the
 * options.
 */
tern_decoder_options tern_job_decoder_options(const tern_decode_job *job, const tern_geometry *geometry, bool kv_cache,
                                              const uint32_t *tokens, size_t counts, tern_projections *answers);

/* How many of the model's layers the job runs. */
uint32_t tern_job_layers(const tern_decode_job *job, const tern_geometry *geometry);

#endif
