/*
 * What is in memory is what the weights say: every product, table and norm, and every byte is accounted for.
 */
#include "check/oracle.h"
#include "check/product.h"
#include "decode/loop/model.h"
#include "decode/ops/ops.h"
#include "machine/isa.h"
#include "small.h"
#include "toy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 512 * 512, TOKENS = 3 };

static tern_registry *registry;

typedef struct fixture {
    tern_weights weights;
    tern_team *team;
    tern_model model;
    double share; /* the last that progress told */
} fixture;

static void told(void *context, double share)
{
    fixture *f = context;

    assert_true(share > f->share && share <= 1.0);
    f->share = share;
}

static tern_status load(fixture *f, const tern_geometry *geometry, const tern_kernel *kernel, uint32_t threads,
                        tern_head_type head, tern_error *error)
{
    const tern_model_options options = {.head = head, .huge_pages = true, .progress = told, .context = f};
    tern_case c;

    memset(f, 0, sizeof *f);
    tern_case_init(&c, kernel);
    assert_int_equal(tern_weights_seeded(&f->weights, geometry, 9, 0.42, error), TERN_OK);
    assert_int_equal(tern_team_new(&f->team, threads, error), TERN_OK);
    return tern_model_load(&f->model, &f->weights, &c, f->team, &options, error);
}

static void unload(fixture *f)
{
    tern_model_free(&f->model);
    tern_team_free(f->team);
    tern_weights_close(&f->weights);
}

/* All trits of a product, matrix by matrix. */
static void stack(const tern_weights *weights, uint32_t layer, tern_matrix first, tern_matrix last, int8_t *w)
{
    for (tern_matrix matrix = first; matrix <= last; matrix++) {
        const size_t rows = tern_geometry_rows(&weights->geometry, matrix);
        weights->trits(weights, layer, matrix, 0, rows, w);
        w += rows * tern_geometry_columns(&weights->geometry, matrix);
    }
}

static const tern_matrix first_of[] = {TERN_MATRIX_Q, TERN_MATRIX_O, TERN_MATRIX_GATE, TERN_MATRIX_DOWN};
static const tern_matrix last_of[] = {TERN_MATRIX_V, TERN_MATRIX_O, TERN_MATRIX_UP, TERN_MATRIX_DOWN};

static void stacks_rows_wherever_they_are_cut(void **state)
{
    static int8_t whole[MOST], part[MOST];
    tern_weights weights;

    (void)state;
    assert_int_equal(tern_weights_seeded(&weights, &small_relu2, 9, 0.42, NULL), TERN_OK);
    for (tern_linear linear = 0; linear < TERN_LINEARS; linear++) {
        const tern_shape shape = tern_linear_shape(&small_relu2, linear, 1);
        stack(&weights, 1, first_of[linear], last_of[linear], whole);
        for (size_t step = 1; step <= shape.m; step += 11) {
            for (size_t begin = 0; begin < shape.m; begin += step) {
                const size_t end = begin + step < shape.m ? begin + step : shape.m;
                tern_linear_trits(&weights, 1, linear, begin, end, part + begin * shape.k);
            }
            assert_memory_equal(whole, part, shape.m * shape.k);
        }
    }
    tern_weights_close(&weights);
}

static void check_product(const fixture *f, uint32_t layer, tern_linear linear)
{
    static int8_t w[MOST];
    static _Alignas(64) int8_t x[MOST];
    static _Alignas(64) int32_t y[MOST], expected[MOST];
    tern_case c = f->model.kernel;
    tern_product product;

    c.shape = tern_linear_shape(&f->model.geometry, linear, TOKENS);
    for (size_t i = 0; i < c.shape.n * c.shape.k; i++)
        x[i] = (int8_t)(i * 37 % 255 - 127);
    stack(&f->weights, layer, first_of[linear], last_of[linear], w);
    assert_int_equal(tern_oracle_fill(c.shape, w, x, expected, NULL), TERN_OK);
    assert_null(tern_product_bind(&product, &c, f->model.threads));
    void *scratch = aligned_alloc(64, (tern_product_scratch_bytes(&product) + 127) / 64 * 64);
    assert_non_null(scratch);
    tern_product_call(&product,
                      &(tern_call){.problem = &product.problem,
                                   .packed = f->model.layer[layer].packed[linear],
                                   .x = x,
                                   .y = y,
                                   .scratch = scratch},
                      f->team);
    free(scratch);
    assert_memory_equal(y, expected, c.shape.m * c.shape.n * sizeof *y);
}

static void every_kernel_finds_its_weights(void **state)
{
    const uint32_t isa = tern_isa_detect();

    (void)state;
    for (size_t i = 0; i < tern_registry_count(registry); i++) {
        const tern_kernel *kernel = tern_registry_kernel(registry, i);
        for (uint32_t threads = 1; threads <= 3 && (kernel->isa & ~isa) == 0; threads++) {
            fixture f;
            assert_int_equal(load(&f, &small_relu2, kernel, threads, TERN_HEAD_I8, NULL), TERN_OK);
            assert_true(f.share == 1.0);
            for (uint32_t layer = 0; layer < small_relu2.layers; layer++)
                for (tern_linear linear = 0; linear < TERN_LINEARS; linear++)
                    check_product(&f, layer, linear);
            unload(&f);
        }
    }
}

