#include "measure/race.h"

#include "base/text.h"
#include "measure/heat.h"
#include "measure/step.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void run_in_child(void *argument, void *result)
{
    tern_heat_run(argument, result);
}

/* Takes over what the child left. */
static void fill_record(const tern_trial *trial, tern_record *record)
{
    record->p0_measured = trial->p0;
    record->facts = trial->facts;
    for (uint32_t i = 0; i < trial->facts; i++) {
        tern_text_copy(record->fact[i].name, sizeof record->fact[i].name, trial->fact[i].name);
        tern_text_copy(record->fact[i].unit, sizeof record->fact[i].unit, trial->fact[i].unit);
        record->fact[i].value = trial->fact[i].value;
    }
    record->timed = trial->timed;
    if (trial->timed)
        record->timing = trial->timing;
    else
        record->finding = trial->finding;
}

static uint64_t now_since_1970_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return 1000000000u * (uint64_t)now.tv_sec + (uint64_t)now.tv_nsec;
}

static void fill_records(const tern_heat *heat, const tern_heat_result *result)
{
    const uint64_t race = now_since_1970_ns();

    for (uint32_t i = 0; i < heat->entries; i++) {
        tern_record *record = heat->entry[i]->record;
        fill_record(&result->trial[i], record);
        record->race = record->timed && record->timing.rounds > 0 ? race : 0;
    }
}

static void take_out(tern_heat *heat, uint32_t index)
{
    heat->entries--;
    for (uint32_t i = index; i < heat->entries; i++)
        heat->entry[i] = heat->entry[i + 1];
    heat->baseline = heat->baseline == (int32_t)index ? -1 : heat->baseline - (heat->baseline > (int32_t)index);
}

static tern_status run_heat(tern_heat *heat, const tern_child_options *child, tern_error *error);

static tern_status run_alone(const tern_entry *entry, const tern_child_options *child, tern_error *error)
{
    tern_heat heat = {.entry = {entry}, .entries = 1, .baseline = -1};

    return run_heat(&heat, child, error);
}

/*
 * The child did not come to its end. Whose turn it was goes on alone; when that was nobody's, all do. A case that is
 * alone has made its finding.
 */
static tern_status go_on(tern_heat *heat, tern_heat_result *result, const tern_finding *finding,
                         const tern_child_options *child, tern_error *error)
{
    const uint32_t who = result->turn.who;
    tern_status status = TERN_OK;

    if (heat->entries == 1) {
        tern_finding *own = &heat->entry[0]->record->finding;
        *own = *finding;
        if (finding->verdict == TERN_CRASH && tern_turn_expired(&result->turn)) {
            memset(own, 0, sizeof *own);
            own->verdict = TERN_TIMEOUT;
            tern_text_append(own->reason, sizeof own->reason, "no answer after %g s", result->turn.deadline_s);
        }
        return TERN_OK;
    }
    for (uint32_t i = heat->entries; i-- > 0 && status == TERN_OK;)
        if (who == i || who >= heat->entries) {
            const tern_entry *entry = heat->entry[i];
            take_out(heat, i);
            status = run_alone(entry, child, error);
        }
    return status == TERN_OK && heat->entries > 0 ? run_heat(heat, child, error) : status;
}

static tern_status run_heat(tern_heat *heat, const tern_child_options *child, tern_error *error)
{
    const size_t bytes = sizeof(tern_heat_result) + heat->entries * sizeof(tern_trial);
    tern_heat_result *result = calloc(1, bytes);
    tern_child_options together = *child;
    tern_finding finding;
    tern_child_end end;

    if (result == NULL)
        return tern_error_memory(error, "the timing of a race", (double)bytes);
    together.deadline_s = 0.0;
    for (uint32_t i = 0; i < heat->entries; i++) {
        together.deadline_s += heat->entry[i]->deadline_s;
        result->turn.deadline_s = fmax(result->turn.deadline_s, heat->entry[i]->deadline_s);
    }
    tern_status status = tern_child_run(run_in_child, heat, result, bytes, &together, &end, &finding, error);
    if (status == TERN_OK && end == TERN_CHILD_DONE) {
        if ((status = result->status) == TERN_OK)
            fill_records(heat, result);
        else if (error != NULL)
            *error = result->error;
    } else if (status == TERN_OK && end == TERN_CHILD_STOPPED) {
        for (uint32_t i = 0; i < heat->entries; i++)
            heat->entry[i]->record->finding = finding;
    } else if (status == TERN_OK) {
        status = go_on(heat, result, &finding, child, error);
    }
    free(result);
    return status;
}

static tern_status add_steps(const tern_entry *entry, const tern_child_options *child, tern_error *error)
{
    const tern_measure_options *options = &entry->options;
    tern_timing *timing = &entry->record->timing;
    tern_child_options in_time = *child;

    if (!entry->record->timed || options->counters == NULL || !options->counters->step)
        return TERN_OK;
    if (timing->counters == TERN_MAX_COUNTERS)
        timing->counters--; /* a ratio gives way to what was asked for by name */
    in_time.deadline_s = entry->deadline_s;
    return tern_step_count(entry->c, TERN_STEP_LIMIT, &in_time, &timing->counter[timing->counters++], error);
}

/* Its threads would wait on the CPUs of the others, and the others' on its own. */
static bool goes_alone(const tern_case *c)
{
    return (c->kernel->flags & TERN_KERNEL_OWNS_TEAM) != 0 && c->threads > 1;
}

tern_status tern_race_run(const tern_entry *entry, uint32_t entries, int32_t baseline, const tern_child_options *child,
                          tern_error *error)
{
    tern_heat heat = {.baseline = -1};
    tern_status status = TERN_OK;

    for (uint32_t i = 0; i < entries && status == TERN_OK; i++) {
        entry[i].record->timed = false;
        if (goes_alone(entry[i].c)) {
            tern_entry unpaced = entry[i];
            unpaced.options.pace = false;
            status = run_alone(&unpaced, child, error);
        } else {
            heat.baseline = baseline == (int32_t)i ? (int32_t)heat.entries : heat.baseline;
            heat.entry[heat.entries++] = &entry[i];
        }
    }
    if (status == TERN_OK && heat.entries > 0)
        status = run_heat(&heat, child, error);
    for (uint32_t i = 0; i < entries && status == TERN_OK; i++)
        status = add_steps(&entry[i], child, error);
    return status;
}
