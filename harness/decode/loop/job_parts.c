#include "decode/loop/job_parts.h"

size_t tern_job_counts(const tern_decode_job *job, uint32_t *tokens)
{
    const uint32_t block = job->block < job->prompt_tokens ? job->block : job->prompt_tokens;
    const uint32_t step = job->block < job->sequences ? job->block : job->sequences;
    const uint32_t counts[TERN_JOB_COUNTS] = {1, step, job->sequences % step, block,
                                              block == 0 ? 0 : job->prompt_tokens % block};
    size_t count = 0;

    for (size_t i = 0; i < TERN_JOB_COUNTS; i++)
        if (counts[i] > 0)
            tokens[count++] = counts[i];
    return count;
}

tern_model_options tern_job_model_options(const tern_decode_job *job)
{
    return (tern_model_options){
        .head = job->toggle[TERN_LOOP_HEAD_BITS] == 16 ? TERN_HEAD_F16 : TERN_HEAD_I8,
        .huge_pages = job->toggle[TERN_LOOP_HUGE_PAGES] != 0,
    };
}

tern_decoder_options tern_job_decoder_options(const tern_decode_job *job, const tern_geometry *geometry, bool kv_cache,
                                              const uint32_t *tokens, size_t counts, tern_projections *answers)
{
    static const tern_kv_type by_bytes[] = {[1] = TERN_KV_I8, [2] = TERN_KV_F16, [4] = TERN_KV_F32};

    return (tern_decoder_options){
        .kv_type = by_bytes[job->toggle[TERN_LOOP_KV_BITS] / 8],
        .kv_cache = kv_cache,
        .fused = job->toggle[TERN_LOOP_FUSED] != 0,
        .ops = tern_ops_for(job->toggle[TERN_LOOP_SIMD] != 0 ? job->isa : 0),
        .context = job->context == 0 ? geometry->context : job->context,
        .sequences = job->sequences,
        .block = job->block,
        .logit_rows = job->sequences,
        .history = job->prompt_tokens + job->new_tokens,
        .expected = tokens,
        .expected_counts = counts,
        .answers = answers,
    };
}

uint32_t tern_job_layers(const tern_decode_job *job, const tern_geometry *geometry)
{
    return job->layers == 0 || job->layers > geometry->layers ? geometry->layers : job->layers;
}
