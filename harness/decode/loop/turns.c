#include "decode/loop/turns.h"

#include "base/clock.h"
#include "base/text.h"
#include "decode/loop/job_parts.h"
#include "decode/loop/pass.h"
#include "measure/active_arm.h"
#include "measure/rounds.h"
#include "model/gguf_map.h"

#include <stdlib.h>
#include <string.h>

/* Steps of small models are so short that whatever else runs on a CPU decides: a turn has more passes then. */
static const double min_sample_ns = 1e6;

/* What the child leaves; the results of the jobs stand behind it. */
typedef struct answer {
    tern_active_arm active; /* first, for tern_active_arm_began() */
    tern_status status;
    tern_error error;
    tern_turns_result result[];
} answer;

/* The weights as some of the jobs pack them. */
typedef struct variant {
    const tern_decode_job *job; /* the first of them */
    tern_model model;
} variant;

struct course;

/* One job while it takes its turns. */
typedef struct lane {
    struct course *course;
    uint32_t number;
    tern_decode_job job;
    tern_model model; /* the variant's, as the threads of this job see it */
    tern_turns_result *result;
    tern_series series;
    tern_sampled sampled;
} lane;

typedef struct course {
    const tern_turns_request *request;
    answer *answer;
    tern_weights weights;
    tern_team *loaders;
    variant *variant;
    uint32_t variants;
    tern_projections *answers;
    tern_pass_result *pass;
    lane *lane;
    uint32_t turns, most_turns; /* so far, and in all if no budget ends them */
} course;

static void tell(const course *c, tern_job_stage stage, double share)
{
    const tern_decode_job teller = {.progress = c->request->progress};

    tern_job_tell(&teller, stage, share);
}

static bool packs_alike(const tern_decode_job *a, const tern_decode_job *b)
{
    return a->kernel.kernel == b->kernel.kernel &&
           memcmp(a->kernel.toggle, b->kernel.toggle, sizeof a->kernel.toggle) == 0 &&
           a->toggle[TERN_LOOP_HEAD_BITS] == b->toggle[TERN_LOOP_HEAD_BITS] &&
           a->toggle[TERN_LOOP_HUGE_PAGES] == b->toggle[TERN_LOOP_HUGE_PAGES];
}

static bool computes_alike(const tern_decode_job *a, const tern_decode_job *b)
{
    return a->toggle[TERN_LOOP_HEAD_BITS] == b->toggle[TERN_LOOP_HEAD_BITS] &&
           a->toggle[TERN_LOOP_KV_BITS] == b->toggle[TERN_LOOP_KV_BITS];
}

static uint32_t find_variant(const course *c, const tern_decode_job *job)
{
    uint32_t i = 0;

    while (i < c->variants && !packs_alike(c->variant[i].job, job))
        i++;
    return i;
}

static tern_status load_variant(course *c, const tern_decode_job *job, tern_error *error)
{
    const tern_model_options options = tern_job_model_options(job);
    variant *v = &c->variant[c->variants];
    const tern_status status = tern_model_load(&v->model, &c->weights, &job->kernel, c->loaders, &options, error);

    if (status == TERN_OK) {
        v->job = job;
        c->variants++;
    }
    return status;
}

/* With as many threads as the job that has most, on its CPUs: pages belong to the thread that writes them first. */
static tern_status start_loaders(course *c, tern_error *error)
{
    const tern_decode_job *most = &c->request->job[0];

    for (uint32_t i = 1; i < c->request->jobs; i++)
        if (c->request->job[i].threads > most->threads)
            most = &c->request->job[i];
    const tern_status status = tern_team_new(&c->loaders, most->threads, error);
    return status == TERN_OK ? tern_pin_team(&most->pin, c->loaders, NULL, error) : status;
}

static tern_status load(course *c, tern_error *error)
{
    const tern_turns_request *r = c->request;
    tern_status status = tern_job_weights(&r->job[0], &c->weights, error);

    if (status != TERN_OK)
        return status;
    c->weights.geometry.layers = tern_job_layers(&r->job[0], &c->weights.geometry);
    if ((status = start_loaders(c, error)) != TERN_OK)
        return status;
    for (uint32_t i = 0; i < r->jobs && status == TERN_OK; i++) {
        tell(c, TERN_JOB_LOADING, (double)i / r->jobs);
        if (find_variant(c, &r->job[i]) == c->variants)
            status = load_variant(c, &r->job[i], error);
    }
    if (status == TERN_OK)
        status = tern_projections_new(&c->answers, &c->variant[0].model, &c->weights, c->loaders, error);
    tern_team_free(c->loaders);
    c->loaders = NULL;
    return status;
}

