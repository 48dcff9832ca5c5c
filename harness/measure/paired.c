#include "measure/paired.h"

#include "base/text.h"
#include "measure/paired_attempt.h"
#include "measure/step.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void run_in_child(void *argument, void *result)
{
    tern_paired_attempt_run(argument, result);
}

/* Takes over what the child left. */
static void fill_record(const tern_arm_outcome *outcome, tern_record *record)
{
    record->p0_measured = outcome->p0;
    record->facts = outcome->facts;
    for (uint32_t i = 0; i < outcome->facts; i++) {
        tern_text_copy(record->fact[i].name, sizeof record->fact[i].name, outcome->fact[i].name);
        tern_text_copy(record->fact[i].unit, sizeof record->fact[i].unit, outcome->fact[i].unit);
        record->fact[i].value = outcome->fact[i].value;
    }
    record->timed = outcome->timed;
    if (outcome->timed)
        record->timing = outcome->timing;
    else
        record->finding = outcome->finding;
}

static uint64_t now_since_1970_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return 1000000000u * (uint64_t)now.tv_sec + (uint64_t)now.tv_nsec;
}

static void fill_records(const tern_paired_attempt *attempt, const tern_paired_result *result)
{
    const uint64_t paired = now_since_1970_ns();

    for (uint32_t i = 0; i < attempt->members; i++) {
        tern_record *record = attempt->member[i]->record;
        fill_record(&result->outcome[i], record);
        record->paired = record->timed && record->timing.rounds > 0 ? paired : 0;
    }
}

static void take_out(tern_paired_attempt *attempt, uint32_t index)
{
    attempt->members--;
    for (uint32_t i = index; i < attempt->members; i++)
        attempt->member[i] = attempt->member[i + 1];
    attempt->baseline =
        attempt->baseline == (int32_t)index ? -1 : attempt->baseline - (attempt->baseline > (int32_t)index);
}

static tern_status run_attempt(tern_paired_attempt *attempt, const tern_child_options *child, tern_error *error);

static tern_status run_alone(const tern_paired_member *member, const tern_child_options *child, tern_error *error)
{
    tern_paired_attempt attempt = {.member = {member}, .members = 1, .baseline = -1};

    return run_attempt(&attempt, child, error);
}

/*
 * The child did not come to its end. Whose turn it was goes on alone; when that was nobody's, all do. A case that is
 * alone has made its finding.
 */
static tern_status go_on(tern_paired_attempt *attempt, tern_paired_result *result, const tern_finding *finding,
                         const tern_child_options *child, tern_error *error)
{
    const uint32_t who = result->active.who;
    tern_status status = TERN_OK;

    if (attempt->members == 1) {
        tern_finding *own = &attempt->member[0]->record->finding;
        *own = *finding;
        if (finding->verdict == TERN_CRASH && tern_active_arm_expired(&result->active)) {
            memset(own, 0, sizeof *own);
            own->verdict = TERN_TIMEOUT;
            tern_text_append(own->reason, sizeof own->reason, "no answer after %g s", result->active.deadline_s);
        }
        return TERN_OK;
    }
    for (uint32_t i = attempt->members; i-- > 0 && status == TERN_OK;)
        if (who == i || who >= attempt->members) {
            const tern_paired_member *member = attempt->member[i];
            take_out(attempt, i);
            status = run_alone(member, child, error);
        }
    return status == TERN_OK && attempt->members > 0 ? run_attempt(attempt, child, error) : status;
}

static tern_status run_attempt(tern_paired_attempt *attempt, const tern_child_options *child, tern_error *error)
{
    const size_t bytes = sizeof(tern_paired_result) + attempt->members * sizeof(tern_arm_outcome);
    tern_paired_result *result = calloc(1, bytes);
    tern_child_options together = *child;
    tern_child_outcome outcome;

    if (result == NULL)
        return tern_error_memory(error, "timing in turns", (double)bytes);
    together.deadline_s = 0.0;
    for (uint32_t i = 0; i < attempt->members; i++) {
        together.deadline_s += attempt->member[i]->deadline_s;
        result->active.deadline_s = fmax(result->active.deadline_s, attempt->member[i]->deadline_s);
    }
    tern_status status = tern_child_run(run_in_child, attempt, result, bytes, &together, &outcome, error);
    if (status == TERN_OK && outcome.end == TERN_CHILD_DONE) {
        if ((status = result->status) == TERN_OK)
            fill_records(attempt, result);
        else if (error != NULL)
            *error = result->error;
    } else if (status == TERN_OK && outcome.end == TERN_CHILD_STOPPED) {
        for (uint32_t i = 0; i < attempt->members; i++)
            attempt->member[i]->record->finding = tern_finding_of_child(&outcome);
    } else if (status == TERN_OK) {
        const tern_finding finding = tern_finding_of_child(&outcome);
        status = go_on(attempt, result, &finding, child, error);
    }
    free(result);
    return status;
}

static tern_status add_steps(const tern_paired_member *member, const tern_child_options *child, tern_error *error)
{
    const tern_measure_options *options = &member->options;
    tern_timing *timing = &member->record->timing;
    tern_child_options in_time = *child;

    if (!member->record->timed || options->counters == NULL || !options->counters->step)
        return TERN_OK;
    if (timing->counters == TERN_MAX_COUNTERS)
        timing->counters--; /* a ratio gives way to what was asked for by name */
    in_time.deadline_s = member->deadline_s;
    return tern_step_count(member->c, TERN_STEP_LIMIT, &in_time, &timing->counter[timing->counters++], error);
}

/* Its threads would wait on the CPUs of the others, and the others' on its own. */
static bool goes_alone(const tern_case *c)
{
    return (c->kernel->flags & TERN_KERNEL_OWNS_TEAM) != 0 && c->threads > 1;
}

tern_status tern_paired_run(const tern_paired_member *member, uint32_t members, int32_t baseline,
                            const tern_child_options *child, tern_error *error)
{
    tern_paired_attempt attempt = {.baseline = -1};
    tern_status status = TERN_OK;

    for (uint32_t i = 0; i < members && status == TERN_OK; i++) {
        member[i].record->timed = false;
        if (goes_alone(member[i].c)) {
            tern_paired_member without_roofs = member[i];
            without_roofs.options.with_roofs = false;
            status = run_alone(&without_roofs, child, error);
        } else {
            attempt.baseline = baseline == (int32_t)i ? (int32_t)attempt.members : attempt.baseline;
            attempt.member[attempt.members++] = &member[i];
        }
    }
    if (status == TERN_OK && attempt.members > 0)
        status = run_attempt(&attempt, child, error);
    for (uint32_t i = 0; i < members && status == TERN_OK; i++)
        status = add_steps(&member[i], child, error);
    return status;
}
