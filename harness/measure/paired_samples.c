#include "measure/paired.h"

#include "base/text.h"
#include "measure/paired_result.h"

#include <stdlib.h>
#include <string.h>

/* Offsets into pages: an order of its own, so that no order of arms goes with a layout. */
static tern_layout draw_layout(uint64_t seed)
{
    enum { PLACES = TERN_SMALL_PAGE / TERN_CACHE_LINE };
    uint64_t random = seed;
    tern_layout layout;

    /* One by one: what stands in braces has no order. */
    layout.packed = TERN_CACHE_LINE * tern_random_below(&random, PLACES);
    layout.x = TERN_CACHE_LINE * tern_random_below(&random, PLACES);
    layout.y = TERN_CACHE_LINE * tern_random_below(&random, PLACES);
    layout.scratch = TERN_CACHE_LINE * tern_random_below(&random, PLACES);
    return layout;
}

/* The parts of a request in the form in which an attempt takes them. */
typedef struct parts {
    tern_case *c;
    tern_paired_member *member;
    const tern_paired_member **pointer;
} parts;

static tern_status make_parts(parts *p, const tern_paired_request *request, tern_error *error)
{
    const uint32_t arms = request->arms;

    p->c = calloc(arms, sizeof *p->c);
    p->member = calloc(arms, sizeof *p->member);
    p->pointer = calloc(arms, sizeof *p->pointer);
    if (p->c == NULL || p->member == NULL || p->pointer == NULL)
        return tern_error_memory(error, "sampling in turns", (double)arms * (sizeof *p->c + sizeof *p->member));
    memcpy(p->c, request->c, arms * sizeof *p->c);
    for (uint32_t i = 0; i < arms; i++) {
        p->member[i] = (tern_paired_member){
            .c = &p->c[i],
            .options = {.min_sample_ms = request->min_sample_ms,
                        .budget_s = request->budget_s / arms,
                        .pin = request->pin,
                        .llc_bytes = request->llc_bytes,
                        .roof_read_gbps = request->roof_read_gbps},
            .deadline_s = request->deadline_s,
        };
        p->pointer[i] = &p->member[i];
    }
    return TERN_OK;
}

static void free_parts(parts *p)
{
    free(p->c);
    free(p->member);
    free(p->pointer);
}

static tern_status make_room(const tern_paired_attempt *attempt, tern_paired_samples *samples, tern_error *error)
{
    const size_t values = (size_t)attempt->members * tern_paired_result_capacity(attempt);

    samples->arm = calloc(attempt->members, sizeof *samples->arm);
    samples->ns = calloc(values, sizeof *samples->ns);
    if (samples->arm == NULL || samples->ns == NULL)
        return tern_error_memory(error, "samples", (double)values * sizeof *samples->ns);
    samples->arms = attempt->members;
    for (uint32_t i = 0; i < attempt->members; i++)
        samples->arm[i].ns = samples->ns + (size_t)i * tern_paired_result_capacity(attempt);
    return TERN_OK;
}

static void take_over(const tern_paired_attempt *attempt, tern_paired_result *result, tern_paired_samples *samples)
{
    for (uint32_t i = 0; i < attempt->members; i++) {
        const tern_arm_outcome *outcome = &result->outcome[i];
        tern_paired_arm *arm = &samples->arm[i];
        arm->finding = outcome->finding;
        arm->visits = tern_schedule_visits(&attempt->schedule, i);
        arm->calls_per_sample = outcome->timing.calls_per_sample;
        arm->packed_bytes = outcome->timing.packed_bytes;
        arm->shares_packed = outcome->shares_packed;
        arm->disturbance = outcome->timing.disturbance;
        arm->samples = outcome->timed ? outcome->timing.samples : 0;
        memcpy(arm->ns, tern_paired_result_samples(attempt, result, i), arm->samples * sizeof *arm->ns);
        if (arm->samples / arm->visits > samples->rounds)
            samples->rounds = arm->samples / arm->visits;
    }
}

/* It was somebody's turn, or nobody's: then the end is everybody's. */
static void tell_end(const tern_paired_result *result, const tern_child_outcome *outcome, tern_paired_samples *samples)
{
    for (uint32_t i = 0; i < samples->arms; i++)
        if (result->active.who == i || result->active.who >= samples->arms)
            samples->arm[i].finding = tern_paired_result_finding(result, outcome);
}

/* Returns whether an arm cannot take turns, and says so in its finding. */
static bool refuse_teams(const tern_paired_request *request, tern_paired_samples *samples)
{
    bool refused = false;

    for (uint32_t i = 0; i < request->arms; i++)
        if (tern_case_owns_team(&request->c[i])) {
            samples->arm[i].finding.verdict = TERN_UNSUPPORTED;
            tern_text_copy(samples->arm[i].finding.reason, sizeof samples->arm[i].finding.reason,
                           "it has several threads of its own, which would wait on the CPUs of the others");
            refused = true;
        }
    return refused;
}

tern_status tern_paired_sample(const tern_paired_request *request, const tern_child_options *child,
                               tern_paired_samples *samples, tern_error *error)
{
    parts p = {0};
    tern_paired_result *result = NULL;
    tern_child_outcome outcome;
    tern_status status = make_parts(&p, request, error);
    tern_paired_attempt attempt = {
        .member = p.pointer,
        .members = request->arms,
        .baseline = -1,
        .schedule = request->schedule,
        .layout = draw_layout(request->schedule.seed),
        .brief = true,
        .enter = request->enter,
        .context = request->context,
        .c = p.c,
        .weights = request->weights,
        .stock = request->c[0].cache == TERN_COLD && request->c[0].threads == 1 ? request->stock : NULL,
    };

    memset(samples, 0, sizeof *samples);
    if (attempt.stock != NULL)
        tern_ring_stock_prepare(attempt.stock);
    if (status == TERN_OK && (status = make_room(&attempt, samples, error)) == TERN_OK &&
        !refuse_teams(request, samples) &&
        (status = tern_paired_attempt_run(&attempt, child, &result, &outcome, error)) == TERN_OK) {
        if (outcome.end == TERN_CHILD_DONE) {
            take_over(&attempt, result, samples);
            if (attempt.stock != NULL)
                tern_ring_stock_take(attempt.stock, &request->pin);
        } else
            tell_end(result, &outcome, samples);
    }
    free(result);
    free_parts(&p);
    return status;
}

void tern_paired_samples_free(tern_paired_samples *samples)
{
    free(samples->arm);
    free(samples->ns);
    *samples = (tern_paired_samples){0};
}
