/*
 * The loop gives the same logits, bit by bit, for every kernel, thread count, block size and toggle, past the end of
 * the ring as well; and it keeps its promises about memory and time.
 */
#include "base/clock.h"
#include "base/heap.h"
#include "decode/loop/decoder.h"
#include "kv_type.h"
#include "machine/isa.h"
#include "skip.h"
#include "small.h"
#include "toy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The ring is shorter than the prompt. */
enum { CONTEXT = 11, PROMPT = 16, STEPS = 6, SEQUENCES = 2, VOCABULARY = 53, ROWS = SEQUENCES * (1 + STEPS) };

/* Everything that must not matter, and what does: geometry, kv_type, head. */
typedef struct way {
    const tern_geometry *geometry;
    const tern_kernel *kernel;
    uint32_t threads, block, isa, context;
    tern_kv_type kv_type;
    tern_head_type head;
    bool kv_cache, fused, small_pages;
} way;

typedef struct machine {
    tern_weights weights;
    tern_team *team;
    tern_model model;
    tern_decoder *decoder;
} machine;

static tern_registry *registry;

static void start(machine *m, const way *w)
{
    const uint32_t expected[] = {1, SEQUENCES, w->block};
    const tern_model_options options = {.head = w->head, .huge_pages = !w->small_pages};
    const tern_decoder_options loop = {.kv_type = w->kv_type,
                                       .kv_cache = w->kv_cache,
                                       .fused = w->fused,
                                       .ops = tern_ops_for(w->isa),
                                       .context = w->context,
                                       .sequences = SEQUENCES,
                                       .block = w->block,
                                       .logit_rows = SEQUENCES,
                                       .expected = expected,
                                       .expected_counts = 3};
    tern_error error = {""};
    tern_case kernel;

    tern_case_init(&kernel, w->kernel);
    if (tern_weights_seeded(&m->weights, w->geometry, 5, 0.42, &error) != TERN_OK ||
        tern_team_new(&m->team, w->threads, &error) != TERN_OK ||
        tern_model_load(&m->model, &m->weights, &kernel, m->team, &options, &error) != TERN_OK ||
        tern_decoder_new(&m->decoder, &m->model, &loop, m->team, &error) != TERN_OK)
        fail_msg("%s", error.text);
}

static void stop(machine *m)
{
    tern_decoder_free(m->decoder);
    tern_model_free(&m->model);
    tern_team_free(m->team);
    tern_weights_close(&m->weights);
}

/* A token of the script: of that sequence at that place. */
static tern_input scripted(uint32_t sequence, uint32_t place)
{
    return (tern_input){.token = (sequence * 31 + place * 17 + place * place * 5) % VOCABULARY, .sequence = sequence};
}

/* A prompt for each sequence, then steps of both. */
static void run_script(tern_decoder *d, float *logits)
{
    tern_input input[PROMPT];

    for (uint32_t sequence = 0; sequence < SEQUENCES; sequence++, logits += VOCABULARY) {
        for (uint32_t i = 0; i < PROMPT; i++)
            input[i] = scripted(sequence, i);
        memcpy(logits, tern_decoder_run(d, input, PROMPT), VOCABULARY * sizeof *logits);
    }
    for (uint32_t step = 0; step < STEPS; step++, logits += SEQUENCES * VOCABULARY) {
        for (uint32_t sequence = 0; sequence < SEQUENCES; sequence++)
            input[sequence] = scripted(sequence, PROMPT + step);
        memcpy(logits, tern_decoder_run(d, input, SEQUENCES), SEQUENCES * VOCABULARY * sizeof *logits);
    }
}

static way plain_way(const tern_geometry *geometry)
{
    return (way){.geometry = geometry,
                 .kernel = tern_registry_find(registry, "reference"),
                 .threads = 1,
                 .block = 1,
                 .context = CONTEXT,
                 .kv_cache = true,
                 .fused = true};
}

static void run_way(const way *w, float *logits)
{
    machine m = {.team = NULL};

    start(&m, w);
    run_script(m.decoder, logits);
    stop(&m);
}

static void check_way(const way *w, const float *expected)
{
    static float logits[ROWS * VOCABULARY];

    run_way(w, logits);
    /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): the bits must be the same, not only the values */
    if (memcmp(logits, expected, sizeof logits) != 0)
        fail_msg("other logits for %s with %s, %u threads, block %u, isa %#x, kv %s%s%s%s", w->geometry->name,
                 w->kernel->name, w->threads, w->block, w->isa, kv_type_name(w->kv_type),
                 w->kv_cache ? "" : ", no cache", w->fused ? "" : ", not fused", w->small_pages ? ", small pages" : "");
}

