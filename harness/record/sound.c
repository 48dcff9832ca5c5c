#include "record/sound.h"

#include "record/compared.h"
#include "record/decode.h"
#include "record/point.h"
#include "record/record.h"
#include "record/run.h"
#include "record/tried.h"

#include <math.h>
#include <stddef.h>

static bool is_time(double value)
{
    return value > 0.0 && isfinite(value);
}

/* An interval whose ends are not known, NaN, holds anything. */
static bool is_within(double low, double middle, double high)
{
    return !(low > middle) && !(middle > high);
}

/* Samples that are not in the file are not wrong. */
static bool are_times(const double *value, uint32_t count)
{
    for (uint32_t i = 0; value != NULL && i < count; i++)
        if (!is_time(value[i]))
            return false;
    return true;
}

static const char *wrong_in_timing(const tern_timing *t)
{
    return !is_time(t->median_ns)                                                           ? "median_ns"
           : t->low_ns <= 0.0 || !is_within(t->low_ns, t->median_ns, t->high_ns)            ? "low_ns"
           : t->min_ns < 0.0 || t->min_ns > t->median_ns                                    ? "min_ns"
           : !are_times(t->sample_ns, t->samples)                                           ? "sample_ns"
           : t->pack_ns < 0.0                                                               ? "pack_ns"
           : t->roof_read_gbps < 0.0                                                        ? "roof_read_gbps"
           : t->roof_gmacs < 0.0                                                            ? "roof_gmacs"
           : !is_within(t->roof_paired_low, t->roof_paired_median, t->roof_paired_high)     ? "roof_paired_low"
           : t->ratio_low < 0.0 || !is_within(t->ratio_low, t->ratio_median, t->ratio_high) ? "ratio_low"
                                                                                            : NULL;
}

const char *tern_sound_case(const void *value)
{
    const tern_record *r = value;

    return r->id[0] == '\0' ? "id" : r->kernel[0] == '\0' ? "kernel" : r->timed ? wrong_in_timing(&r->timing) : NULL;
}

static const char *wrong_in_phase(const tern_phase *phase)
{
    return phase->tokens == 0                      ? NULL
           : !is_time(phase->total_ms)             ? "total_ms"
           : !is_time(phase->tokens_per_s)         ? "tokens_per_s"
           : !are_times(phase->rate, phase->rates) ? "rate"
                                                   : NULL;
}

const char *tern_sound_decode(const void *value)
{
    const tern_decode_record *r = value;
    const char *wrong = r->id[0] == '\0' ? "id" : r->kernel[0] == '\0' ? "kernel" : NULL;

    if (wrong != NULL || !r->timed)
        return wrong;
    if ((wrong = wrong_in_phase(&r->prefill)) != NULL || (wrong = wrong_in_phase(&r->decode)) != NULL)
        return wrong;
    return r->median_ms < 0.0 ? "median_ms" : r->p99_ms < r->median_ms ? "p99_ms" : NULL;
}

const char *tern_sound_end(const void *value)
{
    const tern_run_end *end = value;

    return end->seconds < 0.0 ? "seconds" : NULL;
}

const char *tern_sound_compared(const void *value)
{
    const tern_compared *c = value;

    return c->id[0] == '\0'             ? "id"
           : c->delta < 0.0             ? "delta"
           : c->base_instructions < 0.0 ? "base_instructions"
           : c->cand_instructions < 0.0 ? "cand_instructions"
                                        : NULL;
}

const char *tern_sound_pair(const void *value)
{
    const tern_pair *pair = value;

    return pair->id[0] == '\0'                        ? "id"
           : !are_times(pair->base_ns, pair->samples) ? "base_ns"
           : !are_times(pair->cand_ns, pair->samples) ? "cand_ns"
                                                      : NULL;
}

const char *tern_sound_arm(const void *value)
{
    const tern_arm_record *arm = value;

    return arm->id[0] == '\0'                        ? "id"
           : !are_times(arm->ns, arm->samples)       ? "ns"
           : !are_times(arm->block_ns, arm->samples) ? "block_ns"
                                                     : NULL;
}

/* A bisect may not know its case yet. */
const char *tern_sound_step(const void *value)
{
    const tern_step *step = value;

    return step->error < 0.0 ? "error" : step->p < 0.0 || step->p > 1.0 ? "p" : NULL;
}

/*
 * A figure without which a series cannot be judged is there, and the logarithm of something that two times can be; the
 * error may be unknown.
 */
const char *tern_sound_point(const void *value)
{
    const tern_point *point = value;

    return point->id[0] == '\0' ? "id" : !is_time(exp(point->ratio)) ? "ratio" : point->error < 0.0 ? "error" : NULL;
}

const char *tern_sound_remeasured(const void *value)
{
    const tern_remeasured *r = value;

    return r->id[0] == '\0' ? "id" : !is_within(r->low, r->ratio, r->high) ? "low" : NULL;
}

const char *tern_sound_tried(const void *value)
{
    const tern_tried *tried = value;

    return tried->id[0] == '\0'                                ? "id"
           : tried->ns < 0.0                                   ? "ns"
           : tried->low < 0.0                                  ? "low"
           : !is_within(tried->low, tried->ratio, tried->high) ? "ratio"
                                                               : NULL;
}
