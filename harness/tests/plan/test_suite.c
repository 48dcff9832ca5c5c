/*
 * Suite files: what they expand to, and that every mistake is told with file and line.
 */
#include "plan/plan.h"
#include "record/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char path[] = "test_suite.tmp.suite";

static void write_suite(const char *text)
{
    FILE *stream = fopen(path, "w");

    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

static tern_status read_suite(tern_suite *suite, const char *text, tern_error *error)
{
    tern_registry *registry;

    write_suite(text);
    assert_int_equal(tern_registry_new(&registry, error), TERN_OK);
    const tern_status status = tern_suite_read(suite, path, registry, error);
    tern_registry_free(registry);
    return status;
}

static void tells_file_and_line_of_a_mistake(void **state)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"[a]\nshapes = 1x1\nkernals = *\n", "suite:3: unknown axis 'kernals', did you mean 'kernels'?"},
        {"[a]\nshapes = 1x1\n\n; comment\nn = 0\n", "suite:5: axis 'n': '0' is not"},
        {"[a]\nshapes = 1x1x\n", "suite:2: axis 'shapes'"},
        {"[a]\nshapes = 1x16777216\n", "suite:2: axis 'shapes'"},
        {"[a]\nshapes = 4294967295x16777215\n", "suite:2: axis 'shapes'"},
        {"[a]\nkernels = nobody\n", "suite:2: axis 'kernels': 'nobody' is not"},
        {"[a]\ncache = warm\n", "suite:2: axis 'cache'"},
        {"[a]\np0 = 1.01\n", "suite:2: axis 'p0'"},
        {"[a]\nthreads = 0\n", "suite:2: axis 'threads'"},
        {"[a]\ntoggles = no_such=1\n", "suite:2: axis 'toggles'"},
        {"[a]\nseed =\n", "suite:2: axis 'seed' has no value"},
        {"[suite]\ncolour = red\n", "suite:2: unknown key 'colour'"},
        {"shapes = 1x1\n", "suite:1: 'shapes' stands before the first [group]"},
        {"[a]\nn = 1\n", "group [a] has no shapes"},
        {"", "no [group]"},
        {"[a\n", "suite:1: the [section] lacks its ]"},
        {"\xEF\xBB\xBF[a\nn = 1\n", "suite:1: the [section] lacks its ]"},
        {"[a] shapes = 1x1\nshapes = 2x2\n", "suite:1: text follows the [section]"},
        {"[a]\rshapes = 1x1\r", "suite:1: text follows the [section]"},
        {"[a]\nshapes = 1x1\nn = 1\nshapes = 2x2\n", "suite:4: 'shapes' stands in [a] a second time"},
        {"[a]\nshapes = 1x1\n[b]\nshapes = 1x1\n[a]\nshapes = 2x2\n", "suite:6: 'shapes' stands in [a] a second"},
        {"[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\nshapes = 1x1\n",
         "suite:1: the name of the section is longer than 49 bytes"},
        {"[suite]\nbaseline = bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n",
         "suite:2: baseline is longer than 63 bytes"},
        {"[a]\nkernels = *kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\n",
         "suite:2: axis 'kernels': '*kkk"},
        {"[suite]\nbudget = 1\nbudget = 2\n", "suite:3: 'budget' stands in [suite] a second time"},
        {"[a]\nshapes = 1x1\n   0x1\n", "suite:3: axis 'shapes': '0x1' is not"},
        {"[a]\nshapes = 1x1 2x2 3x3 4x4 5x5 6x6 7x7 8x8 9x9 1x1 2x2 3x3 4x4 5x5 6x6 7x7 8x8 9x9 1x1 2x2 3x3 4x4 5x5 "
         "6x6 "
         "7x7 8x8 9x9 1x1 2x2 3x3 4x4 5x5 6x6 7x7 8x8 9x9 1x1 2x2 3x3 4x4 5x5 6x6 7x7 8x8 9x9 1x1 2x2 3x3 4x4 5x5\n",
         "suite:2: the line is longer than 198 bytes"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        tern_suite suite;
        tern_error error = {""};
        assert_int_equal(read_suite(&suite, wrong[i].text, &error), TERN_USAGE);
        if (strstr(error.text, wrong[i].says) == NULL)
            fail_msg("expected '%s', was told: %s", wrong[i].says, error.text);
        tern_suite_free(&suite);
    }
    unlink(path);
}

