/*
 * In this order: weights, threads, the model packed, the kernel verified on it, the loop; repetitions of prompt and
 * steps, of which the fastest is kept; the same tokens without the cache.
 */
#include "decode/loop/session.h"

#include "base/text.h"
#include "decode/loop/job_parts.h"
#include "decode/loop/kv_bench.h"
#include "decode/loop/pass.h"
#include "decode/loop/verify.h"
#include "record/decode_rates.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything that lives as long as the job. */
typedef struct session {
    const tern_decode_job *job;
    tern_decode_record *record;
    tern_weights weights;
    tern_team *team;
    tern_model model;
    uint32_t tokens[TERN_JOB_COUNTS]; /* how many each product will have, `counts` numbers */
    size_t counts;
    tern_projections *answers;
    tern_passage passage;
    tern_step_reader reader;
    tern_pass_result *result;
} session;

/* Tokens a second of every repetition. */
typedef struct rates {
    uint32_t count;
    double prefill[TERN_DECODE_REPETITIONS], decode[TERN_DECODE_REPETITIONS];
} rates;

static void loading(void *context, double share)
{
    tern_job_tell(((const session *)context)->job, TERN_JOB_LOADING, share);
}

static tern_status load(session *s, tern_error *error)
{
    const tern_decode_job *job = s->job;
    tern_model_options options = tern_job_model_options(job);
    tern_status status = tern_team_new(&s->team, job->threads, error);

    options.progress = loading;
    options.context = s;
    if (status == TERN_OK)
        status = tern_pin_team(&job->pin, s->team, s->record->cpu, error);
    s->record->cpus = job->threads;
    return status != TERN_OK ? status : tern_model_load(&s->model, &s->weights, &job->kernel, s->team, &options, error);
}

/* Every number of tokens that a call will have, on the first and on the last layer. */
static tern_status verify(session *s, tern_error *error)
{
    const uint32_t layer[] = {0, s->model.geometry.layers - 1};
    tern_status status = TERN_OK;

    s->counts = tern_job_counts(s->job, s->tokens);
    for (size_t i = 0; i < 2 && status == TERN_OK && s->record->finding.verdict == TERN_EXACT; i++) {
        tern_job_tell(s->job, TERN_JOB_VERIFYING, 0.5 * (double)i);
        status = tern_verify_layer(&s->model, &s->weights, layer[i], s->tokens, s->counts, s->team, &s->record->finding,
                                   error);
    }
    return status;
}

static tern_decoder_options loop_options(const session *s, bool kv_cache)
{
    return tern_job_decoder_options(s->job, &s->model.geometry, kv_cache, s->tokens, s->counts, s->answers);
}

static uint64_t peak_rss_bytes(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[128];
    uint64_t kib = 0;

    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "VmHWM: %" SCNu64, &kib) == 1)
            break;
    if (status != NULL)
        fclose(status);
    return kib << 10;
}

/* Takes over what is fastest. */
static void keep(tern_decode_record *r, const tern_pass_result *p, rates *all)
{
    const uint32_t pass = all->count++;

    all->prefill[pass] = p->prefill.tokens == 0 ? 0.0 : 1e3 * p->prefill.tokens / p->prefill.total_ms;
    all->decode[pass] = p->decode.tokens == 0 ? 0.0 : 1e3 * p->decode.tokens / p->decode.total_ms;
    if (pass == 0 || p->prefill.total_ms < r->prefill.total_ms)
        r->prefill = p->prefill;
    if (pass == 0 || p->decode.total_ms < r->decode.total_ms) {
        r->roof_step_gbps = tern_step_read_gbps(&p->read);
        r->decode = p->decode;
        r->steps = p->steps;
        memcpy(r->step_ms, p->step_ms, sizeof r->step_ms);
    }
    r->allocations = pass == 0 ? p->allocations : r->allocations + p->allocations;
}

static void name_hashes(tern_decode_record *r, const tern_pass_result *p)
{
    r->generated = p->generated;
    memcpy(r->token, p->token, sizeof r->token);
    r->tokens_hash[0] = r->logits_hash[0] = '\0';
    tern_text_append(r->tokens_hash, sizeof r->tokens_hash, "%016" PRIx64, p->tokens_hash);
    tern_text_append(r->logits_hash, sizeof r->logits_hash, "%016" PRIx64, p->logits_hash);
}

/* The same tokens and logits every time, or the kernel depends on more than its inputs. */
static bool same_as_before(tern_decode_record *r, const tern_pass_result *p)
{
    tern_decode_record again;

    name_hashes(&again, p);
    if (strcmp(again.tokens_hash, r->tokens_hash) == 0 && strcmp(again.logits_hash, r->logits_hash) == 0)
        return true;
    r->finding.verdict = TERN_NONDETERMINISTIC;
    tern_text_copy(r->finding.reason, sizeof r->finding.reason,
                   "the same prompt gave other logits when it was run again");
    return false;
}

static tern_status new_decoder(session *s, bool kv_cache, tern_error *error)
{
    const tern_decoder_options options = loop_options(s, kv_cache);

    tern_decoder_free(s->passage.decoder);
    s->passage.decoder = NULL;
    return tern_decoder_new(&s->passage.decoder, &s->model, &options, s->team, error);
}

