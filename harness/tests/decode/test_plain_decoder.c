/*
 * The real decoder against the plain one: every form of a model, of keys and values, and of the tables, past the end
 * of the ring too.
 */
#include "base/stats.h"
#include "decode/loop/decoder.h"
#include "kv_type.h"
#include "machine/isa.h"
#include "plain_decoder.h"
#include "plan/registry.h"
#include "small.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* The ring is shorter than the sequence. */
enum { CONTEXT = 3, TOKENS = 5, SEEDS = 12, ERRORS = SEEDS * TOKENS, MOST_VOCABULARY = 1024 };

typedef struct model_case {
    const tern_geometry *geometry;
    tern_kv_type kv_type;
    tern_head_type head;
} model_case;

static tern_registry *registry;

/* Token by token, so that all logits are seen. */
static void run_both(const model_case *c, tern_decoder *decoder, const plain_decoder *plain, double *error)
{
    static double expected[TOKENS * MOST_VOCABULARY];
    const uint32_t vocabulary = c->geometry->vocabulary;
    uint32_t token[TOKENS];

    for (uint32_t i = 0; i < TOKENS; i++)
        token[i] = (7 + i * 17 + i * i * 5) % vocabulary;
    plain_decoder_logits(plain, token, TOKENS, TOKENS, expected);
    for (uint32_t i = 0; i < TOKENS; i++) {
        const float *got = tern_decoder_run(decoder, &(tern_input){token[i], 0}, 1);
        error[i] = plain_decoder_error(got, expected + (size_t)i * vocabulary, vocabulary);
    }
}

static void compare(const model_case *c, uint64_t seed, double *errors)
{
    static const plain_form kv_forms[] = {
        [TERN_KV_F32] = PLAIN_EXACT, [TERN_KV_F16] = PLAIN_F16, [TERN_KV_I8] = PLAIN_I8};
    const tern_decoder_options loop = {.kv_type = c->kv_type,
                                       .kv_cache = true,
                                       .fused = true,
                                       .ops = tern_ops_for(tern_isa_detect()),
                                       .context = CONTEXT,
                                       .sequences = 1,
                                       .block = 1,
                                       .logit_rows = 1};
    const tern_model_options options = {.head = c->head};
    tern_weights weights;
    tern_team *team = NULL;
    tern_model model;
    tern_decoder *decoder = NULL;
    tern_case kernel;
    tern_error error = {""};

    tern_case_init(&kernel, tern_registry_find(registry, "scalar"));
    if (tern_weights_seeded(&weights, c->geometry, seed, 0.42, &error) != TERN_OK ||
        tern_team_new(&team, 1, &error) != TERN_OK ||
        tern_model_load(&model, &weights, &kernel, team, &options, &error) != TERN_OK ||
        tern_decoder_new(&decoder, &model, &loop, team, &error) != TERN_OK)
        fail_msg("%s", error.text);
    const plain_decoder plain = {.weights = &weights,
                                 .table = c->head == TERN_HEAD_I8 ? PLAIN_I8 : PLAIN_F16,
                                 .kv = kv_forms[c->kv_type],
                                 .context = CONTEXT};
    run_both(c, decoder, &plain, errors);
    tern_decoder_free(decoder);
    tern_model_free(&model);
    tern_team_free(team);
    tern_weights_close(&weights);
}

static void assert_near(const model_case *c)
{
    double error[ERRORS];

    for (uint64_t seed = 0; seed < SEEDS; seed++)
        compare(c, seed, error + seed * TOKENS);
    tern_stats_sort(error, ERRORS);
    const double median = tern_stats_median(error, ERRORS), worst = error[ERRORS - 1];
    if (!(median <= PLAIN_ROUNDING && worst <= PLAIN_STEP))
        fail_msg("%s, kv %s, head %s: error %.2g, at worst %.2g", c->geometry->name, kv_type_name(c->kv_type),
                 c->head == TERN_HEAD_I8 ? "i8" : "f16", median, worst);
}

static void logits_are_those_of_the_formulas(void **state)
{
    tern_geometry tiny;
    const tern_geometry *geometries[] = {&small_swiglu, &small_relu2, &tiny};
    tern_error error = {""};

    (void)state;
    if (tern_geometry_read(&tiny, "tiny", &error) != TERN_OK)
        fail_msg("%s", error.text);
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): the elements are pointers */
    for (size_t i = 0; i < sizeof geometries / sizeof *geometries; i++)
        for (tern_kv_type type = TERN_KV_F32; type <= TERN_KV_I8; type++)
            for (tern_head_type head = TERN_HEAD_I8; head <= TERN_HEAD_F16; head++)
                assert_near(&(model_case){geometries[i], type, head});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logits_are_those_of_the_formulas),
    };
    if (tern_registry_new(&registry, NULL) != TERN_OK)
        return EXIT_FAILURE;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    tern_registry_free(registry);
    return failed;
}
