#include "analyse/bottleneck.h"

#include "analyse/above_limit.h"
#include "analyse/loop_limit.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>

static const tern_decode_record *last_loop(const tern_results *results)
{
    for (size_t i = results->decodes.count; i > 0; i--)
        if (results->decodes.item[i - 1].timed && !results->decodes.item[i - 1].baseline)
            return &results->decodes.item[i - 1];
    return NULL;
}

static char *say_loop(const tern_results *results, const tern_decode_record *r, char *text, size_t bytes)
{
    const tern_phase *phase = r->decode.tokens > 0 ? &r->decode : &r->prefill;
    const tern_loop_limit limit = tern_loop_limit_of(results, r, phase);
    uint32_t slowest = 0;

    text[0] = '\0';
    for (uint32_t i = 0; i < phase->parts; i++)
        slowest = phase->part_ms[i] > phase->part_ms[slowest] ? i : slowest;
    if (phase->parts == 0 || !(phase->total_ms > 0.0))
        return text;
    snprintf(text, bytes, "%s, %.1f %% of the time of a token of %s", tern_decode_part_names[slowest],
             100.0 * phase->part_ms[slowest] / phase->total_ms, r->model);
    if (isfinite(limit.share))
        tern_text_append(
            text, bytes,
            "; the whole loop runs at %.1f %% of what the measured limits allow, the nearer of which is %s%s",
            100.0 * limit.share, limit.reads ? "reading" : "multiply-adds", tern_above_limit_remark(limit.share));
    else if (limit.in_cache)
        tern_text_append(text, bytes,
                         "; how near to the limit is not known, as its weights lie in a cache and only the bandwidth "
                         "of memory was measured");
    return text;
}

char *tern_bottleneck_text(const tern_results *results, char *text, size_t bytes)
{
    const tern_decode_record *loop = last_loop(results);
    const tern_record *nearest = NULL;

    text[0] = '\0';
    if (loop != NULL)
        return say_loop(results, loop, text, bytes);
    for (size_t i = 0; i < results->cases.count; i++) {
        const tern_record *r = &results->cases.item[i];
        if (r->timed && isfinite(r->timing.roof_share) && !r->timing.not_cold &&
            (nearest == NULL || r->timing.macs > nearest->timing.macs ||
             (r->timing.macs == nearest->timing.macs && r->timing.median_ns < nearest->timing.median_ns)))
            nearest = r;
    }
    if (nearest != NULL)
        snprintf(
            text, bytes,
            "of single products: the fastest on the largest, %s, is at %.1f %% of its limit%s; what a token waits for, "
            "`ternbench decode` measures",
            nearest->id, 100.0 * nearest->timing.roof_share, tern_above_limit_remark(nearest->timing.roof_share));
    return text;
}
