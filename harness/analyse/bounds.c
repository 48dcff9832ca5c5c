#include "analyse/bounds.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

/*
 * Shares of a roof vary by a tenth on machines that are shared, and the prefetcher of a short row does not reach all.
 */
static const double near_roof = 0.8;

/*
 * Of the additions a cycle: a judgement. ci/selftest bounds prints what kernels that are made to be so reach on a
 * machine.
 */
static const double many_instructions = 0.5;

/* Below this share of the time, a counter's value is a guess. */
static const double running_enough = 0.95;

const char *tern_bound_name(tern_bound bound)
{
    static const char *const names[] = {[TERN_BOUND_UNKNOWN] = "unknown",
                                        [TERN_BOUND_MEMORY] = "memory",
                                        [TERN_BOUND_MULTIPLY_ADDS] = "multiply-adds",
                                        [TERN_BOUND_INSTRUCTIONS] = "instructions",
                                        [TERN_BOUND_NONE] = "none"};

    return names[bound];
}

/* A call's value of the counter, NaN when it was not counted. */
static double counted(const tern_timing *t, const char *name, const char *source)
{
    for (uint32_t i = 0; i < t->counters; i++)
        if (strcmp(t->counter[i].name, name) == 0 && strcmp(t->counter[i].source, source) == 0 &&
            t->counter[i].reason[0] == '\0' && t->counter[i].running >= running_enough)
            return t->counter[i].per_call;
    return (double)NAN;
}

static double or_nan(double value)
{
    return value > 0.0 && isfinite(value) ? value : (double)NAN;
}

static void fill_roofs(const tern_record *r, tern_bound_figures *f)
{
    const tern_timing *t = &r->timing;
    const bool cold = strcmp(r->problem.cache, "cold") == 0;

    f->read_share = cold ? or_nan((double)t->packed_bytes / t->median_ns / t->roof_read_gbps) : (double)NAN;
    f->multiply_share = or_nan(tern_record_gmacs(r) / t->roof_gmacs);
    /* What was sampled in turns tells more. */
    if (t->rounds > 0 && strcmp(t->roof_paired, "read") == 0)
        f->read_share = t->roof_paired_median;
    else if (t->rounds > 0 && t->roof_paired[0] != '\0')
        f->multiply_share = t->roof_paired_median;
}

static void fill_instructions(const tern_record *r, tern_bound_figures *f)
{
    const tern_timing *t = &r->timing;
    const double macs = (double)t->macs, by_pmu = counted(t, "instructions", "pmu"),
                 by_steps = counted(t, "instructions", "step"), cycles = counted(t, "cycles", "pmu");

    f->roof_ipc = or_nan(t->roof_ipc);
    f->instructions_per_mac = isfinite(by_pmu)     ? by_pmu / macs
                              : isfinite(by_steps) ? by_steps / macs
                                                   : or_nan(t->instructions.per_mac);
    if (isfinite(by_pmu) && cycles > 0.0)
        f->instructions_per_cycle = by_pmu / cycles;
    else
        f->instructions_per_cycle =
            f->instructions_per_mac * macs / or_nan((double)t->threads * t->median_ns * t->clock_ghz);
}

tern_bound_figures tern_bounds_figures(const tern_record *record)
{
    tern_bound_figures figures;

    fill_roofs(record, &figures);
    fill_instructions(record, &figures);
    return figures;
}

tern_bound tern_bounds_judge(const tern_bound_figures *f)
{
    const double read = isfinite(f->read_share) ? f->read_share : 0.0;
    const double multiply = isfinite(f->multiply_share) ? f->multiply_share : 0.0;
    const double busy = f->instructions_per_cycle / f->roof_ipc;

    if (fmax(read, multiply) >= near_roof)
        return read >= multiply ? TERN_BOUND_MEMORY : TERN_BOUND_MULTIPLY_ADDS;
    return isnan(busy) ? TERN_BOUND_UNKNOWN : busy >= many_instructions ? TERN_BOUND_INSTRUCTIONS : TERN_BOUND_NONE;
}

const char *tern_bounds_text(const tern_record *record, char text[TERN_BOUND_TEXT_BYTES])
{
    const tern_bound_figures f = tern_bounds_figures(record);
    const tern_bound bound = tern_bounds_judge(&f);
    const char *reason = record->timing.instructions.reason;

    text[0] = '\0';
    if (bound == TERN_BOUND_MEMORY || bound == TERN_BOUND_MULTIPLY_ADDS)
        tern_text_append(text, TERN_BOUND_TEXT_BYTES, "bound by %s", tern_bound_name(bound));
    else if (bound == TERN_BOUND_INSTRUCTIONS)
        tern_text_append(text, TERN_BOUND_TEXT_BYTES, "bound by instructions: %.2g a %s at %.1f a cycle",
                         f.instructions_per_mac, record->problem.n == 1 ? "weight" : "multiply-add",
                         f.instructions_per_cycle);
    else if (bound == TERN_BOUND_NONE)
        tern_text_append(text, TERN_BOUND_TEXT_BYTES,
                         "bound by none of them: look at latency (%.1f instructions a cycle)",
                         f.instructions_per_cycle);
    else if (reason[0] != '\0')
        tern_text_append(text, TERN_BOUND_TEXT_BYTES, "instructions n/a: %s", reason);
    return text;
}
