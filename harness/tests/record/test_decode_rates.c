/*
 * Figures of the decode loop by hand.
 */
#include "record/decode_rates.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void near(double got, double expected, double bound)
{
    if (fabs(got - expected) > bound)
        fail_msg("%.12g is not %.12g", got, expected);
}

static tern_decode_record *record(void)
{
    tern_decode_record *r = calloc(1, sizeof *r);

    assert_non_null(r);
    r->layers = r->measured_layers = 4;
    r->context = 16, r->sequences = 1, r->block = 8;
    r->prompt_tokens = 10, r->new_tokens = 2;
    r->ternary_weights = 1000000;
    r->packed_bytes = 200000, r->norm_bytes = 800, r->head_bytes = 5000;
    r->kv_bytes = 1600; /* 100 a position */
    r->roof_read_gbps = 10.0, r->roof_gmacs = 100.0;
    r->prefill = (tern_phase){.tokens = 10, .total_ms = 1.0, .parts = TERN_DECODE_PARTS, .part_ms = {0.5, 0.5}};
    r->decode = (tern_phase){.tokens = 2,
                             .total_ms = 0.1,
                             .parts = TERN_DECODE_PARTS,
                             .part_ms = {0.06, 0, 0, 0.03, 0.01, 0},
                             .rates = 1,
                             .rate = {20000.0}};
    r->steps = 2, r->step_ms[0] = 0.04, r->step_ms[1] = 0.06;
    return r;
}

static void counts_what_a_token_cannot_do_without(void **state)
{
    tern_decode_record *r = record();

    (void)state;
    tern_decode_conclude(r);
    /* Weights, norms and head once a step, and the 11 and 12 positions that the two steps see. */
    near(r->decode.bytes_per_token, 200800 + 5000 + 11.5 * 100, 1e-6);
    /* Weights and norms once a block of 8, the head once for all 10. */
    near(r->prefill.bytes_per_token, 200800 / 8.0 + 500.0, 1e-6);
    near(r->decode.tokens_per_s, 20000.0, 1e-6);
    near(r->decode.tokens_per_s * r->decode.total_ms / r->decode.tokens, 1000.0, 1e-6);
    /* 10 GB/s allow 48315 steps a second, 100 GMAC/s allow 100000 tokens. */
    near(r->decode.roof_tokens_per_s, 1e10 / r->decode.bytes_per_token, 1e-6);
    near(r->prefill.roof_tokens_per_s, 1e5, 1e-6);
    near(r->prefill.roof_share, 0.1, 1e-12);
    near(r->median_ms, 0.05, 1e-12);
    near(r->p99_ms, 0.06, 1e-12);
    free(r);
}

static void scales_layers_and_not_the_head(void **state)
{
    tern_decode_record *r = record();

    (void)state;
    r->measured_layers = 2;
    r->packed_bytes /= 2, r->norm_bytes /= 2, r->kv_bytes /= 2;
    tern_decode_conclude(r);
    near(r->decode.total_ms, 2 * 0.06 + 0.04, 1e-12);
    near(r->decode.rate[0], 20000.0 * 0.1 / 0.16, 1e-6);
    near(r->step_ms[0] + r->step_ms[1], 0.16, 1e-12);
    near(r->decode.bytes_per_token, 200800 + 5000 + 11.5 * 100, 1e-6);
    free(r);
}

static void has_no_share_of_a_roof_that_was_not_measured(void **state)
{
    tern_decode_record *r = record();

    (void)state;
    r->roof_read_gbps = 0.0;
    tern_decode_conclude(r);
    assert_true(isnan(r->decode.roof_share) && isnan(r->prefill.roof_tokens_per_s));
    free(r);
}

static void reads_at_the_rate_of_as_many_bytes(void **state)
{
    tern_decode_record *r = record();

    (void)state;
    near(tern_decode_step_bytes(r, 4), 200800 + 5000 + 11.5 * 100, 1e-6);
    near(tern_decode_step_bytes(r, 2), 100400 + 5000 + 11.5 * 50, 1e-6);
    r->roof_step_gbps = 40.0; /* 193260 steps a second: now multiply-adds are nearer */
    tern_decode_conclude(r);
    near(tern_decode_read_limit(r, &r->decode), 4e10 / r->decode.bytes_per_token, 1e-6);
    near(r->decode.roof_tokens_per_s, 1e5, 1e-6);
    near(r->decode.roof_share, 0.2, 1e-12);
    free(r);
}

static void predicts_what_the_cache_saves(void **state)
{
    (void)state;
    /* 16 tokens after 16: steps of 16, 17, ... 31 tokens, against 31. */
    near(tern_decode_cache_ratio(16, 16), 376.0 / 31.0, 1e-12);
    near(tern_decode_cache_ratio(5, 1), 1.0, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_what_a_token_cannot_do_without),
        cmocka_unit_test(scales_layers_and_not_the_head),
        cmocka_unit_test(has_no_share_of_a_roof_that_was_not_measured),
        cmocka_unit_test(reads_at_the_rate_of_as_many_bytes),
        cmocka_unit_test(predicts_what_the_cache_saves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
