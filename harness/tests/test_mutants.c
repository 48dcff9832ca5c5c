/*
 * The checker is proven by kernels that are wrong in one place each (tests/mutants): every one must be rejected, for
 * the right reason, on the case that shows it and somewhere on the list of edge cases; and no right kernel may be.
 *
 * Those of kinds.def name no case: the first thing that the whole check finds must be what the row says. With --open
 * the program says of each mutant of open.def, which the checker does not reject as it should, what the checker finds.
 */
#include "base/text.h"
#include "check/battery.h"
#include "check/check.h"
#include "machine/isa.h"
#include "plan/edges.h"
#include "plan/sweep.h"
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

/* A mutant that the check has to find by itself, with any of some verdicts. */
typedef struct kind {
    const char *name;
    unsigned verdicts; /* a bit for each tern_verdict */
    const char *words;
} kind;

#define EXACT                   (1u << TERN_EXACT)
#define MISMATCH                (1u << TERN_MISMATCH)
#define NONDETERMINISTIC        (1u << TERN_NONDETERMINISTIC)
#define OVERRUN                 (1u << TERN_OVERRUN)
#define CRASH                   (1u << TERN_CRASH)
#define MISDECLARED             (1u << TERN_MISDECLARED)
#define KIND(symbol, name, ...) {name, __VA_ARGS__},
static const kind kinds[] = {
#include "mutants/kinds.def"
};
static const kind open_kinds[] = {
#include "mutants/open.def"
    {NULL, EXACT, ""},
};
#undef KIND

enum { KINDS = sizeof kinds / sizeof *kinds, OPEN_KINDS = sizeof open_kinds / sizeof *open_kinds - 1 };

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

/* What the whole check finds first: the smaller shapes of the seed suite, edge cases, sweeps. */
static tern_finding first_wrong(const tern_kernel *kernel)
{
    static const tern_shape shapes[] = {{8, 64, 16}, {64, 512, 64}};
    tern_case edge[TERN_EDGES_MAX], c = case_of(kernel, shapes[0], TERN_W_RANDOM, TERN_X_RANDOM);
    const size_t edges = tern_edges_list(&c, edge);
    tern_finding finding = {.verdict = TERN_EXACT};

    for (size_t i = 0; i < sizeof shapes / sizeof *shapes && finding.verdict == TERN_EXACT; i++) {
        c.shape = shapes[i];
        finding = check(&c);
        if (finding.verdict == TERN_UNSUPPORTED)
            finding.verdict = TERN_EXACT;
    }
    for (size_t i = 0; i < edges && finding.verdict == TERN_EXACT; i++)
        finding = check(&edge[i]);
    for (tern_sweep sweep = TERN_SWEEP_NONE + 1; sweep < TERN_SWEEP_DEEP && finding.verdict == TERN_EXACT; sweep++) {
        const tern_case all = tern_sweep_case(&c, sweep);
        if (tern_sweep_count(&all) > 0)
            finding = check(&all);
    }
    return finding;
}

static bool has_one_cpu(void)
{
    cpu_set_t allowed;

    return sched_getaffinity(0, sizeof allowed, &allowed) == 0 && CPU_COUNT(&allowed) == 1;
}

/* The verdict and all words of a finding. */
typedef struct said {
    char text[sizeof(tern_finding)];
} said;

static said what_it_says(const tern_finding *finding)
{
    said s = {""};

    tern_text_append(s.text, sizeof s.text, "%s: %s [%s]", tern_verdict_name(finding->verdict), finding->reason,
                     finding->hint);
    return s;
}

static bool is_as_expected(const tern_finding *finding, unsigned verdicts, const char *words)
{
    return (verdicts >> finding->verdict & 1) != 0 && strstr(what_it_says(finding).text, words) != NULL;
}

static void gets_its_verdict(void **state)
{
    const mutant *m = *state;
    const tern_kernel *kernel = tern_registry_find(registry, m->name);

    if (has_one_cpu() && (strcmp(m->name, "affinity") == 0 || strcmp(m->name, "race") == 0))
        skip_because("with one CPU there is nothing to pin, and threads take turns");
    assert_non_null(kernel);
    const tern_case c = case_of(kernel, m->shape, m->w, m->x);
    const tern_finding finding = check(&c);
    if (!is_as_expected(&finding, 1u << m->verdict, m->words))
        fail_msg("expected %s with '%s', got %s", tern_verdict_name(m->verdict), m->words, what_it_says(&finding).text);
    assert_int_equal(found_on_edges(kernel), m->verdict != TERN_EXACT);
}

/* What this machine cannot show: instructions that it lacks, or two threads at the same time. */
static bool cannot_show(const char *name)
{
    static const struct {
        const char *name;
        uint32_t isa; /* that it uses and does not declare */
    } needs[] = {
        {"undeclared-avxvnni", TERN_ISA_AVXVNNI}, {"undeclared-avx512", TERN_ISA_AVX512},
        {"undeclared-masks", TERN_ISA_AVX512},    {"undeclared-vnni", TERN_ISA_AVX512VNNI},
        {"undeclared-vbmi", TERN_ISA_AVX512VBMI}, {"undeclared-gfni", TERN_ISA_GFNI},
        {"undeclared-amx", TERN_ISA_AMXINT8},     {"undeclared", TERN_ISA_AVX2},
    };
    static const char *const two_cpus[] = {"tables-by-cpu", "worker-affinity", "bind-pins", "prepare-pins"};
    uint32_t isa = tern_registry_find(registry, name)->isa;

    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (strncmp(name, needs[i].name, strlen(needs[i].name)) == 0)
            isa |= needs[i].isa;
    for (size_t i = 0; i < sizeof two_cpus / sizeof *two_cpus; i++)
        if (strcmp(name, two_cpus[i]) == 0)
            return has_one_cpu();
    return (isa & ~tern_isa_detect()) != 0;
}

