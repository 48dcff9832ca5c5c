/*
 * Model files: their counts, and that every mistake is told with file and line.
 */
#include "model/geometry.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char path[] = "test_geometry.tmp.model";

/* All keys but those that a test changes. */
#define SIZES "layers = 2\nhidden = 64\nheads = 4\nkv_heads = 2\nhead_dim = 16\nvocabulary = 10\ncontext = 8\n"
#define WAYS  "activation = relu2\nsub_norms = yes\ntied_head = no\nrope = pairs\nrope_base = 1e4\nepsilon = 1e-5\n"

static tern_status read_text(tern_geometry *geometry, const char *text, tern_error *error)
{
    FILE *stream = fopen(path, "w");

    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
    const tern_status status = tern_geometry_read(geometry, path, error);
    unlink(path);
    return status;
}

static tern_geometry read_model(const char *name)
{
    tern_geometry geometry;
    tern_error error = {""};

    if (tern_geometry_read(&geometry, name, &error) != TERN_OK)
        fail_msg("%s", error.text);
    return geometry;
}

static void counts_the_weights_of_7b(void **state)
{
    const tern_geometry g = read_model("bitnet-7b");
    uint64_t sum = 0;

    (void)state;
    for (tern_matrix matrix = 0; matrix < TERN_MATRICES; matrix++)
        sum += tern_geometry_rows(&g, matrix) * tern_geometry_columns(&g, matrix) * g.layers;
    assert_int_equal(sum, UINT64_C(6476005376));
    assert_int_equal(tern_geometry_ternary_weights(&g), sum);
    assert_int_equal(tern_geometry_embedding_weights(&g), 32000 * 4096);
    assert_int_equal(tern_geometry_head_weights(&g), 32000 * 4096);
    assert_string_equal(g.name, "bitnet-7b");
    assert_true(g.activation == TERN_SWIGLU && !g.sub_norms && g.context == 2048 && g.epsilon == 1e-5);
}

static void counts_the_weights_of_2b4t(void **state)
{
    const tern_geometry g = read_model("bitnet-2b4t");

    (void)state;
    assert_int_equal(tern_geometry_ternary_weights(&g), UINT64_C(2084044800));
    assert_int_equal(tern_geometry_embedding_weights(&g), 128256 * 2560);
    assert_int_equal(tern_geometry_head_weights(&g), 0);
    assert_int_equal(tern_geometry_rows(&g, TERN_MATRIX_K), 640);
    assert_int_equal(tern_geometry_columns(&g, TERN_MATRIX_DOWN), 6912);
    assert_int_equal(tern_geometry_norm_size(&g, TERN_NORM_FFN_SUB), 6912);
    assert_true(g.activation == TERN_RELU2 && g.sub_norms && g.tied_head && g.rope_base == 5e5);
}

static void reads_every_key(void **state)
{
    tern_geometry g;

    (void)state;
    assert_int_equal(read_text(&g, "[model]\nsummary = s\nffn = 96 ; comment\n" SIZES WAYS, NULL), TERN_OK);
    assert_string_equal(g.name, "test_geometry.tmp");
    assert_string_equal(g.summary, "s");
    assert_true(g.layers == 2 && g.hidden == 64 && g.heads == 4 && g.kv_heads == 2 && g.head_dim == 16 && g.ffn == 96);
    assert_true(g.vocabulary == 10 && g.context == 8 && g.activation == TERN_RELU2 && g.sub_norms && !g.tied_head);
    assert_true(g.rope == TERN_ROPE_PAIRS && g.rope_base == 1e4 && g.epsilon == 1e-5);
}

static void tells_file_and_line_of_a_mistake(void **state)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"[model]\n" SIZES WAYS, "model: [model] lacks the key 'ffn'"},
        {"[model]\nfnn = 1\n", "model:2: unknown key 'fnn', did you mean 'ffn'?"},
        {"[model]\nzzzzzzzzz = 1\n", "model:2: unknown key 'zzzzzzzzz'"},
        {"[model]\n\nffn = 0\n", "model:3: key 'ffn' takes a whole number from 1 to 2097152, not '0'"},
        {"[model]\nffn = 99999999999999999999\n", "model:2: key 'ffn' takes"},
        {"[model]\nffn = 96x\n", "model:2: key 'ffn' takes"},
        {"[model]\nffn = 96\nffn = 96\n", "model:3: 'ffn' stands in [model] a second time"},
        {"[model]\nactivation = gelu\n", "model:2: key 'activation' takes swiglu or relu2, not 'gelu'"},
        {"[model]\ntied_head = true\n", "model:2: key 'tied_head' takes no or yes, not 'true'"},
        {"[model]\nepsilon = small\n", "model:2: key 'epsilon' takes a number above 0, not 'small'"},
        {"[model]\nepsilon = nan\n", "model:2: key 'epsilon' takes a number above 0, not 'nan'"},
        {"ffn = 96\n", "model:1: 'ffn' does not stand in [model]"},
        {"[models]\nffn = 96\n", "model:2: 'ffn' does not stand in [model]"},
        {"[model\n", "model:1: the [section] lacks its ]"},
        {"", "model: [model] lacks the key 'layers'"},
        {"[model]\nffn = 96\n" SIZES WAYS "summary = s\nkv_heads = 4\n", "model:17: 'kv_heads' stands"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        tern_geometry g;
        tern_error error = {""};
        assert_int_equal(read_text(&g, wrong[i].text, &error), TERN_USAGE);
        if (strstr(error.text, wrong[i].says) == NULL)
            fail_msg("expected '%s', was told: %s", wrong[i].says, error.text);
    }
}

static void names_the_places_where_it_looked(void **state)
{
    tern_geometry g;
    tern_error error = {""};

    (void)state;
    assert_int_equal(tern_geometry_read(&g, "nobody", &error), TERN_USAGE);
    assert_non_null(strstr(error.text, "no model 'nobody': neither suites/nobody.model nor /"));
    assert_int_equal(tern_geometry_read(&g, "./nobody", &error), TERN_USAGE);
    assert_non_null(strstr(error.text, "cannot read model ./nobody"));
}

/* The header of a file may claim anything. */
static void finds_sizes_that_do_not_fit_together(void **state)
{
    const tern_geometry good = read_model("tiny");
    tern_geometry bad[16];
    size_t count = 0;

    (void)state;
    assert_null(tern_geometry_fault(&good));
#define BAD(member, value) (bad[count] = good, bad[count++].member = (value))
    BAD(layers, 0);
    BAD(hidden, 0);
    BAD(kv_heads, 0);
    BAD(kv_heads, 3);
    BAD(kv_heads, 2 * good.heads);
    BAD(head_dim, 63);
    BAD(head_dim, UINT32_MAX - 1);
    BAD(heads, 65536);
    BAD(heads, UINT32_MAX);
    BAD(ffn, UINT32_MAX);
    BAD(vocabulary, UINT32_MAX);
    BAD(context, 0);
    BAD(rope_base, 1.0);
    BAD(rope_base, (double)INFINITY);
    BAD(epsilon, (double)NAN);
    BAD(epsilon, 0.0);
#undef BAD
    for (size_t i = 0; i < count; i++)
        if (tern_geometry_fault(&bad[i]) == NULL)
            fail_msg("geometry %zu passed", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_the_weights_of_7b),
        cmocka_unit_test(counts_the_weights_of_2b4t),
        cmocka_unit_test(reads_every_key),
        cmocka_unit_test(tells_file_and_line_of_a_mistake),
        cmocka_unit_test(names_the_places_where_it_looked),
        cmocka_unit_test(finds_sizes_that_do_not_fit_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