static const tern_geometry *const geometries[] = {&small_swiglu, &small_relu2};

static void is_the_same_for_every_kernel_and_thread_count(void **state)
{
    static float expected[ROWS * VOCABULARY];
    const uint32_t isa = tern_isa_detect();

    (void)state;
    for (size_t g = 0; g < 2; g++) {
        way w = plain_way(geometries[g]);
        run_way(&w, expected);
        w.block = 5;
        for (size_t i = 0; i < tern_registry_count(registry); i++) {
            w.kernel = tern_registry_kernel(registry, i);
            for (w.threads = 1; w.threads <= 3 && (w.kernel->isa & ~isa) == 0; w.threads++)
                check_way(&w, expected);
        }
    }
}

static void is_the_same_for_every_block_and_toggle(void **state)
{
    static const uint32_t blocks[] = {1, 3, 16, 40};
    static const uint32_t isas[] = {0, TERN_ISA_AVX2, TERN_ISA_AVX2 | TERN_ISA_AVX512};
    static float expected[ROWS * VOCABULARY];
    const uint32_t isa = tern_isa_detect();

    (void)state;
    for (size_t g = 0; g < 2; g++)
        for (tern_kv_type type = TERN_KV_F32; type <= TERN_KV_I8; type++) {
            way w = plain_way(geometries[g]);
            w.kv_type = type;
            w.head = type == TERN_KV_F16 ? TERN_HEAD_F16 : TERN_HEAD_I8;
            run_way(&w, expected);
            w.threads = 2;
            for (size_t i = 0; i < 4 * 2 * 3; i++) {
                w.block = blocks[i % 4];
                w.kv_cache = i / 4 % 2 == 0;
                w.isa = isas[i / 8];
                w.fused = w.small_pages = (i + type) % 2 == 0;
                if ((w.isa & ~isa) == 0)
                    check_way(&w, expected);
            }
        }
}

/* With a ring that holds all, the same tokens give other logits: the window matters. */
static void forgets_what_left_the_ring(void **state)
{
    static float short_ring[ROWS * VOCABULARY], long_ring[ROWS * VOCABULARY];
    way w = plain_way(&small_swiglu);

    (void)state;
    run_way(&w, short_ring);
    w.context = 64;
    run_way(&w, long_ring);
    assert_memory_not_equal(short_ring, long_ring, VOCABULARY * sizeof *short_ring);
}

static void sequences_do_not_see_each_other(void **state)
{
    static float both[ROWS * VOCABULARY];
    const way w = plain_way(&small_relu2);
    machine m = {.team = NULL};

    (void)state;
    start(&m, &w);
    run_script(m.decoder, both);
    tern_decoder_reset(m.decoder);
    for (uint32_t place = 0; place < PROMPT + STEPS; place++) {
        const tern_input input = scripted(1, place);
        const float *alone = tern_decoder_run(m.decoder, &input, 1);
        if (place >= PROMPT)
            assert_memory_equal(alone, both + (SEQUENCES * (1 + place - PROMPT) + 1) * VOCABULARY,
                                VOCABULARY * sizeof *alone);
    }
    stop(&m);
}

static void allocates_nothing_while_it_runs(void **state)
{
    way w = plain_way(&small_relu2);
    machine m = {.team = NULL};
    static float logits[ROWS * VOCABULARY];

    (void)state;
    if (tern_heap_allocations() == UINT64_MAX)
        skip_because("allocations are counted with glibc and without sanitizers only");
    w.kernel = tern_registry_find(registry, "scalar");
    w.threads = 2;
    w.block = 4;
    for (unsigned cache = 0; cache < 2; cache++) {
        w.kv_cache = cache == 1;
        start(&m, &w);
        const uint64_t before = tern_heap_allocations();
        for (unsigned round = 0; round < 100 / STEPS + 1; round++) {
            tern_decoder_reset(m.decoder);
            run_script(m.decoder, logits);
        }
        assert_int_equal(tern_heap_allocations() - before, 0);
        stop(&m);
    }
}