/* Of int8 at most half a step is lost; seeded values have 11 bits, so that of f16 nothing is. */
static void check_row(const tern_rows *rows, size_t row, const float *value, size_t n)
{
    const int8_t *i8 = (const int8_t *)rows->data + row * n;
    float half[76];

    if (rows->type == TERN_HEAD_I8) {
        for (size_t i = 0; i < n; i++)
            assert_true(fabsf(rows->scale[row] * i8[i] - value[i]) <= 0.5001f * rows->scale[row]);
        return;
    }
    tern_ops_for(0)->from_f16((const uint16_t *)rows->data + row * n, n, half);
    assert_memory_equal(half, value, n * sizeof *value);
}

/* A row of the embedding is what a table of the head's type would hold of it. */
static void check_embedding(const fixture *f, uint32_t id, const float *value, size_t n)
{
    const tern_ops *ops = tern_ops_for(0);
    uint16_t half[76], room[76];
    float embedded[76], expected[76];
    int8_t i8[76];

    tern_model_embed(&f->model, ops, id, room, embedded);
    if (f->model.head.type == TERN_HEAD_F16) {
        ops->to_f16(value, n, half);
        ops->from_f16(half, n, expected);
    } else {
        const float scale = ops->quantise(value, n, i8);
        for (size_t i = 0; i < n; i++)
            expected[i] = scale * (float)i8[i];
    }
    assert_memory_equal(embedded, expected, n * sizeof *expected);
}

static void tables_hold_their_values(void **state)
{
    const tern_geometry *geometries[] = {&small_swiglu, &small_relu2}; /* with a head apart, and tied */
    const tern_kernel *kernel = tern_registry_find(registry, "reference");
    float value[76];

    (void)state;
    for (int i = 0; i < 4; i++) {
        const tern_geometry *g = geometries[i / 2];
        const tern_head_type type = i % 2 ? TERN_HEAD_F16 : TERN_HEAD_I8;
        fixture f;
        assert_int_equal(load(&f, g, kernel, 2, type, NULL), TERN_OK);
        for (uint32_t row = 0; row < g->vocabulary; row++) {
            f.weights.rows(&f.weights, TERN_TABLE_EMBEDDING, row, row + 1, value);
            check_embedding(&f, row, value, 76);
            f.weights.rows(&f.weights, TERN_TABLE_HEAD, row, row + 1, value);
            check_row(&f.model.head, row, value, 76);
        }
        unload(&f);
    }
}

static void accounts_for_every_byte(void **state)
{
    fixture f;

    (void)state;
    assert_int_equal(load(&f, &small_relu2, tern_registry_find(registry, "reference"), 1, TERN_HEAD_F16, NULL),
                     TERN_OK);
    assert_int_equal(f.model.packed_bytes, tern_geometry_ternary_weights(&small_relu2));
    assert_int_equal(f.model.head_bytes, 2 * 53 * 76);
    assert_int_equal(f.model.norm_bytes, sizeof(float) * (2 * (76 + 96 + 76 + 102) + 76));
    unload(&f);
    assert_int_equal(load(&f, &small_swiglu, tern_registry_find(registry, "reference"), 1, TERN_HEAD_I8, NULL),
                     TERN_OK);
    assert_int_equal(f.model.head_bytes, 53 * (76 + 4));
    unload(&f);
}

static void says_what_the_kernel_refuses(void **state)
{
    const tern_kernel toy = toy_kernel("toy", NULL);
    tern_error error = {""};
    fixture f;

    (void)state;
    assert_int_equal(load(&f, &small_swiglu, &toy, 1, TERN_HEAD_I8, &error), TERN_USAGE);
    assert_string_equal(error.text, "kernel 'toy' cannot do 288x76x1: never");
    unload(&f);
}

static void does_not_begin_what_does_not_fit(void **state)
{
    tern_geometry huge = small_swiglu;
    tern_error error = {""};
    fixture f;

    (void)state;
    huge.layers = 1024;
    huge.hidden = 1 << 20;
    huge.ffn = 1 << 21;
    assert_null(tern_geometry_fault(&huge));
    assert_int_equal(load(&f, &huge, tern_registry_find(registry, "reference"), 1, TERN_HEAD_I8, &error),
                     TERN_ENVIRONMENT);
    assert_non_null(strstr(error.text, "the packed model takes "));
    unload(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stacks_rows_wherever_they_are_cut), cmocka_unit_test(every_kernel_finds_its_weights),
        cmocka_unit_test(tables_hold_their_values),          cmocka_unit_test(accounts_for_every_byte),
        cmocka_unit_test(says_what_the_kernel_refuses),      cmocka_unit_test(does_not_begin_what_does_not_fit),
    };

    if (tern_registry_new(&registry, NULL) != TERN_OK)
        return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    tern_registry_free(registry);
    return failed;
}
