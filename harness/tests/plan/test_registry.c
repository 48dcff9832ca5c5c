/*
 * What the registry must refuse, and that a kernel built against an older, shorter contract is taken.
 */
#include "plan/case.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "toy.h"

static tern_kernel toy(const char *name)
{
    return toy_kernel(name, NULL);
}

/* Adds one kernel to the built-in ones; expects the sentence, or success when it is NULL. */
static void expect(const tern_kernel *kernel, const char *sentence)
{
    const tern_kernel *const list[] = {kernel, NULL};
    tern_registry *registry;
    tern_error error = {""};

    assert_int_equal(tern_registry_new(&registry, &error), TERN_OK);
    const tern_status status = tern_registry_add(registry, list, "a test", &error);
    assert_int_equal(status, sentence == NULL ? TERN_OK : TERN_USAGE);
    if (sentence != NULL && strstr(error.text, sentence) == NULL)
        fail_msg("expected '%s', was told: %s", sentence, error.text);
    tern_registry_free(registry);
}

static void takes_a_right_kernel(void **state)
{
    const tern_kernel kernel = toy("toy");

    (void)state;
    expect(&kernel, NULL);
}

static void refuses_breaches_of_the_contract(void **state)
{
    static const tern_toggle outside[] = {{"t", "", NULL, 2, 0, 1}, {0}};
    static const tern_toggle taken[] = {{TERN_TOGGLE_HUGE_PAGES, "", NULL, 1, 0, 1}, {0}};
    static const tern_toggle twice[] = {{"t", "", NULL, 1, 0, 1}, {"t", "", NULL, 1, 0, 1}, {0}};
    static const tern_toggle alone[] = {{"t", "", "other", 1, 0, 1}, {0}};
    tern_kernel kernel;

    (void)state;
    kernel = toy("toy"), kernel.abi = TERN_KERNEL_ABI + 1, expect(&kernel, "contract version");
    kernel = toy(NULL), expect(&kernel, "has no name");
    kernel = toy("Toy kernel"), expect(&kernel, "name must be");
    kernel = toy("auto"), expect(&kernel, "something else in ids");
    kernel = toy("decode"), expect(&kernel, "something else in ids");
    kernel = toy("-l.k"), expect(&kernel, "name must be");
    kernel = toy("auto"), expect(&kernel, "mean something else");
    kernel = toy("a2345678901234567890123456789012345678901234567890123456789012345"), expect(&kernel, "name must be");
    kernel = toy("toy"), kernel.bits_per_weight = (double)NAN, expect(&kernel, "bits_per_weight");
    kernel = toy("toy"), kernel.bits_per_weight = -2.0, expect(&kernel, "bits_per_weight");
    kernel = toy("toy"), kernel.flags = 1u << 31, expect(&kernel, "flag");
    kernel = toy("toy"), kernel.refines = "toy", expect(&kernel, "refines itself");
    kernel = toy("toy"), kernel.bind = NULL, expect(&kernel, "must be set");
    kernel = toy("toy"), kernel.pack = NULL, expect(&kernel, "either pack or pack_rows");
    kernel = toy("toy"), kernel.plan_bytes = toy_packed_bytes, expect(&kernel, "plan_bytes and make_plan");
    kernel = toy("toy"), kernel.row_step = 0, expect(&kernel, "row_step");
    kernel = toy("toy"), kernel.row_step = SIZE_MAX, expect(&kernel, "at most 2^40");
    kernel = toy("toy"), kernel.tile.k = SIZE_MAX, expect(&kernel, "at most 1048576");
    kernel = toy("toy"), kernel.multiple.n = (1 << 20) + 1, expect(&kernel, "at most 1048576");
    kernel = toy("toy"), kernel.tile.k = 0, expect(&kernel, "tile");
    kernel = toy("toy"), kernel.x_align = 3, expect(&kernel, "powers of two");
    kernel = toy("toy"), kernel.y_align = 2, expect(&kernel, "powers of two");
    kernel = toy("toy"), kernel.toggles = outside, expect(&kernel, "initial");
    kernel = toy("toy"), kernel.isa = 1u << 30, expect(&kernel, "instruction set");
    kernel = toy("toy"), kernel.toggles = twice, expect(&kernel, "same name");
    kernel = toy("toy"), kernel.toggles = alone, expect(&kernel, "does not have");
    kernel = toy("toy"), kernel.toggles = taken, expect(&kernel, "gives to every kernel");
}

