/*
 * The decode loop in words and figures: what ran, how fast against the limits of the machine, where the time went, in
 * how much memory, and what the baseline did.
 */
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static double mib(uint64_t bytes)
{
    return (double)bytes / (1 << 20);
}

static void put_subject(FILE *stream, const tern_decode_record *r)
{
    fprintf(stream, "\n%s%s: %" PRIu64 " ternary weights + embedding %" PRIu64 " + head %" PRIu64 "; %s\n", r->model,
            r->baseline ? " (baseline)" : "", r->ternary_weights, r->embedding_weights, r->head_weights, r->source);
    fprintf(stream,
            "  %" PRIu32 " layers, hidden %" PRIu32 ", %" PRIu32 " heads (%" PRIu32 " of keys and values) x %" PRIu32
            ", FFN %" PRIu32 ", vocabulary %" PRIu32 ", context %" PRIu32 "\n",
            r->layers, r->hidden, r->heads, r->kv_heads, r->head_dim, r->ffn, r->vocabulary, r->context);
    fprintf(stream, "  kernel %s%s%s (%s), %.3g bits a weight, %" PRIu32 " thread%s%s%s\n", r->kernel,
            r->toggles[0] ? "+" : "", r->toggles, r->isa, r->bits_per_weight, r->threads, r->threads == 1 ? "" : "s",
            r->loop_toggles[0] ? ", loop " : "", r->loop_toggles);
    if (r->pick_reason[0] != '\0')
        fprintf(stream, "  chosen because %s\n", r->pick_reason);
}

static void put_phase(FILE *stream, const char *name, const tern_phase *phase, const char *limit)
{
    if (phase->tokens == 0)
        return;
    fprintf(stream, "  %-8s  %6" PRIu32 "  %10.1f  %9.2f  %9.3f", name, phase->tokens, phase->total_ms,
            phase->tokens_per_s, phase->total_ms / phase->tokens);
    if (isfinite(phase->roof_share))
        fprintf(stream, "  %5.1f %% of %.2f tok/s by %s", 100.0 * phase->roof_share, phase->roof_tokens_per_s, limit);
    fputc('\n', stream);
}

static void range_of(const tern_phase *phase, double range[2])
{
    range[0] = range[1] = phase->tokens_per_s;
    for (uint32_t i = 0; i < phase->rates; i++) {
        range[0] = fmin(range[0], phase->rate[i]);
        range[1] = fmax(range[1], phase->rate[i]);
    }
}

static void put_speed(FILE *stream, const tern_decode_record *r)
{
    fprintf(stream, "\n  %-8s  %6s  %10s  %9s  %9s  %s\n", "phase", "tokens", "total ms", "tok/s", "ms/token",
            "share of the limit measured in this run");
    put_phase(stream, "prefill", &r->prefill, r->roof_instruction);
    put_phase(stream, "decode", &r->decode, "read bandwidth");
    if (r->steps > 0)
        fprintf(stream, "  a step: median %.3f ms, p99 %.3f ms\n", r->median_ms, r->p99_ms);
    if (r->repetitions > 1) {
        double prefill[2], decode[2];
        range_of(&r->prefill, prefill);
        range_of(&r->decode, decode);
        fprintf(stream, "  over %" PRIu32 " repetitions: prefill %.2f..%.2f tok/s, decode %.2f..%.2f tok/s\n",
                r->repetitions, prefill[0], prefill[1], decode[0], decode[1]);
    }
    fprintf(stream, "  a token reads %.1f MB and multiplies %.3f G weights", r->decode.bytes_per_token / 1e6,
            r->decode.macs_per_token / 1e9);
    if (r->roof_read_gbps > 0.0)
        fprintf(stream, "; read bandwidth %.1f GB/s, %s %.0f GMAC/s", r->roof_read_gbps, r->roof_instruction,
                r->roof_gmacs);
    fputc('\n', stream);
    if (r->target_tokens_per_s > 0.0)
        fprintf(stream, "  target %.4g tok/s: %.1f %% of it\n", r->target_tokens_per_s,
                100.0 * r->decode.tokens_per_s / r->target_tokens_per_s);
    if (r->measured_layers < r->layers)
        fprintf(stream, "  scaled: measured on %" PRIu32 " of %" PRIu32 " layers\n", r->measured_layers, r->layers);
}

static double whole_ms(const tern_phase *phase)
{
    double sum = 0.0;

    for (uint32_t i = 0; i < phase->parts; i++)
        sum += phase->part_ms[i];
    return sum;
}

