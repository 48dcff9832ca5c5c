/*
 * Optimisations that are right when they are on, or as they are by default, and were never tried otherwise.
 */
#include "mutant.h"

#include <stdbool.h>

/* Two switches that are on, and a distance of 0 to 64 that is 8. */
enum { FUSED, BLOCKED, DISTANCE };

static const tern_toggle toggles[] = {
    {"fused", "one pass over W for all tokens", NULL, 1, 0, 1},
    {"blocked", "rows in blocks", NULL, 1, 0, 1},
    {"distance", "lines to prefetch ahead", NULL, 8, 0, 64},
    {.name = NULL},
};

static bool is(const tern_call *call, int toggle, int32_t value)
{
    return call->problem->toggle != NULL && call->problem->toggle[toggle] == value;
}

#define MUTANT_TOGGLED(symbol, its_name, its_summary, pack_function, run_function)                                     \
    MUTANT_BIND(symbol, NULL, run_function)                                                                            \
    const tern_kernel mutant_##symbol = {                                                                              \
        MUTANT_FRAME(1, 4),    .name = its_name,      .summary = its_summary, .packed_bytes = mutant_packed_bytes,     \
        .pack = pack_function, .bind = bind_##symbol, .toggles = toggles}

#define MUTANT_TOGGLE(symbol, its_name, its_summary, condition)                                                        \
    static void run_##symbol(const tern_call *call, tern_slice rows)                                                   \
    {                                                                                                                  \
        mutant_run(call, rows);                                                                                        \
        if (rows.begin < rows.end && (condition))                                                                      \
            call->y[rows.end - 1] = mutant_value_short(call, rows.end - 1, 0);                                         \
    }                                                                                                                  \
    MUTANT_TOGGLED(symbol, its_name, its_summary, mutant_pack, run_##symbol)

MUTANT_TOGGLE(wrong_off, "toggle-wrong-off", "has a row wrong when a switch is off", is(call, FUSED, 0));
MUTANT_TOGGLE(wrong_off_large, "toggle-wrong-off-in-gemm", "has a row wrong when a switch is off, from 9 tokens on",
              is(call, BLOCKED, 0) && call->problem->shape.n >= 9);
MUTANT_TOGGLE(wrong_low, "toggle-wrong-at-low", "has a row wrong with a distance of 0", is(call, DISTANCE, 0));
MUTANT_TOGGLE(wrong_high, "toggle-wrong-at-high", "has a row wrong with a distance of 64", is(call, DISTANCE, 64));
MUTANT_TOGGLE(wrong_both_off, "toggle-wrong-both-off", "has a row wrong when both of its switches are off",
              is(call, FUSED, 0) && is(call, BLOCKED, 0));

/* Loads instead of prefetching, as far ahead as the toggle says. */
static void run_loads_ahead(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    if (call->problem->toggle != NULL && call->problem->toggle[DISTANCE] > 8)
        (void)*(const volatile int8_t *)(mutant_w(call, call->problem->shape.m) + call->problem->toggle[DISTANCE]);
}
MUTANT_TOGGLED(loads_ahead, "toggle-loads-ahead", "reads past packed W when the distance is large", mutant_pack,
               run_loads_ahead);

static void run_writes_ahead(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    if (is(call, BLOCKED, 0) && rows.end == call->problem->shape.m)
        call->y[call->problem->shape.m * call->problem->shape.n] = 0;
}
MUTANT_TOGGLED(writes_ahead, "toggle-off-overruns", "writes past Y when a switch is off", mutant_pack,
               run_writes_ahead);

static void run_crashes_off(const tern_call *call, tern_slice rows)
{
    volatile int32_t *volatile nowhere = NULL;

    mutant_run(call, rows);
    if (is(call, FUSED, 0))
        *nowhere = 1;
}
MUTANT_TOGGLED(crashes_off, "toggle-off-crashes", "crashes when a switch is off", mutant_pack, run_crashes_off);

/* pack() knows the toggle, and run() takes it for on. */
static size_t pack_negated(const tern_problem *problem, const int8_t *w, void *packed)
{
    const size_t bytes = mutant_pack(problem, w, packed);

    for (size_t i = 0; i < bytes && problem->toggle != NULL && problem->toggle[BLOCKED] == 0; i++)
        ((int8_t *)packed)[i] = (int8_t) - ((int8_t *)packed)[i];
    return bytes;
}
MUTANT_TOGGLED(off_in_pack, "toggle-off-in-pack-only", "packs for a switch that is off and runs as if it were on",
               pack_negated, mutant_run);

/* The toggle's value is kept from the first call. */
static void run_keeps_first(const tern_call *call, tern_slice rows)
{
    static int32_t first = -1;

    if (first < 0 && call->problem->toggle != NULL)
        first = call->problem->toggle[FUSED];
    mutant_run(call, rows);
    if (call->problem->toggle != NULL && call->problem->toggle[FUSED] != first && rows.begin < rows.end)
        call->y[rows.begin]++;
}
MUTANT_TOGGLED(keeps_first, "toggle-kept-from-first", "cannot change a switch after the first call", mutant_pack,
               run_keeps_first);

MUTANT_TOGGLE(wrong_between, "toggle-wrong-at-17", "is wrong for one value of a distance", is(call, DISTANCE, 17));