/* Takes reference for what comes from memory, portable for what stays in cache, and says for how many threads. */
static tern_status pick_by_cache(void *registry, tern_case *c, char *reason, size_t bytes, tern_error *error)
{
    (void)error;
    assert_null(c->kernel);
    assert_true(
        tern_case_take_kernel(c, c->cache == TERN_COLD ? "reference" : "portable", "", *(tern_registry **)registry));
    snprintf(reason, bytes, "for %u threads", c->threads);
    return TERN_OK;
}

/* The ids that a suite expands to, separated by blanks; `auto` is resolved when it is asked for. */
static char *expand_and_resolve(const char *text, bool timed, const char *chooses, bool resolved)
{
    tern_registry *registry;
    tern_filter filter;
    tern_plan plan = {.timed = timed, .threads_all = 3, .filter = &filter};
    tern_suite suite;
    char *ids = calloc(1, 65536), id[TERN_ID_BYTES];

    assert_non_null(ids);
    assert_int_equal(tern_filter_compile(&filter, chooses, NULL), TERN_OK);
    write_suite(text);
    assert_int_equal(tern_registry_new(&registry, NULL), TERN_OK);
    assert_int_equal(tern_suite_read(&suite, path, registry, NULL), TERN_OK);
    assert_int_equal(tern_plan_add_suite(&plan, &suite, registry, NULL), TERN_OK);
    if (resolved)
        assert_int_equal(tern_plan_resolve(&plan, pick_by_cache, &registry, NULL), TERN_OK);
    for (size_t i = 0; i < plan.count; i++) {
        strcat(ids, i ? " " : "");
        strcat(ids, tern_case_id(&plan.cases[i].c, id, sizeof id));
        strcat(ids, plan.cases[i].pick_reason[0] ? " " : "");
        strcat(ids, plan.cases[i].pick_reason);
    }
    tern_plan_free(&plan);
    tern_suite_free(&suite);
    tern_registry_free(registry);
    tern_filter_free(&filter);
    unlink(path);
    return ids;
}

static char *expand(const char *text, bool timed, const char *chooses)
{
    return expand_and_resolve(text, timed, chooses, false);
}

static void expands_to_the_product_of_its_axes(void **state)
{
    char *ids =
        expand("[a]\nkernels = reference\nshapes = 2x3 4x5x6\nn = 1 2\nthreads = 1 all 3\ncache = hot\n", true, NULL);

    (void)state;
    assert_string_equal(ids, "reference/2x3x1/w=random,x=random,p0=0.42,seed=1/t=1/hot "
                             "reference/2x3x1/w=random,x=random,p0=0.42,seed=1/t=3/hot "
                             "reference/2x3x2/w=random,x=random,p0=0.42,seed=1/t=1/hot "
                             "reference/2x3x2/w=random,x=random,p0=0.42,seed=1/t=3/hot "
                             "reference/4x5x6/w=random,x=random,p0=0.42,seed=1/t=1/hot "
                             "reference/4x5x6/w=random,x=random,p0=0.42,seed=1/t=3/hot");
    free(ids);
}

static void a_line_that_begins_with_a_blank_goes_on(void **state)
{
    static const char text[] = "[a]\n  kernels = reference\nshapes = 1x1\n  2x2 ; so many\n; a comment\n\t3x3\nn = 1\n";
    tern_suite suite;

    (void)state;
    assert_int_equal(read_suite(&suite, text, NULL), TERN_OK);
    assert_int_equal(suite.group[0].shapes, 3);
    assert_int_equal(suite.group[0].shape[2].m, 3);
    assert_int_equal(suite.group[0].kernels, 1);
    assert_int_equal(suite.group[0].ns, 1);
    tern_suite_free(&suite);
}

static void doubles_threads_up_to_all(void **state)
{
    char *ids = expand("[a]\nkernels = reference\nshapes = 2x3\nthreads = doubling\n", true, NULL);

    (void)state;
    assert_string_equal(ids, "reference/2x3x1/w=random,x=random,p0=0.42,seed=1/t=1/hot "
                             "reference/2x3x1/w=random,x=random,p0=0.42,seed=1/t=2/hot "
                             "reference/2x3x1/w=random,x=random,p0=0.42,seed=1/t=3/hot");
    free(ids);
}

static void leaves_out_threads_and_cache_when_only_checking(void **state)
{
    char *ids = expand("[a]\nkernels = reference\nshapes = 2x3\nthreads = 1 2\ncache = hot cold\n[b]\nkernels = "
                       "reference\nshapes = 2x3\n",
                       false, NULL);

    (void)state;
    assert_string_equal(ids, "reference/2x3x1/w=random,x=random,p0=0.42,seed=1");
    free(ids);
}

