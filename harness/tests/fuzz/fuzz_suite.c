/*
 * A fuzz target: any bytes as a suite. One that is read is planned, checked and timed, and its ids are read again.
 */
#include "fuzz.h"
#include "plan/plan.h"
#include "record/record.h"

static tern_registry *registry;

static void expand(const tern_suite *suite, bool timed)
{
    tern_plan plan = {.timed = timed, .isa = UINT32_MAX, .threads_all = 8};
    tern_error error = {""};
    bool is_ok = fuzz_is_ok(tern_plan_add_suite(&plan, suite, registry, &error), &error);

    if (is_ok && !timed)
        is_ok = fuzz_is_ok(tern_plan_add_edges(&plan, false, &error), &error);
    for (size_t i = 0; is_ok && i < plan.count && i < 100; i++) {
        char id[TERN_ID_BYTES], again[TERN_ID_BYTES];
        tern_case c;
        tern_case_id(&plan.cases[i].c, id, sizeof id);
        if (!fuzz_is_ok(tern_case_parse(&c, id, registry, &error), &error) ||
            strcmp(tern_case_id(&c, again, sizeof again), id) != 0)
            abort(); /* an id that does not name its case */
    }
    tern_plan_free(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t bytes)
{
    tern_error error = {""};
    tern_suite suite;

    if (registry == NULL && tern_registry_new(&registry, NULL) != TERN_OK)
        abort();
    if (fuzz_is_ok(tern_suite_read(&suite, fuzz_file(input, bytes), registry, &error), &error)) {
        expand(&suite, true);
        expand(&suite, false);
    }
    tern_suite_free(&suite);
    return 0;
}
