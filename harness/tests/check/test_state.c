/*
 * A thread that ends while the state is looked at opens no file of its own accord.
 */
#include "check/state.h"

#include "skip.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#ifdef __GLIBC__
static bool is_loaded(const char *library)
{
    void *handle = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);

    if (handle != NULL)
        dlclose(handle);
    return handle != NULL;
}
#endif

static void unwinder_is_there_before_any_thread_ends(void **state)
{
    (void)state;
#ifdef __GLIBC__
    if (is_loaded("libgcc_s.so.1"))
        skip_because("something else has loaded it");
    tern_state_load_unwinder();
    assert_true(is_loaded("libgcc_s.so.1"));
#else
    skip_because("only glibc loads it so late");
#endif
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(unwinder_is_there_before_any_thread_ends)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