/* What a turn needs while it lasts. */
typedef struct turn {
    tern_team *team;
    uint32_t tokens[TERN_JOB_COUNTS];
    tern_passage passage;
} turn;

static tern_status open_turn(turn *t, lane *l, tern_error *error)
{
    course *c = l->course;
    const size_t counts = tern_job_counts(&l->job, t->tokens);
    const tern_decoder_options options = tern_job_decoder_options(
        &l->job, &l->model.geometry, l->job.toggle[TERN_LOOP_KV_CACHE] != 0, t->tokens, counts, c->answers);
    tern_status status = tern_team_new(&t->team, l->job.threads, error);

    if (status == TERN_OK)
        status = tern_pin_team(&l->job.pin, t->team, NULL, error);
    if (status == TERN_OK)
        status = tern_passage_open(&t->passage, &l->job, l->model.geometry.vocabulary, c->answers, &l->result->finding,
                                   error);
    return status == TERN_OK ? tern_decoder_new(&t->passage.decoder, &l->model, &options, t->team, error) : status;
}

static void close_turn(turn *t)
{
    tern_decoder_free(t->passage.decoder);
    tern_passage_close(&t->passage);
    tern_team_free(t->team);
}

/* What cannot be opened, for want of memory or because the kernel refuses, is the job's finding. */
static void refuse(tern_turns_result *result, const tern_error *error)
{
    result->finding.verdict = TERN_UNSUPPORTED;
    tern_text_copy(result->finding.reason, sizeof result->finding.reason, error->text);
}

/* Is time_ns of tern_sampled: one turn of so many passes, of which steps count. */
static double take_turn(void *context, uint64_t calls)
{
    lane *l = context;
    course *c = l->course;
    tern_error error = {""};
    turn t = {0};
    double ns = 0.0;

    tern_active_arm_set(&c->answer->active, l->number);
    if (open_turn(&t, l, &error) != TERN_OK)
        refuse(l->result, &error);
    for (uint64_t i = 0; i < calls && l->result->finding.verdict == TERN_EXACT; i++)
        if (tern_decode_pass(&t.passage, l->job.new_tokens, c->pass))
            ns += 1e6 * c->pass->decode.total_ms / c->pass->steps;
    close_turn(&t);
    tell(c, TERN_JOB_DECODING, (double)++c->turns / c->most_turns);
    return ns;
}

/* Is settle of tern_sampled: the same logits as before, or the kernel depends on more than its inputs. */
static bool settle(void *context, bool kept)
{
    lane *l = context;
    tern_turns_result *result = l->result;

    (void)kept;
    if (result->finding.verdict != TERN_EXACT)
        return false;
    if (result->logits_hash == 0)
        result->logits_hash = l->course->pass->logits_hash;
    if (result->logits_hash == l->course->pass->logits_hash)
        return true;
    result->finding.verdict = TERN_NONDETERMINISTIC;
    tern_text_copy(result->finding.reason, sizeof result->finding.reason,
                   "the same prompt gave other logits when it was run again");
    return false;
}

static void open_lane(course *c, uint32_t i)
{
    lane *l = &c->lane[i];
    const tern_decode_job *job = &c->request->job[i];

    *l = (lane){.course = c, .number = i, .job = *job, .result = &c->answer->result[i]};
    l->job.progress = NULL;
    l->model = c->variant[find_variant(c, job)].model;
    l->model.threads = job->threads;
    l->series = (tern_series){.sample_ns = l->result->ns, .capacity = TERN_TURNS_SAMPLES, .calls_per_sample = 1};
    l->sampled = (tern_sampled){.context = l, .time_ns = take_turn, .settle = settle, .now_ns = tern_clock_ns_for};
}

