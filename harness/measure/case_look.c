#include "measure/case_look.h"

#include "base/clock.h"
#include "base/text.h"
#include "check/compare.h"
#include "check/oracle.h"

#include <inttypes.h>
#include <stdlib.h>

enum { FIRST_CALLS = 2000 };

/* What a wrong Y should have been is worked out up to here, where the oracle takes a second. */
static const double oracle_macs = 5e9;

/* How much of the time of the samples goes into single calls that are looked at, on the average. */
static const double looking_share = 0.1;

/* What Y should have been, where that can be told, and what the difference points at. */
static void explain(const tern_bench *bench, tern_finding *finding)
{
    const tern_shape shape = bench->c->shape;
    const tern_inputs *inputs = &bench->fixture->inputs;
    const int8_t *w = bench->fixture->weights->w, *x = inputs->slot[inputs->at];
    int32_t *expected = NULL;

    if (tern_shape_macs(shape) <= oracle_macs)
        expected = malloc(shape.m * shape.n * sizeof *expected);
    if (expected != NULL && tern_oracle_fill(shape, w, x, expected, NULL) == TERN_OK) {
        const tern_answer answer = {.shape = shape,
                                    .w = w,
                                    .x = x,
                                    .expected = expected,
                                    .got = bench->y,
                                    .untouched = TERN_TIMED_ANSWER_UNTOUCHED};
        tern_compare(&answer, finding);
    }
    free(expected);
}

bool tern_case_look_judge(tern_case_arm *case_arm, bool right)
{
    tern_finding *finding = &case_arm->outcome->finding;

    if (right || !case_arm->ready)
        return case_arm->ready;
    case_arm->ready = false;
    tern_inputs *inputs = &case_arm->bench.fixture->inputs;
    if (!tern_inputs_are_whole(inputs, 0, inputs->values)) {
        tern_inputs_renew(inputs); /* other arms have the same X */
        finding->verdict = TERN_OVERRUN;
        tern_text_append(finding->reason, sizeof finding->reason,
                         "run() changes X, which it may only read, at call %" PRIu64 " of timing", case_arm->calls);
        return false;
    }
    explain(&case_arm->bench, finding);
    finding->verdict = case_arm->calls == 1 ? TERN_MISMATCH : TERN_NONDETERMINISTIC;
    if (case_arm->calls == 1)
        tern_text_append(finding->reason, sizeof finding->reason, "wrong at the first call of timing");
    else
        tern_text_append(finding->reason, sizeof finding->reason, "right at first, wrong at call %" PRIu64 " of timing",
                         case_arm->calls);
    return false;
}

bool tern_case_look_judge_state(tern_case_arm *case_arm)
{
    case_arm->ready = case_arm->ready && tern_side_effects_look(&case_arm->effects, &case_arm->outcome->finding);
    return case_arm->ready;
}

/*
 * One call that is looked at. Its Y is painted as a whole, or in places, or holds the answer of the call before, whose
 * X was another one or nearly the same.
 */
static bool look_at_one(tern_case_arm *case_arm)
{
    enum { PAINT_ALL, PAINT, KEEP, KEEP_X, WAYS };
    tern_timed_answers *answers = &case_arm->answers;
    const size_t how = tern_random_below(&answers->random, WAYS);

    if (how == PAINT_ALL)
        tern_timed_answers_paint_all(answers);
    else if (how == PAINT)
        tern_timed_answers_paint(answers);
    else if (how == KEEP_X)
        tern_inputs_stay(&case_arm->bench.fixture->inputs);
    tern_case_arm_call(case_arm, 1);
    return tern_case_look_judge(case_arm, how == PAINT_ALL ? tern_timed_answers_look_at_all(answers)
                                                           : tern_timed_answers_look(answers));
}

bool tern_case_look_at_some(tern_case_arm *case_arm)
{
    const double luck = 2.0 / 1024.0 * (double)tern_random_below(&case_arm->answers.random, 1024);

    case_arm->looking_ns += luck * looking_share * case_arm->sample_ns;
    while (case_arm->ready && case_arm->looking_ns >= case_arm->call_ns) {
        const double start_ns = tern_clock_ns();
        look_at_one(case_arm);
        case_arm->looking_ns -= tern_clock_ns() - start_ns;
    }
    return case_arm->ready;
}

void tern_case_look_at_first(tern_case_arm *case_arm, double warm_up_ns)
{
    const double start_ns = tern_clock_ns(), most_ns = case_arm->brief ? warm_up_ns : 10.0 * warm_up_ns;
    double spent_ns = 0.0;

    for (uint32_t calls = 0;
         case_arm->ready && spent_ns + case_arm->call_ns < most_ns && (spent_ns < warm_up_ns || calls < FIRST_CALLS);
         calls++) {
        look_at_one(case_arm);
        spent_ns = tern_clock_ns() - start_ns;
    }
}
