/*
 * A kernel is bound once for each number of tokens, however many calls there are, and each call gets the plan that was
 * made for it.
 */
#include "decode/loop/decoder.h"
#include "decode/loop/products.h"
#include "plan/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "small.h"

enum { TOKENS = 7, BLOCK = 4, THREADS = 2 };

/* The kernel `reference`, and how often it was asked. */
static const tern_kernel *reference;
static tern_stage_fn *run_reference;
static int binds, plans, drops, strangers;
static const char *lacking;

typedef struct fixture {
    tern_kernel kernel;
    tern_weights weights;
    tern_team *team;
    tern_model model;
} fixture;

static void run(const tern_call *call, tern_slice rows)
{
    const tern_shape *planned = call->plan;

    if (planned == NULL || memcmp(planned, &call->problem->shape, sizeof *planned) != 0)
        __atomic_fetch_add(&strangers, 1, __ATOMIC_RELAXED);
    run_reference(call, rows);
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    const char *refusal = reference->bind(problem, stages);

    binds++;
    run_reference = stages->run;
    stages->run = run;
    return refusal;
}

static size_t plan_bytes(const tern_problem *problem)
{
    (void)problem;
    return sizeof(tern_shape);
}

static const char *make_plan(const tern_problem *problem, void *plan)
{
    plans += lacking == NULL;
    memcpy(plan, &problem->shape, sizeof problem->shape);
    return lacking;
}

static void drop_plan(void *plan)
{
    (void)plan;
    drops++;
}

static void set_up(fixture *f)
{
    const tern_model_options options = {.head = TERN_HEAD_I8};
    tern_error error = {""};
    tern_case kernel;

    f->kernel = *reference;
    f->kernel.bind = bind;
    f->kernel.plan_bytes = plan_bytes;
    f->kernel.make_plan = make_plan;
    f->kernel.drop_plan = drop_plan;
    tern_case_init(&kernel, &f->kernel);
    if (tern_weights_seeded(&f->weights, &small_swiglu, 5, 0.42, &error) != TERN_OK ||
        tern_team_new(&f->team, THREADS, &error) != TERN_OK ||
        tern_model_load(&f->model, &f->weights, &kernel, f->team, &options, &error) != TERN_OK)
        fail_msg("%s", error.text);
    binds = plans = drops = strangers = 0;
    lacking = NULL;
}

static void tear_down(fixture *f)
{
    tern_model_free(&f->model);
    tern_team_free(f->team);
    tern_weights_close(&f->weights);
}

static void bound_once_for_each_number_of_tokens(void **state)
{
    tern_products *products;
    const tern_product *three, *one, *again;
    fixture f;

    (void)state;
    set_up(&f);
    assert_int_equal(tern_products_new(&products, &f.model, BLOCK, NULL), TERN_OK);
    assert_int_equal(tern_products_get(products, 3, &three, NULL), TERN_OK);
    assert_int_equal(tern_products_get(products, 1, &one, NULL), TERN_OK);
    assert_int_equal(tern_products_get(products, 3, &again, NULL), TERN_OK);
    assert_ptr_equal(again, three);
    assert_int_equal(binds, 2 * TERN_LINEARS);
    assert_int_equal(plans, 2 * TERN_LINEARS);
    for (tern_linear linear = 0; linear < TERN_LINEARS; linear++) {
        const tern_shape shape = tern_linear_shape(&f.model.geometry, linear, 3);
        assert_memory_equal(&three[linear].problem.shape, &shape, sizeof shape);
        assert_memory_equal(three[linear].plan, &shape, sizeof shape);
    }
    tern_products_free(products);
    assert_int_equal(drops, plans);
    tear_down(&f);
}

static void a_plan_that_cannot_be_made_is_a_refusal(void **state)
{
    tern_products *products;
    const tern_product *product;
    tern_error error = {""};
    fixture f;

    (void)state;
    set_up(&f);
    assert_int_equal(tern_products_new(&products, &f.model, BLOCK, NULL), TERN_OK);
    lacking = "no luck";
    assert_int_equal(tern_products_get(products, 2, &product, &error), TERN_USAGE);
    assert_non_null(strstr(error.text, "no luck"));
    lacking = NULL;
    assert_int_equal(tern_products_get(products, 2, &product, &error), TERN_OK);
    tern_products_free(products);
    assert_int_equal(drops, plans);
    tear_down(&f);
}

/* A prompt of 4 and 3 tokens, then steps of one. */
static void the_loop_binds_before_it_runs(void **state)
{
    static const uint32_t expected[] = {1, BLOCK, TOKENS % BLOCK};
    const tern_decoder_options options = {.kv_cache = true,
                                          .fused = true,
                                          .ops = tern_ops_for(0),
                                          .context = 16,
                                          .sequences = 1,
                                          .block = BLOCK,
                                          .logit_rows = 1,
                                          .expected = expected,
                                          .expected_counts = 3};
    tern_decoder *decoder;
    tern_input input[TOKENS];
    fixture f;

    (void)state;
    set_up(&f);
    assert_int_equal(tern_decoder_new(&decoder, &f.model, &options, f.team, NULL), TERN_OK);
    assert_int_equal(plans, 3 * TERN_LINEARS);
    const int before = binds;
    for (uint32_t i = 0; i < TOKENS; i++)
        input[i] = (tern_input){.token = i + 1};
    for (int i = 0; i < 3; i++) {
        assert_non_null(tern_decoder_run(decoder, input, TOKENS));
        assert_non_null(tern_decoder_run(decoder, input, 1));
    }
    assert_int_equal(binds, before);
    assert_int_equal(strangers, 0);
    lacking = "no luck";
    assert_null(tern_decoder_run(decoder, input, 2));
    lacking = NULL;
    assert_non_null(tern_decoder_run(decoder, input, 2));
    assert_int_equal(plans, 4 * TERN_LINEARS);
    tern_decoder_free(decoder);
    assert_int_equal(drops, plans);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bound_once_for_each_number_of_tokens),
        cmocka_unit_test(a_plan_that_cannot_be_made_is_a_refusal),
        cmocka_unit_test(the_loop_binds_before_it_runs),
    };
    tern_registry *registry;

    if (tern_registry_new(&registry, NULL) != TERN_OK)
        return 1;
    reference = tern_registry_find(registry, "reference");
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    tern_registry_free(registry);
    return failed;
}
