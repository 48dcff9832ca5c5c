#include "check/guard.h"
#include "check/pass_look.h"

#include <math.h>
#include <string.h>

enum { MOST_FACTS = 16 };

static bool has_end(const char *text, size_t bytes)
{
    return memchr(text, '\0', bytes) != NULL;
}

/* ASCII without control characters. */
static bool is_plain(const char *text)
{
    while (*text >= ' ' && *text <= '~')
        text++;
    return *text == '\0';
}

/* With room for `most` facts that end at a guard page. */
static bool ask(tern_pass_run *run, tern_guard *guard, size_t most)
{
    const tern_product *product = &run->product;
    tern_fact *facts = (tern_fact *)(void *)guard->data;

    tern_guard_paint(guard, run->buffers.paint);
    tern_guard_paint_object(guard);
    tern_pass_run_begin(run, "facts()");
    const size_t count =
        product->kernel->facts(&product->problem, tern_pass_run_buffer(run, TERN_BUFFER_PACKED)->data, facts, most);
    if (!tern_pass_run_end(run))
        return false;
    if (count > most)
        return tern_pass_run_fail(run, TERN_OVERRUN, "facts() returns %zu, with room for %zu,", count, most);
    for (size_t i = 0; i < count; i++) {
        if (!has_end(facts[i].name, sizeof facts[i].name) || !has_end(facts[i].unit, sizeof facts[i].unit))
            return tern_pass_run_fail(run, TERN_OVERRUN, "facts() leaves a name or a unit without an end,");
        if (facts[i].name[0] == '\0' || !is_plain(facts[i].name) || !is_plain(facts[i].unit))
            return tern_pass_run_fail(run, TERN_MISDECLARED, "facts() gives a fact no name, or one that is no text,");
        if (!isfinite(facts[i].value))
            return tern_pass_run_fail(run, TERN_MISDECLARED, "facts() gives '%s' a value that is no number,",
                                      facts[i].name);
    }
    tern_guard_breach breach;
    if (tern_guard_find_change(guard, &breach))
        return tern_pass_run_fail(run, TERN_OVERRUN, "facts() writes outside its array,");
    return tern_pass_run_outside_whole(run);
}

bool tern_pass_look_at_facts(tern_pass_run *run)
{
    static const size_t rooms[] = {MOST_FACTS, 1, 0};
    bool right = true;
    tern_error error;

    if (run->product.kernel->facts == NULL)
        return true;
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms && right; i++) {
        tern_guard guard;
        if (tern_guard_new(&guard, "the facts", rooms[i] * sizeof(tern_fact), _Alignof(tern_fact), TERN_GUARD_AFTER,
                           &error) != TERN_OK)
            return tern_pass_run_fail_machine(run, error.text);
        right = ask(run, &guard, rooms[i]);
        tern_guard_free(&guard);
    }
    return right;
}
