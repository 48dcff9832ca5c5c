#include "record/decode_rates.h"

#include "base/stats.h"

#include <math.h>

/* What a phase cannot do without. */
typedef struct work {
    double bytes_per_token, macs_per_token;
} work;

/* What was measured, of so many layers. Older files do not say of how many it was: of all. */
static double share_of_measured(const tern_decode_record *r, uint32_t layers)
{
    return r->measured_layers == 0 ? 1.0 : (double)layers / r->measured_layers;
}

/* What was measured on fewer layers counts for all of them. */
static double layers_ratio(const tern_decode_record *r)
{
    return share_of_measured(r, r->layers);
}

static double weight_bytes(const tern_decode_record *r)
{
    return layers_ratio(r) * (double)(r->packed_bytes + r->norm_bytes);
}

/* A prompt goes through in blocks, each of which reads the weights once; the head is read once a prompt. */
static work work_of_prefill(const tern_decode_record *r)
{
    const double block = r->block < r->prompt_tokens ? r->block : r->prompt_tokens;

    return (work){
        .bytes_per_token = (weight_bytes(r) + (double)r->head_bytes * block / r->prompt_tokens) / block,
        .macs_per_token = (double)r->ternary_weights,
    };
}

/* Tokens that a step sees, itself included, on average: a sliding window of context. */
static double mean_window(const tern_decode_record *r)
{
    double sum = 0.0;

    for (uint32_t i = 0; i < r->new_tokens; i++)
        sum += fmin((double)r->prompt_tokens + i + 1.0, r->context);
    return r->new_tokens == 0 ? 0.0 : sum / r->new_tokens;
}

double tern_decode_step_bytes(const tern_decode_record *r, uint32_t layers)
{
    const double window = r->context == 0 ? 0.0 : mean_window(r) / r->context;
    const double measured =
        (double)(r->packed_bytes + r->norm_bytes) + window * (double)(r->kv_bytes + r->kv_scale_bytes);

    return share_of_measured(r, layers) * measured + (double)r->head_bytes;
}

/* A step reads weights and head once for all sequences. */
static work work_of_decode(const tern_decode_record *r)
{
    return (work){
        .bytes_per_token = tern_decode_step_bytes(r, r->layers) / r->sequences,
        .macs_per_token = (double)r->ternary_weights,
    };
}

/* The head and the choice of a token do not grow with the number of layers, all else does. */
static void scale(tern_phase *phase, double ratio)
{
    double total_ms = 0.0;

    if (phase->tokens == 0)
        return;
    for (uint32_t i = 0; i < phase->parts; i++) {
        if (i != TERN_DECODE_HEAD && i != TERN_DECODE_SAMPLING)
            phase->part_ms[i] *= ratio;
        total_ms += phase->part_ms[i];
    }
    for (uint32_t i = 0; i < phase->rates; i++)
        phase->rate[i] *= phase->total_ms / total_ms;
    phase->total_ms = total_ms;
}

double tern_decode_read_limit(const tern_decode_record *r, const tern_phase *phase)
{
    const double gbps = r->roof_step_gbps > 0.0 ? r->roof_step_gbps : r->roof_read_gbps;

    return gbps > 0.0 && phase->bytes_per_token > 0.0 ? 1e9 * gbps / phase->bytes_per_token : (double)NAN;
}

double tern_decode_multiply_limit(const tern_decode_record *r, const tern_phase *phase)
{
    return r->roof_gmacs > 0.0 && phase->macs_per_token > 0.0 ? 1e9 * r->roof_gmacs / phase->macs_per_token
                                                              : (double)NAN;
}

static void conclude(const tern_decode_record *r, work least, tern_phase *phase)
{
    phase->roof_tokens_per_s = phase->roof_share = (double)NAN;
    if (phase->tokens == 0)
        return;
    phase->tokens_per_s = 1e3 * phase->tokens / phase->total_ms;
    phase->bytes_per_token = least.bytes_per_token;
    phase->macs_per_token = least.macs_per_token;
    const double read = tern_decode_read_limit(r, phase), multiply = tern_decode_multiply_limit(r, phase);
    if (!isfinite(read) || !isfinite(multiply))
        return;
    phase->roof_tokens_per_s = fmin(read, multiply);
    phase->roof_share = phase->tokens_per_s / phase->roof_tokens_per_s;
}

void tern_decode_conclude(tern_decode_record *r)
{
    const double before_ms = r->decode.total_ms;
    double sorted[TERN_DECODE_TOKENS];

    if (r->measured_layers < r->layers) {
        scale(&r->prefill, layers_ratio(r));
        scale(&r->decode, layers_ratio(r));
    }
    for (uint32_t i = 0; i < r->steps; i++)
        sorted[i] = r->step_ms[i] *= r->decode.total_ms / before_ms;
    tern_stats_sort(sorted, r->steps);
    if (r->steps > 0) {
        r->median_ms = tern_stats_median(sorted, r->steps);
        r->p99_ms = sorted[(size_t)ceil(0.99 * r->steps) - 1];
    }
    conclude(r, work_of_prefill(r), &r->prefill);
    conclude(r, work_of_decode(r), &r->decode);
}

double tern_decode_cache_ratio(uint32_t p, uint32_t n)
{
    return ((double)n * p + 0.5 * n * (n - 1.0)) / ((double)p + n - 1.0);
}