static void refuses_lists_without_an_end(void **state)
{
    static const char names[20][2] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j",
                                      "k", "l", "m", "n", "o", "p", "q", "r", "s", "t"};
    tern_toggle many[20];
    tern_kernel kernel = toy("toy");

    (void)state;
    for (size_t i = 0; i < 20; i++)
        many[i] = (tern_toggle){names[i], "", NULL, 1, 0, 1};
    kernel.toggles = many;
    expect(&kernel, "no end");
}

static void refuses_a_name_twice(void **state)
{
    tern_registry *registry;

    (void)state;
    assert_int_equal(tern_registry_new(&registry, NULL), TERN_OK);
    const tern_kernel kernel = toy(tern_registry_kernel(registry, 0)->name);
    tern_registry_free(registry);
    expect(&kernel, "already (built in)");
}

static void every_kernel_has_the_toggles_of_the_harness(void **state)
{
    static const tern_toggle own[] = {{"tile", "", NULL, 4, 1, 8}, {0}};
    const tern_kernel with = toy_kernel("with", own), without = toy_kernel("without", NULL);
    const tern_kernel *const list[] = {&with, &without, NULL};
    tern_registry *registry;

    (void)state;
    assert_int_equal(tern_registry_new(&registry, NULL), TERN_OK);
    assert_int_equal(tern_registry_add(registry, list, "a test", NULL), TERN_OK);
    for (size_t i = 0; i < tern_registry_count(registry); i++) {
        char text[64];
        tern_case c;
        tern_case_init(&c, tern_registry_kernel(registry, i));
        assert_true(tern_case_huge_pages(&c));
        assert_int_equal(tern_case_set_toggles(&c, "huge_pages=0", NULL), TERN_OK);
        assert_false(tern_case_huge_pages(&c));
        assert_string_equal(tern_case_toggles(&c, text, sizeof text), "huge_pages=0");
    }
    assert_int_equal(tern_registry_find(registry, "with")->toggles[0].initial, 4);
    tern_registry_free(registry);
}

static void fills_up_an_older_struct(void **state)
{
    tern_kernel kernel = toy("old");
    const tern_kernel *const list[] = {&kernel, NULL};
    tern_registry *registry;

    (void)state;
    kernel.bytes = offsetof(tern_kernel, facts);
    kernel.facts = (size_t(*)(const tern_problem *, const void *, tern_fact *, size_t))1;
    assert_int_equal(tern_registry_new(&registry, NULL), TERN_OK);
    assert_int_equal(tern_registry_add(registry, list, "a test", NULL), TERN_OK);
    assert_true(tern_registry_find(registry, "old")->facts == NULL);
    tern_registry_free(registry);
}

static void finds_kernels_by_former_names(void **state)
{
    tern_kernel renamed = toy("vec.2bit"), later = toy("vec2");
    const tern_kernel *const first[] = {&renamed, NULL}, *const second[] = {&later, NULL};
    tern_registry *registry;

    (void)state;
    renamed.formerly = "vec vec2";
    assert_int_equal(tern_registry_new(&registry, NULL), TERN_OK);
    assert_int_equal(tern_registry_add(registry, first, "a test", NULL), TERN_OK);
    assert_string_equal(tern_registry_find(registry, "vec2")->name, "vec.2bit");
    assert_string_equal(tern_registry_find(registry, "vec")->name, "vec.2bit");
    assert_null(tern_registry_find(registry, "ve"));
    assert_null(tern_registry_find(registry, "vec vec2"));
    assert_null(tern_registry_find(registry, ""));
    /* A kernel that has the name now goes first. */
    assert_int_equal(tern_registry_add(registry, second, "a test", NULL), TERN_OK);
    assert_string_equal(tern_registry_find(registry, "vec2")->name, "vec2");
    tern_registry_free(registry);
}

/* What lies behind the struct that this program knows. */
typedef struct newer_kernel {
    tern_kernel kernel;
    uint64_t field;
} newer_kernel;

static void takes_a_newer_struct_unless_it_uses_more(void **state)
{
    newer_kernel newer = {.kernel = toy("newer")};

    (void)state;
    newer.kernel.bytes = sizeof newer;
    expect(&newer.kernel, NULL);
    newer.field = 1;
    expect(&newer.kernel, "newer kernel.h");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_a_right_kernel),
        cmocka_unit_test(refuses_breaches_of_the_contract),
        cmocka_unit_test(refuses_lists_without_an_end),
        cmocka_unit_test(refuses_a_name_twice),
        cmocka_unit_test(every_kernel_has_the_toggles_of_the_harness),
        cmocka_unit_test(fills_up_an_older_struct),
        cmocka_unit_test(finds_kernels_by_former_names),
        cmocka_unit_test(takes_a_newer_struct_unless_it_uses_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
