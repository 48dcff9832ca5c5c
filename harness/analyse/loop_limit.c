#include "analyse/loop_limit.h"

#include "record/decode_rates.h"

#include <math.h>

/* Above the rate of memory by so much is not read from there: measurements of it differ by less. */
static const double not_memory = 1.1;

/* Of the machine that it ran on; 0 when not known. */
static uint64_t llc_bytes_of(const tern_results *results, const tern_decode_record *r)
{
    return r->run < results->runs.count ? results->runs.item[r->run].llc_bytes : 0;
}

tern_loop_limit tern_loop_limit_of(const tern_results *results, const tern_decode_record *r, const tern_phase *phase)
{
    const double read = tern_decode_read_limit(r, phase), multiply = tern_decode_multiply_limit(r, phase);
    tern_loop_limit limit = {.share = (double)NAN, .tokens_per_s = (double)NAN};

    if (phase->tokens == 0 || !isfinite(read) || !isfinite(multiply))
        return limit;
    limit.reads = read < multiply;
    const double tokens_per_s = fmin(read, multiply), share = phase->tokens_per_s / tokens_per_s;
    limit.in_cache =
        limit.reads && !(r->roof_step_gbps > 0.0) &&
        (tern_decode_step_bytes(r, r->measured_layers) <= (double)llc_bytes_of(results, r) || share > not_memory);
    if (!limit.in_cache && isfinite(share)) {
        limit.share = share;
        limit.tokens_per_s = tokens_per_s;
    }
    return limit;
}
