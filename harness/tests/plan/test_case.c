/*
 * An id says all of a case: reading it back gives the same case, and whatever is no id is refused with a sentence.
 */
#include "plan/case.h"
#include "record/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "toy.h"

#define DATA "w=random,x=random,p0=0.42,seed=1"

static const tern_toggle toggles[] = {
    {"prefetch", "distance", NULL, 8, 0, 64}, {"block_m", "rows", NULL, 32, 1, 4096}, {0}};

static int set_up(void **state)
{
    const tern_kernel toy = toy_kernel("toy", toggles);
    const tern_kernel *const list[] = {&toy, NULL};
    tern_registry *registry;

    assert_int_equal(tern_registry_new(&registry, NULL), TERN_OK);
    assert_int_equal(tern_registry_add(registry, list, "a test", NULL), TERN_OK);
    *state = registry;
    return 0;
}

static int tear_down(void **state)
{
    tern_registry_free(*state);
    return 0;
}

static void reads_back_what_it_writes(void **state)
{
    static const char *const ids[] = {
        "toy/1x1x1/w=random,x=random,p0=0.42,seed=1",
        "toy+prefetch=0/4096x11008x64/w=plus,x=min,p0=0,seed=9223372036854775807/t=2/cold",
        "toy/64x64x64/w=random,x=random,p0=0.42,seed=1,sweep=sizes",
        "auto/8x16x1/w=random,x=random,p0=0.42,seed=1/t=1/cold",
        "toy/8x16x1/w=count,x=relu2,p0=0.42,seed=1/t=1/hot",
        "toy+prefetch=1,block_m=4096/7x16777215x3/w=alternating,x=onehot,p0=0.123456789,seed=0/t=64/hot",
    };

    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        char text[TERN_ID_BYTES];
        tern_case c;
        assert_int_equal(tern_case_parse(&c, ids[i], *state, NULL), TERN_OK);
        assert_string_equal(tern_case_id(&c, text, sizeof text), ids[i]);
    }
}

static void leaves_out_toggles_at_their_own_choice(void **state)
{
    char text[TERN_ID_BYTES];
    tern_case c;

    assert_int_equal(tern_case_parse(&c, "toy+prefetch=8/1x1x1/" DATA, *state, NULL), TERN_OK);
    assert_string_equal(tern_case_toggles(&c, text, sizeof text), "");
}

static void refuses_what_is_no_id(void **state)
{
    static const struct {
        const char *id, *says;
    } wrong[] = {
        {"", "no case id"},
        {"toy", "no case id"},
        {"toy/1x1x1", "no case id"},
        {"nobody/1x1x1/" DATA, "no kernel 'nobody'"},
        {"toy+color=1/1x1x1/" DATA, "no toggle 'color'"},
        {"toy+prefetch/1x1x1/" DATA, "has no value"},
        {"toy+prefetch=65/1x1x1/" DATA, "takes 0 to 64"},
        {"toy/1x1/" DATA, "no shape"},
        {"auto/1x1x1/" DATA, "names no kernel to check"},
        {"toy/0x1x1/" DATA, "no shape"},
        {"toy/1x16777216x1/" DATA, "no shape"},
        {"toy/1x1x1x1/" DATA, "no shape"},
        {"toy/1x-1x1/" DATA, "no shape"},
        {"toy/1x1x1/seed=-1", "data part"},
        {"toy/1x1x1/p0=1.5", "data part"},
        {"toy/1x1x1/" DATA ",seed=2", "data part"},
        {"toy/1x1x1/", "no case id"},
        {"toy/1x1x1/w=random", "no case id"},
        {"toy/1x1x1/w=random,x=random", "no case id"},
        {"toy/1x1x1/w=random,x=random,p0=0.42", "no case id"},
        {"toy/1x1x1/x=random,p0=0.42,seed=1", "no case id"},
        {"toy/1x1x1/w=random,p0=0.42,seed=1", "no case id"},
        {"toy/1x1x1/w=random,x=random,seed=1,sweep=sizes", "no case id"},
        {"toy/1x1x1/w=random,x=random,p0=0.42/t=1/hot", "no case id"},
        {"toy/1x1x1/p0=nan", "data part"},
        {"toy/1x1x1/" DATA "/t=0/hot", "no thread count"},
        {"toy/1x1x1/" DATA "/t=1/warm", "no cache state"},
        {"toy/1x1x1/" DATA "/t=1/hot/more", "more than 5 parts"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        tern_error error = {""};
        tern_case c;
        assert_int_equal(tern_case_parse(&c, wrong[i].id, *state, &error), TERN_USAGE);
        if (strstr(error.text, wrong[i].says) == NULL)
            fail_msg("'%s' was told as: %s", wrong[i].id, error.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_what_it_writes),
        cmocka_unit_test(leaves_out_toggles_at_their_own_choice),
        cmocka_unit_test(refuses_what_is_no_id),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