static void put_parts(FILE *stream, const tern_decode_record *r)
{
    const tern_phase *const phase[] = {&r->prefill, &r->decode};
    uint32_t slowest = 0;

    fprintf(stream, "\n  %-15s  %12s         %12s\n", "ms a token", "prefill", "decode");
    for (uint32_t part = 0; part < r->decode.parts; part++) {
        fprintf(stream, "  %-15s", tern_decode_part_names[part]);
        for (size_t i = 0; i < 2; i++)
            if (phase[i]->tokens > 0)
                fprintf(stream, "  %12.4f %5.1f %%", phase[i]->part_ms[part] / phase[i]->tokens,
                        100.0 * phase[i]->part_ms[part] / phase[i]->total_ms);
            else
                fprintf(stream, "  %12s        ", "");
        fputc('\n', stream);
        slowest = r->decode.part_ms[part] > r->decode.part_ms[slowest] ? part : slowest;
    }
    fprintf(stream, "  %-15s", "sum");
    for (size_t i = 0; i < 2; i++)
        if (phase[i]->tokens > 0)
            fprintf(stream, "  %12.4f %5.1f %%", whole_ms(phase[i]) / phase[i]->tokens,
                    100.0 * whole_ms(phase[i]) / phase[i]->total_ms);
    if (r->decode.parts > 0 && r->decode.total_ms > 0.0)
        fprintf(stream, "\n  bottleneck of decode: %s, %.1f %% of its time", tern_decode_part_names[slowest],
                100.0 * r->decode.part_ms[slowest] / r->decode.total_ms);
    fputc('\n', stream);
}

static void put_memory(FILE *stream, const tern_decode_record *r)
{
    fprintf(stream, "\n  memory, MiB: weights %.1f + embedding %.1f + head %.1f + norms %.1f, KV %.1f",
            mib(r->packed_bytes), mib(r->embedding_bytes), mib(r->head_bytes), mib(r->norm_bytes), mib(r->kv_bytes));
    if (r->kv_scale_bytes > 0)
        fprintf(stream, " + scales %.1f", mib(r->kv_scale_bytes));
    fprintf(stream, ", buffers %.1f; peak RSS %.1f", mib(r->buffer_bytes), mib(r->peak_rss_bytes));
    if (r->budget_bytes > 0)
        fprintf(stream, ", %.1f %% of the budget of %.0f", 100.0 * (double)r->peak_rss_bytes / (double)r->budget_bytes,
                mib(r->budget_bytes));
    fprintf(stream, "\n  loaded in %.1f s; ", r->load_s);
    if (isfinite(r->allocations))
        fprintf(stream, "%.0f allocations while tokens were decoded\n", r->allocations);
    else
        fputs("allocations cannot be counted in this build\n", stream);
    fprintf(stream, "  tokens %s, logits %s (the same for every kernel, thread count and block)\n", r->tokens_hash,
            r->logits_hash);
    if (isfinite(r->kv_ratio_measured))
        fprintf(stream,
                "  without the KV cache: %.2f times the work by (n p + n (n - 1) / 2) / (p + n - 1), %.2f times the "
                "time measured, the same tokens\n",
                r->kv_ratio_predicted, r->kv_ratio_measured);
}

static void put_cache(FILE *stream, const tern_decode_record *r)
{
    if (r->kv_points == 0)
        return;
    fputs("\n  KV ring, one layer, one thread\n  at position       ", stream);
    for (uint32_t i = 0; i < r->kv_points; i++)
        fprintf(stream, "  %8.0f", r->kv_position[i]);
    fputs("\n  append a token    ", stream);
    for (uint32_t i = 0; i < r->kv_points; i++)
        fprintf(stream, "  %5.2f us", 1e-3 * r->kv_append_ns[i]);
    fputs("\n  attend to the past", stream);
    for (uint32_t i = 0; i < r->kv_points; i++)
        fprintf(stream, "  %5.*f us", r->kv_attend_ns[i] < 99950.0 ? 1 : 0, 1e-3 * r->kv_attend_ns[i]);
    fputc('\n', stream);
}

static void put_comparison(FILE *stream, const tern_results *results, const tern_decode_record *r)
{
    for (size_t i = 0; i < results->decodes.count; i++) {
        const tern_decode_record *b = &results->decodes.item[i];
        if (b->run != r->run || !b->baseline || !b->timed || strcmp(b->model, r->model) != 0)
            continue;
        fprintf(stream, "  baseline %s, %" PRIu32 " thread%s: %.3f tok/s decode, %.3f prefill", b->kernel, b->threads,
                b->threads == 1 ? "" : "s", b->decode.tokens_per_s, b->prefill.tokens_per_s);
        if (b->measured_layers < b->layers)
            fprintf(stream, " (scaled from %" PRIu32 " of %" PRIu32 " layers)", b->measured_layers, b->layers);
        fprintf(stream, "; this is %.1f and %.1f times as fast\n", r->decode.tokens_per_s / b->decode.tokens_per_s,
                r->prefill.tokens_per_s / b->prefill.tokens_per_s);
    }
}

void tern_report_decode(FILE *stream, const tern_results *results)
{
    for (size_t i = 0; i < results->decodes.count; i++) {
        const tern_decode_record *r = &results->decodes.item[i];
        if (r->baseline)
            continue;
        put_subject(stream, r);
        if (!r->timed) {
            fprintf(stream, "  %s: %s\n", tern_verdict_name(r->finding.verdict), r->finding.reason);
            continue;
        }
        put_speed(stream, r);
        put_parts(stream, r);
        put_memory(stream, r);
        put_cache(stream, r);
        put_comparison(stream, results, r);
    }
}
