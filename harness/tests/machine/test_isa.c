/*
 * Caps allow what lies below them, and nothing else. What this machine has does not matter.
 */
#include "kernel.h"
#include "machine/isa.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static uint32_t cap(const char *name)
{
    tern_error error = {""};
    uint32_t mask;

    if (tern_isa_cap(name, &mask, &error) != TERN_OK)
        fail_msg("%s", error.text);
    return mask;
}

static void an_unknown_cap_lists_the_levels(void **state)
{
    tern_error error = {""};
    uint32_t mask;

    (void)state;
    assert_int_equal(tern_isa_cap("sse9", &mask, &error), TERN_USAGE);
    assert_non_null(strstr(error.text, "scalar "));
    assert_non_null(strstr(error.text, "native"));
}

static void caps_of_every_machine(void **state)
{
    (void)state;
    assert_int_equal(cap("scalar"), 0);
    assert_int_equal(cap("native"), UINT32_MAX);
}

static void up_to_adds_nothing_to_portable_code(void **state)
{
    (void)state;
    assert_int_equal(tern_isa_up_to(0), 0);
}

#if defined(__x86_64__)
static void each_cap_allows_those_before_it(void **state)
{
    static const char *const order[] = {"scalar",     "avx2",       "avxvnni", "avx512",
                                        "avx512vnni", "avx512vbmi", "gfni",    "amx"};

    (void)state;
    for (size_t i = 1; i < sizeof order / sizeof *order; i++) {
        const uint32_t lower = cap(order[i - 1]), mask = cap(order[i]);
        assert_int_equal(mask & lower, lower);
        assert_int_equal(__builtin_popcount(mask), (int)i);
    }
}

static void no_level_below_it_has_gfni(void **state)
{
    (void)state;
    assert_int_equal(cap("avx512vbmi") & TERN_ISA_GFNI, 0);
    assert_int_equal(cap("gfni") & TERN_ISA_GFNI, TERN_ISA_GFNI);
}

/* A peak that such code could reach: AVX2 with GFNI is no wider than AVX2. */
static void up_to_follows_the_width_of_code(void **state)
{
    (void)state;
    assert_int_equal(tern_isa_up_to(TERN_ISA_AVX512), cap("avx512"));
    assert_int_equal(tern_isa_up_to(TERN_ISA_AVX2 | TERN_ISA_GFNI), cap("avx2") | TERN_ISA_GFNI);
    assert_int_equal(tern_isa_up_to(TERN_ISA_AMXINT8), cap("amx"));
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_cap_lists_the_levels),
        cmocka_unit_test(caps_of_every_machine),
        cmocka_unit_test(up_to_adds_nothing_to_portable_code),
#if defined(__x86_64__)
        cmocka_unit_test(each_cap_allows_those_before_it),
        cmocka_unit_test(no_level_below_it_has_gfni),
        cmocka_unit_test(up_to_follows_the_width_of_code),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