static tern_status open_passage(session *s, tern_error *error)
{
    const tern_decode_job *job = s->job;
    tern_status status = tern_projections_new(&s->answers, &s->model, &s->weights, s->team, error);

    if (status == TERN_OK)
        status =
            tern_passage_open(&s->passage, job, s->model.geometry.vocabulary, s->answers, &s->record->finding, error);
    if (status != TERN_OK)
        return status;
    s->reader = (tern_step_reader){&s->model, s->team, job->reader, job->read_ahead_bytes};
    s->passage.reader = job->reader == NULL ? NULL : &s->reader;
    s->result = calloc(1, sizeof *s->result);
    if (s->result == NULL)
        return tern_error_memory(error, "the tokens of a run", sizeof *s->result);
    return new_decoder(s, job->toggle[TERN_LOOP_KV_CACHE] != 0, error);
}

static void keep_prompt(tern_decode_record *r, const tern_passage *p)
{
    r->prompt_ids = p->job->prompt_tokens < TERN_DECODE_TOKENS ? p->job->prompt_tokens : TERN_DECODE_TOKENS;
    for (uint32_t i = 0; i < r->prompt_ids; i++)
        r->prompt_id[i] = (int32_t)p->prompt[i].token;
}

static tern_status run_passes(session *s)
{
    tern_decode_record *r = s->record;
    rates all = {0};

    for (uint32_t i = 0; i < s->job->repetitions; i++) {
        if (!tern_decode_pass(&s->passage, s->job->new_tokens, s->result))
            return TERN_OK;
        if (i == 0)
            name_hashes(r, s->result);
        else if (!same_as_before(r, s->result))
            return TERN_OK;
        keep(r, s->result, &all);
    }
    memcpy(r->prefill.rate, all.prefill, sizeof all.prefill);
    memcpy(r->decode.rate, all.decode, sizeof all.decode);
    r->prefill.rates = r->decode.rates = all.count;
    keep_prompt(r, &s->passage);
    r->timed = true;
    return TERN_OK;
}

/* The first tokens again, without the cache: the same, or the cache is wrong. */
static tern_status compare_cache(session *s, tern_error *error)
{
    tern_decode_record *r = s->record;
    const uint32_t steps = s->job->compare_cache - 1;
    tern_status status;

    s->passage.reader = NULL;
    if (!tern_decode_pass(&s->passage, steps, s->result))
        return TERN_OK;
    const uint64_t logits = s->result->logits_hash;
    const double with_ms = s->result->prefill.total_ms + s->result->decode.total_ms;
    if ((status = new_decoder(s, false, error)) != TERN_OK)
        return status;
    if (!tern_decode_pass(&s->passage, steps, s->result))
        return TERN_OK;
    r->kv_ratio_predicted = tern_decode_cache_ratio(s->job->prompt_tokens, s->job->compare_cache);
    r->kv_ratio_measured = (s->result->prefill.total_ms + s->result->decode.total_ms) / with_ms;
    if (s->result->logits_hash != logits) {
        r->finding.verdict = TERN_MISMATCH;
        tern_text_copy(r->finding.reason, sizeof r->finding.reason,
                       "the logits without the KV cache differ from those with it");
        r->timed = false;
    }
    return TERN_OK;
}

static void take_sizes(session *s)
{
    const tern_model *model = &s->model;
    const tern_kv *kv = tern_decoder_kv(s->passage.decoder);
    tern_decode_record *r = s->record;

    r->load_s = model->load_s;
    r->products = (uint32_t)model->parts.count;
    r->packed_bytes = model->packed_bytes;
    r->head_bytes = model->head_bytes;
    r->norm_bytes = model->norm_bytes;
    r->kv_bytes = kv->rows_bytes;
    r->kv_scale_bytes = kv->scale_bytes;
    r->buffer_bytes = tern_decoder_buffer_bytes(s->passage.decoder);
    r->context = kv->context;
}

static tern_status run(session *s, tern_error *error)
{
    tern_decode_record *r = s->record;
    tern_status status = tern_job_weights(s->job, &s->weights, error);

    if (status != TERN_OK)
        return status;
    if ((status = tern_job_check(s->job, &s->weights.geometry, error)) != TERN_OK)
        return status;
    tern_decode_describe_model(&s->weights.geometry, s->weights.source, r);
    r->kv_ratio_predicted = r->kv_ratio_measured = r->allocations = (double)NAN;
    r->measured_layers = tern_job_layers(s->job, &s->weights.geometry);
    s->weights.geometry.layers = r->measured_layers;
    if ((status = load(s, error)) != TERN_OK || (status = verify(s, error)) != TERN_OK ||
        r->finding.verdict != TERN_EXACT || (status = open_passage(s, error)) != TERN_OK)
        return status;
    take_sizes(s);
    if ((status = run_passes(s)) != TERN_OK || !r->timed)
        return status;
    r->peak_rss_bytes = peak_rss_bytes();
    const tern_decoder_options options = loop_options(s, true);
    if ((status = tern_kv_bench(&s->weights.geometry, options.kv_type, options.context, options.ops, r, error)) !=
        TERN_OK)
        return status;
    return s->job->compare_cache == 0 ? TERN_OK : compare_cache(s, error);
}

tern_status tern_decode_session(const tern_decode_job *job, tern_decode_record *record, tern_error *error)
{
    session s = {.job = job, .record = record};
    const tern_status status = run(&s, error);

    tern_decoder_free(s.passage.decoder);
    tern_projections_free(s.answers);
    tern_passage_close(&s.passage);
    tern_model_free(&s.model);
    tern_weights_close(&s.weights);
    tern_team_free(s.team);
    free(s.result);
    return status;
}
