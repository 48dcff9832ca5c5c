#include "decode/loop/job.h"

#include "base/text.h"
#include "machine/isa.h"
#include "plan/toggles.h"

#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

const char *tern_job_stage_name(tern_job_stage stage)
{
    static const char *const names[] = {"loading", "verifying the kernel", "prompt", "decoding"};

    return names[stage];
}

tern_job_progress *tern_job_progress_new(void)
{
    void *map = mmap(NULL, sizeof(tern_job_progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return map == MAP_FAILED ? NULL : map;
}

void tern_job_progress_free(tern_job_progress *progress)
{
    if (progress != NULL)
        munmap(progress, sizeof *progress);
}

void tern_job_tell(const tern_decode_job *job, tern_job_stage stage, double share)
{
    if (job->progress == NULL)
        return;
    atomic_store(&job->progress->stage, stage);
    atomic_store(&job->progress->permille, (uint32_t)(1000.0 * share));
}

tern_status tern_job_weights(const tern_decode_job *job, tern_weights *weights, tern_error *error)
{
    const tern_gguf_options options = {.i2s_of_64 = job->i2s_block == 64};
    tern_geometry geometry;

    if (tern_gguf_is_file(job->model))
        return tern_weights_gguf(weights, job->model, &options, error);
    const tern_status status = tern_geometry_read(&geometry, job->model, error);
    return status != TERN_OK ? status : tern_weights_seeded(weights, &geometry, job->seed, job->p0, error);
}

void tern_decode_describe(const tern_decode_job *job, tern_decode_record *record)
{
    memset(record, 0, sizeof *record);
    tern_text_copy(record->kernel, sizeof record->kernel, job->kernel.kernel->name);
    tern_case_toggles(&job->kernel, record->toggles, sizeof record->toggles);
    tern_toggles_text(tern_loop_toggles, job->toggle, record->loop_toggles, sizeof record->loop_toggles);
    tern_isa_text(job->kernel.kernel->isa, record->isa, sizeof record->isa);
    record->bits_per_weight = job->kernel.kernel->bits_per_weight;
    record->threads = job->threads;
    record->seed = job->seed;
    record->p0 = job->p0;
    record->sequences = job->sequences;
    record->block = job->block;
    record->repetitions = job->repetitions;
    record->prompt_tokens = job->prompt_tokens;
    record->new_tokens = job->new_tokens;
}

void tern_decode_describe_model(const tern_geometry *g, const char *source, tern_decode_record *r)
{
    tern_text_copy(r->model, sizeof r->model, g->name);
    tern_text_copy(r->source, sizeof r->source, source);
    r->layers = g->layers;
    r->hidden = g->hidden;
    r->heads = g->heads;
    r->kv_heads = g->kv_heads;
    r->head_dim = g->head_dim;
    r->ffn = g->ffn;
    r->vocabulary = g->vocabulary;
    r->context = r->context == 0 ? g->context : r->context;
    r->ternary_weights = tern_geometry_ternary_weights(g);
    r->embedding_weights = tern_geometry_embedding_weights(g);
    r->head_weights = tern_geometry_head_weights(g);
}

tern_status tern_job_check(const tern_decode_job *job, const tern_geometry *g, tern_error *error)
{
    const tern_status status = tern_token_choice_check(&job->sampler, error);

    if (status != TERN_OK)
        return status;
    if (job->context > g->context)
        return tern_error_set(error, TERN_USAGE, "a context of %" PRIu32 " is more than the %" PRIu32 " of model %s",
                              job->context, g->context, g->name);
    if (job->compare_cache > job->new_tokens + 1)
        return tern_error_set(error, TERN_USAGE,
                              "--compare-cache decodes %" PRIu32 " tokens again, and there are %" PRIu32
                              "; give more --tokens",
                              job->compare_cache, job->new_tokens + 1);
    for (uint32_t i = 0; job->prompt != NULL && i < job->prompt_tokens; i++)
        if (job->prompt[i] >= g->vocabulary)
            return tern_error_set(error, TERN_USAGE,
                                  "token %" PRIu32 " is not in the vocabulary of model %s: ids are below %" PRIu32,
                                  job->prompt[i], g->name, g->vocabulary);
    return TERN_OK;
}
