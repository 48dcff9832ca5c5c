/*
 * The checker is proven by kernels that are wrong in one place each (tests/mutants): every one must be rejected, for
 * the right reason, on the case that shows it and somewhere on the list of edge cases; and no right kernel may be.
 */
#include "base/text.h"
#include "check/check.h"
#include "machine/isa.h"
#include "plan/edges.h"
#include "skip.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

typedef struct mutant {
    const char *name;
    tern_shape shape;
    tern_w_pattern w;
    tern_x_pattern x;
    tern_verdict verdict;
    const char *words;
} mutant;

static const mutant mutants[] = {
#define ROW(symbol, name, m, k, n, ...) {name, {m, k, n}, __VA_ARGS__},
#include "mutants/table.def"
#undef ROW
};

enum { MUTANTS = sizeof mutants / sizeof *mutants };

static tern_registry *registry;
static tern_checker *checker;

static int set_up(void **state)
{
    tern_error error = {""};

    (void)state;
    if (tern_registry_new(&registry, &error) != TERN_OK ||
        tern_registry_load(registry, MUTANTS_PLUGIN, &error) != TERN_OK ||
        tern_checker_new(&checker, &error) != TERN_OK)
        fail_msg("%s", error.text);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tern_checker_free(checker);
    tern_registry_free(registry);
    return 0;
}

static tern_case case_of(const tern_kernel *kernel, tern_shape shape, tern_w_pattern w, tern_x_pattern x)
{
    tern_case c;

    tern_case_init(&c, kernel);
    c.shape = shape;
    c.data = (tern_data){.w = w, .x = x, .p0 = 0.42, .seed = 1};
    return c;
}

/* Only the one that hangs needs its deadline; the others get time enough on a busy machine. */
static tern_finding check(const tern_case *c)
{
    const tern_child_options options = {.deadline_s = strcmp(c->kernel->name, "hang") == 0 ? 0.5 : 60.0};
    tern_finding finding;
    tern_error error = {""};

    if (tern_check_case(checker, c, &options, &finding, &error) != TERN_OK)
        fail_msg("%s", error.text);
    return finding;
}

static bool found_on_edges(const tern_kernel *kernel)
{
    const tern_case of = case_of(kernel, (tern_shape){1, 1, 1}, TERN_W_RANDOM, TERN_X_RANDOM);
    tern_case edge[TERN_EDGES_MAX];
    const size_t edges = tern_edges_list(&of, edge);

    for (size_t i = 0; i < edges; i++)
        if (check(&edge[i]).verdict != TERN_EXACT)
            return true;
    return false;
}

static bool has_one_cpu(void)
{
    cpu_set_t allowed;

    return sched_getaffinity(0, sizeof allowed, &allowed) == 0 && CPU_COUNT(&allowed) == 1;
}

static void gets_its_verdict(void **state)
{
    const mutant *m = *state;
    const tern_kernel *kernel = tern_registry_find(registry, m->name);
    char said[sizeof(tern_finding)] = "";

    if (has_one_cpu() && (strcmp(m->name, "affinity") == 0 || strcmp(m->name, "race") == 0))
        skip_because("with one CPU there is nothing to pin, and threads take turns");
    assert_non_null(kernel);
    const tern_case c = case_of(kernel, m->shape, m->w, m->x);
    const tern_finding finding = check(&c);
    tern_text_append(said, sizeof said, "%s: %s [%s]", tern_verdict_name(finding.verdict), finding.reason,
                     finding.hint);
    if (finding.verdict != m->verdict || strstr(said, m->words) == NULL)
        fail_msg("expected %s with '%s', got %s", tern_verdict_name(m->verdict), m->words, said);
    assert_int_equal(found_on_edges(kernel), m->verdict != TERN_EXACT);
}

/* The report that began this project called these shapes verified. */
static void seed_tmac_is_as_wrong_as_it_was(void **state)
{
    static const tern_shape shapes[] = {{8, 64, 16},    {128, 512, 128},  {16, 256, 32},   {64, 512, 64},
                                        {128, 512, 64}, {128, 1024, 128}, {256, 2048, 256}};

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const tern_case c = case_of(tern_registry_find(registry, "seed-tmac"), shapes[i], TERN_W_RANDOM, TERN_X_RANDOM);
        const tern_finding finding = check(&c);
        assert_int_equal(finding.verdict, TERN_MISMATCH);
        assert_true((double)finding.mismatches > 0.99 * (double)finding.values);
        assert_true(finding.relative_l2 > 2.5 && finding.relative_l2 < 6.0);
        assert_int_equal(finding.differences, TERN_FIRST_DIFFERENCES);
    }
}

static void no_built_in_kernel_is_rejected(void **state)
{
    static const tern_shape shapes[] = {{1, 1, 1}, {33, 129, 9}, {31, 127, 7}, {257, 7, 1}};

    (void)state;
    for (size_t i = 0; i < tern_registry_count(registry); i++) {
        const tern_kernel *kernel = tern_registry_kernel(registry, i);
        if (strcmp(tern_registry_source(registry, i), "built in") != 0 || (kernel->isa & ~tern_isa_detect()) != 0)
            continue;
        for (size_t j = 0; j < sizeof shapes / sizeof *shapes; j++) {
            const tern_case c = case_of(kernel, shapes[j], TERN_W_RANDOM, TERN_X_RANDOM);
            const tern_finding finding = check(&c);
            if (finding.verdict != TERN_EXACT && finding.verdict != TERN_UNSUPPORTED)
                fail_msg("%s on %zux%zux%zu: %s, %s [%s]", kernel->name, shapes[j].m, shapes[j].k, shapes[j].n,
                         tern_verdict_name(finding.verdict), finding.reason, finding.hint);
        }
    }
}

/* A filter that matches nothing would pass. */
static bool has_test(const struct CMUnitTest *tests, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(tests[i].name, name) == 0)
            return true;
    return false;
}

/* An argument is the name of the one test to run. */
int main(int argc, char **argv)
{
    struct CMUnitTest tests[MUTANTS + 2] = {
        cmocka_unit_test(seed_tmac_is_as_wrong_as_it_was),
        cmocka_unit_test(no_built_in_kernel_is_rejected),
    };

    for (size_t i = 0; i < MUTANTS; i++)
        tests[2 + i] =
            (struct CMUnitTest){mutants[i].name, gets_its_verdict, NULL, NULL, (void *)(uintptr_t)&mutants[i]};
    if (argc > 1 && !has_test(tests, sizeof tests / sizeof *tests, argv[1]))
        return TERN_USAGE;
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