static void filters_by_id(void **state)
{
    static const char text[] = "[a]\nkernels = reference\nshapes = 2x3 4x5\n";
    char *with = expand(text, false, "/4x5"), *without = expand(text, false, "-/4x5");

    (void)state;
    assert_string_equal(with, "reference/4x5x1/w=random,x=random,p0=0.42,seed=1");
    assert_string_equal(without, "reference/2x3x1/w=random,x=random,p0=0.42,seed=1");
    free(with);
    free(without);
}

static void kernel_globs_add_and_take_away(void **state)
{
    char *ids = expand("[a]\nkernels = * -re*\nshapes = 2x3\n", false, "reference");

    (void)state;
    assert_string_equal(ids, "");
    free(ids);
}

static const char with_auto[] =
    "[a]\nkernels = reference auto\nshapes = 2x3\nthreads = 1 all\ncache = hot cold\ninterleave = yes\n";

/* Nothing is timed while planning: what is listed is what a filter sees. */
static void auto_is_a_case_until_it_is_resolved(void **state)
{
    char *ids = expand(with_auto, true, "^auto/.*(t=1/hot|t=3/cold)");

    (void)state;
    assert_string_equal(ids, "auto/2x3x1/w=random,x=random,p0=0.42,seed=1/t=1/hot "
                             "auto/2x3x1/w=random,x=random,p0=0.42,seed=1/t=3/cold");
    free(ids);
}

static void auto_is_picked_for_each_case(void **state)
{
    char *ids = expand_and_resolve(with_auto, true, "^auto/.*(t=1/hot|t=3/cold)", true);

    (void)state;
    assert_string_equal(ids, "portable/2x3x1/w=random,x=random,p0=0.42,seed=1/t=1/hot for 1 threads "
                             "reference/2x3x1/w=random,x=random,p0=0.42,seed=1/t=3/cold for 3 threads");
    free(ids);
}

/* What is named and picked runs once, and says why it was picked. */
static void what_is_named_and_picked_is_one_case(void **state)
{
    char *ids = expand_and_resolve(with_auto, true, "t=1/", true);

    (void)state;
    assert_string_equal(ids, "reference/2x3x1/w=random,x=random,p0=0.42,seed=1/t=1/hot "
                             "reference/2x3x1/w=random,x=random,p0=0.42,seed=1/t=1/cold for 1 threads "
                             "portable/2x3x1/w=random,x=random,p0=0.42,seed=1/t=1/hot for 1 threads");
    free(ids);
}

/* A suite may name kernels of other processors, as long as one is left. */
static void a_glob_may_match_nothing_but_not_all_of_them(void **state)
{
    char *ids = expand("[a]\nkernels = reference nobody*\nshapes = 2x3\n", false, NULL);
    tern_plan plan = {.timed = false};
    tern_registry *registry;
    tern_suite suite;
    tern_error error = {""};

    (void)state;
    assert_string_equal(ids, "reference/2x3x1/w=random,x=random,p0=0.42,seed=1");
    free(ids);
    assert_int_equal(read_suite(&suite, "[a]\nkernels = nobody* no?\nshapes = 2x3\n", &error), TERN_OK);
    assert_int_equal(tern_registry_new(&registry, NULL), TERN_OK);
    assert_int_equal(tern_plan_add_suite(&plan, &suite, registry, &error), TERN_USAGE);
    assert_non_null(strstr(error.text, "group [a]: its kernels match none"));
    tern_plan_free(&plan);
    tern_registry_free(registry);
    tern_suite_free(&suite);
    unlink(path);
}

/* Whatever it may pick later is checked. */
static void auto_is_every_kernel_when_only_checking(void **state)
{
    char *all = expand("[a]\nshapes = 2x3\n", false, NULL);
    char *ids = expand("[a]\nkernels = auto\nshapes = 2x3\n", false, NULL);

    (void)state;
    assert_string_equal(ids, all);
    free(ids);
    free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_file_and_line_of_a_mistake),
        cmocka_unit_test(expands_to_the_product_of_its_axes),
        cmocka_unit_test(a_line_that_begins_with_a_blank_goes_on),
        cmocka_unit_test(doubles_threads_up_to_all),
        cmocka_unit_test(leaves_out_threads_and_cache_when_only_checking),
        cmocka_unit_test(filters_by_id),
        cmocka_unit_test(kernel_globs_add_and_take_away),
        cmocka_unit_test(a_glob_may_match_nothing_but_not_all_of_them),
        cmocka_unit_test(auto_is_a_case_until_it_is_resolved),
        cmocka_unit_test(auto_is_picked_for_each_case),
        cmocka_unit_test(what_is_named_and_picked_is_one_case),
        cmocka_unit_test(auto_is_every_kernel_when_only_checking),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