static said expected(const kind *k)
{
    said s = {""};

    for (tern_verdict verdict = TERN_EXACT; verdict <= TERN_UNSUPPORTED; verdict++)
        if ((k->verdicts >> verdict & 1) != 0)
            tern_text_append(s.text, sizeof s.text, "%s%s", s.text[0] == '\0' ? "" : " or ",
                             tern_verdict_name(verdict));
    return s;
}

static void is_found(void **state)
{
    const kind *k = *state;
    const tern_kernel *kernel = tern_registry_find(registry, k->name);

    assert_non_null(kernel);
    if (cannot_show(k->name))
        skip_because("this machine lacks the instructions, or has one CPU");
    const tern_finding finding = first_wrong(kernel);
    if (!is_as_expected(&finding, k->verdicts, k->words))
        fail_msg("expected %s with '%s', got %s", expected(k).text, k->words, what_it_says(&finding).text);
}

/* Says what becomes of the open ones; proves nothing. */
static void tell_open(void **state)
{
    (void)state;
    for (const kind *k = open_kinds; k->name != NULL; k++) {
        if (cannot_show(k->name))
            continue;
        const tern_finding finding = first_wrong(tern_registry_find(registry, k->name));
        print_message("%s %s: %s, expected %s with '%s'\n",
                      is_as_expected(&finding, k->verdicts, k->words) ? "closed" : "open  ", k->name,
                      what_it_says(&finding).text, expected(k).text, k->words);
    }
}

/*
 * Leaves out each pass and each sweep in turn, and looks for a mutant that is taken for right without it: one of those
 * which it finds otherwise.
 */
enum { ALL = KINDS + OPEN_KINDS + MUTANTS };

static tern_finding found[ALL];

static const char *name_of(size_t i)
{
    if (i < KINDS)
        return kinds[i].name;
    return i < KINDS + OPEN_KINDS ? open_kinds[i - KINDS].name : mutants[i - KINDS - OPEN_KINDS].name;
}

/* No pass finds it. */
static bool is_right(size_t i)
{
    return (i < KINDS && kinds[i].verdicts == EXACT) ||
           (i >= KINDS + OPEN_KINDS && mutants[i - KINDS - OPEN_KINDS].verdict == TERN_EXACT);
}

static bool survives_without(const char *id, const char *words)
{
    bool survives = false;

    for (size_t i = 0; i < ALL && !survives; i++) {
        if (found[i].verdict == TERN_EXACT || strstr(found[i].reason, words) == NULL)
            continue;
        tern_battery_leaves_out = id;
        survives = first_wrong(tern_registry_find(registry, name_of(i))).verdict == TERN_EXACT;
        tern_battery_leaves_out = NULL;
        if (survives)
            print_message("%-18s %s\n", id, name_of(i));
    }
    if (!survives)
        print_message("%-18s nobody\n", id);
    return survives;
}

static void each_pass_is_needed(void **state)
{
    const char *id, *words;
    size_t needed = 1, passes = 1; /* without the first, the second is the first */

    (void)state;
    for (size_t i = 0; i < ALL; i++)
        if (!is_right(i) && !cannot_show(name_of(i)))
            found[i] = first_wrong(tern_registry_find(registry, name_of(i)));
    for (; (id = tern_battery_pass(passes, &words)) != NULL; passes++)
        needed += survives_without(id, words);
    for (tern_sweep sweep = TERN_SWEEP_NONE + 1; sweep < TERN_SWEEP_DEEP; sweep++, passes++)
        needed += survives_without(tern_sweep_name(sweep), "p0=");
    print_message("without %zu of %zu passes and sweeps some mutant is taken for right\n", needed, passes);
    assert_int_equal(needed, passes);
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
        const tern_case of = case_of(kernel, shapes[0], TERN_W_RANDOM, TERN_X_RANDOM),
                        all = tern_sweep_case(&of, TERN_SWEEP_ISA);
        const tern_finding finding = check(&all);
        if (finding.verdict != TERN_EXACT && finding.verdict != TERN_UNSUPPORTED)
            fail_msg("%s: %s, %s", kernel->name, tern_verdict_name(finding.verdict), finding.reason);
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

/* An argument is the name of the one test to run, --open or --passes. */
int main(int argc, char **argv)
{
    static const struct CMUnitTest open_tests[] = {cmocka_unit_test(tell_open)};
    static const struct CMUnitTest pass_tests[] = {cmocka_unit_test(each_pass_is_needed)};
    struct CMUnitTest tests[MUTANTS + KINDS + 2] = {
        cmocka_unit_test(seed_tmac_is_as_wrong_as_it_was),
        cmocka_unit_test(no_built_in_kernel_is_rejected),
    };

    for (size_t i = 0; i < MUTANTS; i++)
        tests[2 + i] =
            (struct CMUnitTest){mutants[i].name, gets_its_verdict, NULL, NULL, (void *)(uintptr_t)&mutants[i]};
    for (size_t i = 0; i < KINDS; i++)
        tests[2 + MUTANTS + i] = (struct CMUnitTest){kinds[i].name, is_found, NULL, NULL, (void *)(uintptr_t)&kinds[i]};
    if (argc > 1 && strcmp(argv[1], "--open") == 0)
        return cmocka_run_group_tests(open_tests, set_up, tear_down);
    if (argc > 1 && strcmp(argv[1], "--passes") == 0)
        return cmocka_run_group_tests(pass_tests, set_up, tear_down);
    if (argc > 1 && !has_test(tests, sizeof tests / sizeof *tests, argv[1]))
        return TERN_USAGE;
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