/* Those that compute with as many bits have the same logits. Whoever differs from the first that was right is wrong. */
static void compare_logits(course *c)
{
    for (uint32_t i = 1; i < c->request->jobs; i++) {
        tern_turns_result *result = c->lane[i].result;
        for (uint32_t j = 0; j < i && result->finding.verdict == TERN_EXACT; j++) {
            const tern_turns_result *other = c->lane[j].result;
            if (other->finding.verdict != TERN_EXACT || !computes_alike(&c->lane[i].job, &c->lane[j].job) ||
                other->logits_hash == result->logits_hash)
                continue;
            result->finding.verdict = TERN_MISMATCH;
            tern_text_copy(result->finding.reason, sizeof result->finding.reason,
                           "the logits differ from those of another combination that computes with as many bits");
        }
    }
}

static tern_status sample(course *c, tern_error *error)
{
    const tern_turns_request *r = c->request;
    const tern_sampler_options options = {.min_sample_ns = min_sample_ns, .budget_ns = 1e9 * r->budget_s};
    tern_arm *arm = calloc(r->jobs, sizeof *arm);

    if (arm == NULL)
        return tern_error_memory(error, "the order of turns", (double)(r->jobs * sizeof *arm));
    for (uint32_t i = 0; i < r->jobs; i++) {
        open_lane(c, i);
        arm[i] = (tern_arm){.sampled = &c->lane[i].sampled, .series = &c->lane[i].series};
        c->most_turns += r->schedule.rounds * tern_schedule_visits(&r->schedule, i);
    }
    const tern_status status = tern_rounds_run(arm, r->jobs, &options, &r->schedule, error);
    compare_logits(c);
    for (uint32_t i = 0; i < r->jobs; i++) {
        tern_turns_result *result = c->lane[i].result;
        result->visits = tern_schedule_visits(&r->schedule, i);
        result->samples = result->finding.verdict == TERN_EXACT ? c->lane[i].series.samples : 0;
    }
    free(arm);
    return status;
}

static tern_status run(course *c, tern_error *error)
{
    const uint32_t jobs = c->request->jobs;

    c->variant = calloc(jobs, sizeof *c->variant);
    c->lane = calloc(jobs, sizeof *c->lane);
    c->pass = calloc(1, sizeof *c->pass);
    if (c->variant == NULL || c->lane == NULL || c->pass == NULL)
        return tern_error_memory(error, "jobs in turns", (double)(jobs * (sizeof *c->variant + sizeof *c->lane)));
    const tern_status status = load(c, error);
    return status == TERN_OK ? sample(c, error) : status;
}

/* Is a tern_child_fn. */
static void run_in_child(void *argument, void *shared)
{
    answer *a = shared;
    course c = {.request = argument, .answer = a};

    a->status = run(&c, &a->error);
    if (tern_gguf_map_whole(&a->error) != TERN_OK)
        a->status = TERN_USAGE;
    tern_projections_free(c.answers);
    for (uint32_t i = 0; i < c.variants; i++)
        tern_model_free(&c.variant[i].model);
    tern_team_free(c.loaders);
    tern_weights_close(&c.weights);
    free(c.variant);
    free(c.lane);
    free(c.pass);
}

/* Whose turn it was. */
static void tell_end(const answer *a, const tern_child_outcome *outcome, uint32_t jobs, tern_turns_result *result)
{
    for (uint32_t i = 0; i < jobs; i++) {
        result[i].samples = 0;
        if (i != a->active.who && a->active.who < jobs)
            continue;
        result[i].finding = tern_finding_of_child(outcome);
    }
}

tern_status tern_turns_run(const tern_turns_request *request, const tern_child_options *child,
                           tern_turns_result *result, tern_error *error)
{
    const size_t bytes = sizeof(answer) + request->jobs * sizeof *result;
    tern_turns_request copy = *request;
    answer *a = calloc(1, bytes);
    tern_child_options in_turns = *child;
    tern_child_outcome outcome;

    if (a == NULL)
        return tern_error_memory(error, "the samples of turns", (double)bytes);
    in_turns.turn = tern_active_arm_began;
    a->active = (tern_active_arm){.who = TERN_NO_ARM, .deadline_s = request->turn_deadline_s};
    tern_status status = tern_child_run(run_in_child, &copy, a, bytes, &in_turns, &outcome, error);
    if (status == TERN_OK) {
        memcpy(result, a->result, request->jobs * sizeof *result);
        if (outcome.end != TERN_CHILD_DONE)
            tell_end(a, &outcome, request->jobs, result);
        else if ((status = a->status) != TERN_OK && error != NULL)
            *error = a->error;
    }
    free(a);
    return status;
}
