#include "decode/loop/pass.h"

#include "base/clock.h"
#include "base/heap.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

tern_status tern_passage_open(tern_passage *p, const tern_decode_job *job, uint32_t vocabulary,
                              tern_projections *answers, tern_finding *finding, tern_error *error)
{
    *p = (tern_passage){.job = job, .vocabulary = vocabulary, .answers = answers, .finding = finding};
    p->prompt = calloc(job->prompt_tokens + 1, sizeof *p->prompt);
    p->next = calloc(job->sequences, sizeof *p->next);
    p->tokens_hash = XXH3_createState();
    p->logits_hash = XXH3_createState();
    if (p->prompt == NULL || p->next == NULL || p->tokens_hash == NULL || p->logits_hash == NULL)
        return tern_error_memory(error, "the tokens of a run", (double)(job->prompt_tokens * sizeof *p->prompt));
    return tern_token_choice_new(&p->sampler, &job->sampler, vocabulary, error);
}

void tern_passage_close(tern_passage *p)
{
    tern_token_choice_free(p->sampler);
    XXH3_freeState(p->tokens_hash);
    XXH3_freeState(p->logits_hash);
    free(p->prompt);
    free(p->next);
}

/* A fixed sequence of ids, where no prompt is given. */
static uint32_t seeded_id(const tern_passage *s, uint32_t position)
{
    const uint64_t key[] = {s->job->seed, position};

    return (uint32_t)(XXH3_64bits(key, sizeof key) % s->vocabulary);
}

static void fill_prompt(tern_passage *s, uint32_t sequence)
{
    for (uint32_t i = 0; i < s->job->prompt_tokens; i++)
        s->prompt[i] = (tern_input){s->job->prompt != NULL ? s->job->prompt[i] : seeded_id(s, i), sequence};
}

/*
 * Hashes the logits and chooses the next token of `count` sequences from `first` on. Returns the nanoseconds of the
 * choice.
 */
static double choose(tern_passage *s, const float *logits, uint32_t first, uint32_t count, uint64_t step)
{
    const size_t vocabulary = s->vocabulary;
    const double start_ns = tern_clock_ns();

    for (uint32_t i = 0; i < count; i++)
        s->next[first + i] =
            (tern_input){.token = tern_token_choice_next(s->sampler, logits + i * vocabulary, first + i, step),
                         .sequence = first + i};
    const double ns = tern_clock_ns() - start_ns;
    XXH3_64bits_update(s->logits_hash, logits, count * vocabulary * sizeof *logits);
    for (uint32_t i = 0; i < count; i++)
        XXH3_64bits_update(s->tokens_hash, &s->next[first + i].token, sizeof s->next->token);
    return ns;
}

/* Adds the decoder's parts and the choice of tokens. */
static void take_parts(tern_passage *s, tern_phase *phase, double sampling_ns)
{
    const tern_split split = tern_decoder_split(s->decoder);

    phase->parts = TERN_DECODE_PARTS;
    for (size_t i = 0; i < TERN_DECODE_PARTS; i++)
        phase->part_ms[i] += 1e-6 * split.ns[i];
    phase->part_ms[TERN_DECODE_SAMPLING] += 1e-6 * sampling_ns;
    phase->total_ms += 1e-6 * sampling_ns;
}

/* Untimed for the loop: what a step reads, after each prompt and each step. */
static void read_as_a_step(const tern_passage *s, tern_pass_result *p)
{
    if (s->reader != NULL)
        tern_step_reader_turn(s->reader, &p->read);
}

static bool run_prompt(tern_passage *s, tern_pass_result *p)
{
    const uint32_t tokens = s->job->prompt_tokens;

    for (uint32_t sequence = 0; sequence < s->job->sequences; sequence++) {
        if (tokens == 0) {
            s->next[sequence] = (tern_input){seeded_id(s, 0), sequence};
            continue;
        }
        fill_prompt(s, sequence);
        const double start_ns = tern_clock_ns();
        const float *logits = tern_decoder_run(s->decoder, s->prompt, tokens);
        assert(logits != NULL);
        p->prefill.total_ms += 1e-6 * (tern_clock_ns() - start_ns);
        take_parts(s, &p->prefill, choose(s, logits, sequence, 1, 0));
        read_as_a_step(s, p);
        if (!tern_projections_right(s->answers, s->finding))
            return false;
    }
    p->prefill.tokens = tokens * s->job->sequences;
    return true;
}

static bool run_steps(tern_passage *s, tern_pass_result *p, uint32_t steps)
{
    const uint32_t sequences = s->job->sequences;

    if (s->job->prompt_tokens > 0)
        p->token[p->generated++] = (int32_t)s->next[0].token;
    const uint64_t allocations = tern_heap_allocations();
    for (uint32_t step = 0; step < steps; step++) {
        const double start_ns = tern_clock_ns();
        const float *logits = tern_decoder_run(s->decoder, s->next, sequences);
        assert(logits != NULL);
        if (!tern_projections_right(s->answers, s->finding))
            return false;
        const double run_ns = tern_clock_ns() - start_ns;
        const double sampling_ns = choose(s, logits, 0, sequences, step + 1);
        p->decode.total_ms += 1e-6 * run_ns;
        take_parts(s, &p->decode, sampling_ns);
        p->step_ms[step] = 1e-6 * (run_ns + sampling_ns);
        read_as_a_step(s, p);
        if (p->generated < TERN_DECODE_TOKENS)
            p->token[p->generated++] = (int32_t)s->next[0].token;
        tern_job_tell(s->job, TERN_JOB_DECODING, (step + 1.0) / steps);
    }
    p->allocations = allocations == UINT64_MAX ? (double)NAN : (double)(tern_heap_allocations() - allocations);
    p->steps = steps;
    p->decode.tokens = steps * sequences;
    return true;
}

bool tern_decode_pass(tern_passage *s, uint32_t steps, tern_pass_result *p)
{
    memset(p, 0, sizeof *p);
    XXH3_64bits_reset(s->tokens_hash);
    XXH3_64bits_reset(s->logits_hash);
    tern_decoder_reset(s->decoder);
    tern_decoder_split(s->decoder);
    tern_job_tell(s->job, TERN_JOB_PROMPT, 0.0);
    const bool right = run_prompt(s, p) && run_steps(s, p, steps);
    p->tokens_hash = XXH3_64bits_digest(s->tokens_hash);
    p->logits_hash = XXH3_64bits_digest(s->logits_hash);
    return right;
}
