#include "measure/paired.h"

#include "base/text.h"
#include "measure/instructions.h"
#include "measure/paired_result.h"
#include "measure/step.h"
#include "record/fields.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The record's own copy of what lies in the result. */
static tern_status fill_timing(const tern_paired_attempt *attempt, tern_paired_result *result, uint32_t member,
                               tern_timing *timing, tern_error *error)
{
    tern_paired_result_attach(attempt, result, member);
    *timing = result->outcome[member].timing;
    return tern_fields_own(tern_timing_fields, timing) ? TERN_OK : tern_error_memory(error, "samples", 0.0);
}

static tern_status fill_facts(const tern_arm_outcome *outcome, tern_record *record, tern_error *error)
{
    record->fact = outcome->facts == 0 ? NULL : calloc(outcome->facts, sizeof *record->fact);
    if (outcome->facts > 0 && record->fact == NULL)
        return tern_error_memory(error, "facts", (double)(outcome->facts * sizeof *record->fact));
    record->facts = outcome->facts;
    for (uint32_t i = 0; i < outcome->facts; i++) {
        tern_text_copy(record->fact[i].name, sizeof record->fact[i].name, outcome->fact[i].name);
        tern_text_copy(record->fact[i].unit, sizeof record->fact[i].unit, outcome->fact[i].unit);
        record->fact[i].value = outcome->fact[i].value;
    }
    return TERN_OK;
}

/* Takes over what the child left. */
static tern_status fill_record(const tern_paired_attempt *attempt, tern_paired_result *result, uint32_t member,
                               tern_record *record, tern_error *error)
{
    const tern_arm_outcome *outcome = &result->outcome[member];

    tern_record_free(record);
    tern_status status = fill_facts(outcome, record, error);

    record->p0_measured = outcome->p0;
    record->timed = outcome->timed;
    if (!outcome->timed)
        record->finding = outcome->finding;
    else if (status == TERN_OK)
        status = fill_timing(attempt, result, member, &record->timing, error);
    return status;
}

static uint64_t now_since_1970_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return 1000000000u * (uint64_t)now.tv_sec + (uint64_t)now.tv_nsec;
}

static tern_status fill_records(const tern_paired_attempt *attempt, tern_paired_result *result, tern_error *error)
{
    const uint64_t paired = now_since_1970_ns();
    tern_status status = TERN_OK;

    for (uint32_t i = 0; i < attempt->members && status == TERN_OK; i++) {
        tern_record *record = attempt->member[i]->record;
        status = fill_record(attempt, result, i, record, error);
        record->paired = record->timed && record->timing.rounds > 0 ? paired : 0;
    }
    return status;
}

/* Each case once a round, in random order, until everything is known. */
static tern_paired_attempt start(const tern_paired_member *member)
{
    return (tern_paired_attempt){
        .baseline = -1,
        .layout = tern_layout_usual,
        .schedule = {.order = TERN_ORDER_SHUFFLED,
                     .until = TERN_UNTIL_PRECISE,
                     .rounds = TERN_MAX_SAMPLES,
                     .seed = member->c->data.seed},
    };
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
    tern_paired_attempt attempt = start(member);

    attempt.member = &member;
    attempt.members = 1;
    return run_attempt(&attempt, child, error);
}

/*
 * The child did not come to its end. Whose turn it was goes on alone; when that was nobody's, all do. A case that is
 * alone has made its finding.
 */
static tern_status go_on(tern_paired_attempt *attempt, const tern_paired_result *result,
                         const tern_child_outcome *outcome, const tern_child_options *child, tern_error *error)
{
    const uint32_t who = result->active.who;
    tern_status status = TERN_OK;

    if (attempt->members == 1) {
        attempt->member[0]->record->finding = tern_paired_result_finding(result, outcome);
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
    tern_paired_result *result;
    tern_child_outcome outcome;
    tern_status status = tern_paired_attempt_run(attempt, child, &result, &outcome, error);

    if (status == TERN_OK && outcome.end == TERN_CHILD_DONE) {
        status = fill_records(attempt, result, error);
    } else if (status == TERN_OK && outcome.end == TERN_CHILD_STOPPED) {
        for (uint32_t i = 0; i < attempt->members; i++)
            attempt->member[i]->record->finding = tern_finding_of_child(&outcome);
    } else if (status == TERN_OK) {
        status = go_on(attempt, result, &outcome, child, error);
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
    tern_counter *counters = realloc(timing->counter, (timing->counters + 1) * sizeof *counters);
    if (counters == NULL)
        return tern_error_memory(error, "counters", 0.0);
    timing->counter = counters;
    memset(&counters[timing->counters], 0, sizeof *counters);
    in_time.deadline_s = member->deadline_s;
    return tern_instructions_step(member->c, &in_time, &counters[timing->counters++], error);
}

static tern_status add_work(const tern_paired_member *member, const tern_child_options *child, tern_error *error)
{
    const tern_counters *counters = member->options.counters;
    tern_child_options in_time = *child;

    if (!member->record->timed || counters == NULL || !counters->work)
        return TERN_OK;
    in_time.deadline_s = member->deadline_s;
    return tern_instructions_count(member->c, &in_time, &member->record->timing.instructions, error);
}

/* Times one alone when it must be; otherwise puts it among those that take turns. */
static tern_status time_or_gather(tern_paired_attempt *attempt, const tern_paired_member *member, bool is_baseline,
                                  const tern_child_options *child, tern_error *error)
{
    tern_paired_member without_roofs = *member;

    member->record->timed = false;
    if (tern_case_owns_team(member->c)) {
        without_roofs.options.with_roofs = false;
        return run_alone(&without_roofs, child, error);
    }
    if (is_baseline)
        attempt->baseline = (int32_t)attempt->members;
    attempt->member[attempt->members++] = member;
    return TERN_OK;
}

tern_status tern_paired_run(const tern_paired_member *member, uint32_t members, int32_t baseline,
                            const tern_child_options *child, tern_error *error)
{
    tern_paired_attempt attempt = start(member);
    tern_status status = TERN_OK;

    attempt.member = calloc(members, sizeof *attempt.member);
    if (attempt.member == NULL)
        return tern_error_memory(error, "timing in turns", (double)members * sizeof *attempt.member);
    for (uint32_t i = 0; i < members && status == TERN_OK; i++)
        status = time_or_gather(&attempt, &member[i], baseline == (int32_t)i, child, error);
    if (status == TERN_OK && attempt.members > 0)
        status = run_attempt(&attempt, child, error);
    for (uint32_t i = 0; i < members && status == TERN_OK; i++)
        if ((status = add_steps(&member[i], child, error)) == TERN_OK)
            status = add_work(&member[i], child, error);
    free(attempt.member);
    return status;
}