/* A busy machine may stop the clock's thread between any two readings; one token of many is left in peace. */
static void parts_add_up_to_the_whole(void **state)
{
    const way w = plain_way(&small_swiglu);
    machine m = {.team = NULL};
    double least_difference = INFINITY, least_other = INFINITY; /* shares of a token's time */

    (void)state;
    start(&m, &w);
    tern_decoder_split(m.decoder);
    for (uint32_t i = 0; i < 200; i++) {
        const tern_input input = scripted(0, i);
        const double start_ns = tern_clock_ns();
        tern_decoder_run(m.decoder, &input, 1);
        const double spent_ns = tern_clock_ns() - start_ns;
        const tern_split split = tern_decoder_split(m.decoder);
        double parts_ns = 0.0;
        for (tern_decode_part part = 0; part < TERN_DECODE_PARTS; part++)
            parts_ns += split.ns[part];
        assert_true(split.ns[TERN_DECODE_GEMM] > 0.0 && split.ns[TERN_DECODE_ATTENTION] > 0.0 &&
                    split.ns[TERN_DECODE_NORM] > 0.0 && split.ns[TERN_DECODE_HEAD] > 0.0);
        assert_true(split.ns[TERN_DECODE_SAMPLING] == 0.0);
        least_difference = fmin(least_difference, fabs(parts_ns / spent_ns - 1.0));
        least_other = fmin(least_other, split.ns[TERN_DECODE_OTHER] / spent_ns);
    }
    assert_true(least_difference < 0.02);
    assert_true(least_other < 0.1);
    stop(&m);
}

/* Seeded weights of a deep model neither die out nor explode. */
static void logits_stay_near_one(void **state)
{
    tern_geometry geometry = small_relu2;
    float logits[ROWS * VOCABULARY];

    (void)state;
    geometry.layers = 24;
    for (unsigned variant = 0; variant < 2; variant++) {
        double squares = 0.0;
        geometry.activation = variant == 0 ? TERN_SWIGLU : TERN_RELU2;
        geometry.sub_norms = geometry.tied_head = variant == 1;
        const way w = plain_way(&geometry);
        run_way(&w, logits);
        for (size_t i = 0; i < ROWS * VOCABULARY; i++)
            squares += pow(logits[i], 2.0);
        const double rms = sqrt(squares / (ROWS * VOCABULARY));
        if (!(rms > 0.4 && rms < 2.0))
            fail_msg("variant %u: logits of %g", variant, rms);
    }
}

static void stops_where_history_ends(void **state)
{
    way w = plain_way(&small_swiglu);
    machine m = {.team = NULL};
    tern_input input[4 * CONTEXT + 1];

    (void)state;
    w.kv_cache = false;
    w.block = 16;
    start(&m, &w);
    for (uint32_t i = 0; i < 4 * CONTEXT + 1; i++)
        input[i] = scripted(0, i);
    assert_null(tern_decoder_run(m.decoder, input, 4 * CONTEXT + 1));
    assert_non_null(tern_decoder_run(m.decoder, input, 4 * CONTEXT));
    assert_null(tern_decoder_run(m.decoder, input, 1));
    stop(&m);
}

static void refuses_what_cannot_be(void **state)
{
    way w = plain_way(&small_swiglu);
    machine m = {.team = NULL};
    tern_decoder *none;
    tern_error error;

    (void)state;
    start(&m, &w);
    const tern_decoder_options good = {.kv_cache = true,
                                       .ops = tern_ops_for(0),
                                       .context = CONTEXT,
                                       .sequences = SEQUENCES,
                                       .block = 1,
                                       .logit_rows = SEQUENCES};
    tern_decoder_options bad[5] = {good, good, good, good, good};
    bad[0].context = 65;
    bad[1].context = 0;
    bad[2].sequences = 0;
    bad[3].block = 0;
    bad[4].logit_rows = 1;
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(tern_decoder_new(&none, &m.model, &bad[i], m.team, &error), TERN_USAGE);
    const tern_kernel toy = toy_kernel("toy", NULL);
    tern_case_init(&m.model.kernel, &toy);
    assert_int_equal(tern_decoder_new(&none, &m.model, &good, m.team, &error), TERN_USAGE);
    assert_string_equal(error.text, "kernel 'toy' cannot do 288x76x1: never");
    stop(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_same_for_every_kernel_and_thread_count),
        cmocka_unit_test(is_the_same_for_every_block_and_toggle),
        cmocka_unit_test(forgets_what_left_the_ring),
        cmocka_unit_test(sequences_do_not_see_each_other),
        cmocka_unit_test(allocates_nothing_while_it_runs),
        cmocka_unit_test(parts_add_up_to_the_whole),
        cmocka_unit_test(logits_stay_near_one),
        cmocka_unit_test(stops_where_history_ends),
        cmocka_unit_test(refuses_what_cannot_be),
    };

    if (tern_registry_new(&registry, NULL) != TERN_OK)
        return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    tern_registry_free(registry);
    return failed;
}
