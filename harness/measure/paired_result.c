#include "measure/paired_result.h"

#include "base/text.h"

uint32_t tern_paired_result_capacity(const tern_paired_attempt *attempt)
{
    uint32_t visits = 1;

    for (uint32_t i = 0; i < attempt->members; i++) {
        const uint32_t its = tern_schedule_visits(&attempt->schedule, i);
        visits = its > visits ? its : visits;
    }
    return visits * attempt->schedule.rounds;
}

/*
 * Of a member's arrays: samples, those of its roof, how long each thread was busy, and in half of the last part its
 * CPU.
 */
static size_t doubles_of_member(const tern_paired_attempt *attempt)
{
    return 2 * ((size_t)tern_paired_result_capacity(attempt) + attempt->member[0]->c->threads);
}

size_t tern_paired_result_bytes(const tern_paired_attempt *attempt)
{
    const size_t member_bytes = sizeof(tern_arm_outcome) + doubles_of_member(attempt) * sizeof(double);

    return sizeof(tern_paired_result) + attempt->members * member_bytes;
}

double *tern_paired_result_samples(const tern_paired_attempt *attempt, tern_paired_result *result, uint32_t member)
{
    double *samples = (double *)(void *)(result->outcome + attempt->members);

    return samples + member * doubles_of_member(attempt);
}

double *tern_paired_result_roof_samples(const tern_paired_attempt *attempt, tern_paired_result *result, uint32_t member)
{
    return tern_paired_result_samples(attempt, result, member) + tern_paired_result_capacity(attempt);
}

void tern_paired_result_attach(const tern_paired_attempt *attempt, tern_paired_result *result, uint32_t member)
{
    tern_arm_outcome *outcome = &result->outcome[member];
    tern_timing *timing = &outcome->timing;

    timing->sample_ns = tern_paired_result_samples(attempt, result, member);
    timing->roof_sample = tern_paired_result_roof_samples(attempt, result, member);
    timing->busy_ns = timing->roof_sample + tern_paired_result_capacity(attempt);
    timing->cpu = (int32_t *)(void *)(timing->busy_ns + attempt->member[0]->c->threads);
    timing->counter = outcome->counter;
}

static void bound(uint32_t *count, uint32_t most)
{
    if (*count > most)
        *count = most;
}

void tern_paired_result_bound(const tern_paired_attempt *attempt, tern_paired_result *result)
{
    for (uint32_t i = 0; i < attempt->members; i++) {
        tern_arm_outcome *outcome = &result->outcome[i];
        bound(&outcome->facts, TERN_MAX_FACTS);
        bound(&outcome->timing.samples, tern_paired_result_capacity(attempt));
        bound(&outcome->timing.rounds, tern_paired_result_capacity(attempt));
        bound(&outcome->timing.threads, attempt->member[0]->c->threads);
        bound(&outcome->timing.counters, TERN_MAX_COUNTERS);
    }
}

/*
 * A write to what can only be read is no crash of the kernel's own making: what was timed differs from what was
 * checked.
 */
static void explain_fault(const tern_fault *fault, tern_finding *finding)
{
    char text[128];

    if (finding->verdict != TERN_CRASH || tern_fault_text(fault, text, sizeof text)[0] == '\0')
        return;
    if (fault->breach.name == NULL) {
        tern_text_append(finding->reason, sizeof finding->reason, ": %s", text);
        return;
    }
    *finding = (tern_finding){.verdict = TERN_OVERRUN};
    tern_text_append(finding->reason, sizeof finding->reason, "prepare() or run() %s, while it is timed", text);
}

tern_finding tern_paired_result_finding(const tern_paired_result *result, const tern_child_outcome *outcome)
{
    tern_finding finding = tern_finding_of_child(outcome);

    explain_fault(&result->fault, &finding);
    return finding;
}
