#include "analyse/repeats.h"

#include <stdlib.h>
#include <string.h>

static bool same_machine(const tern_results *results, uint32_t a, uint32_t b)
{
    return strcmp(results->runs.item[a].machine_class, results->runs.item[b].machine_class) == 0;
}

static uint32_t first_of_machine(const tern_results *results, uint32_t run)
{
    uint32_t first = 0;

    while (!same_machine(results, first, run))
        first++;
    return first;
}

uint32_t tern_repeats_machine(const tern_results *results, uint32_t run)
{
    const uint32_t first = first_of_machine(results, run);
    uint32_t number = 1;

    for (uint32_t i = 0; i < first; i++)
        number += first_of_machine(results, i) == i;
    return number;
}

uint32_t tern_repeats_machines(const tern_results *results)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < results->runs.count; i++)
        count += first_of_machine(results, i) == i;
    return count;
}

static bool are_alike(const tern_results *results, uint32_t earlier, uint32_t run)
{
    const tern_run *a = &results->runs.item[earlier], *b = &results->runs.item[run];
    char text[64];

    return same_machine(results, earlier, run) && !a->dirty && !b->dirty &&
           tern_run_difference(a, b, text, sizeof text)[0] == '\0' &&
           tern_run_difference(b, a, text, sizeof text)[0] == '\0';
}

/* The first of the runs that repeat each other, and on the way there each run points to it more directly. */
static uint32_t first_of(tern_repeats *repeats, uint32_t run)
{
    while (repeats->first[run] != run)
        run = repeats->first[run] = repeats->first[repeats->first[run]];
    return run;
}

static void join(tern_repeats *repeats, uint32_t a, uint32_t b)
{
    const uint32_t one = first_of(repeats, a), other = first_of(repeats, b);

    repeats->any |= one != other;
    repeats->first[one > other ? one : other] = one > other ? other : one;
}

static bool is_timed(tern_line line, const void *value)
{
    return line == TERN_LINE_CASE ? ((const tern_record *)value)->timed : ((const tern_decode_record *)value)->timed;
}

/* Joins the run of a case or decode run with that of an earlier one, if it has the same id and they are alike. */
static void join_earlier(tern_repeats *repeats, const tern_results *results, tern_line line, const char *id,
                         const void *value)
{
    const uint32_t run = tern_line_run(line, value);
    const void *other;
    size_t cursor = 0;

    while ((other = tern_results_find(results, line, id, &cursor)) != NULL && other != value) {
        if (repeats->like[tern_line_run(line, other)] != repeats->like[run])
            continue;
        repeats->shared = true;
        if (!is_timed(line, other) || !is_timed(line, value))
            continue;
        join(repeats, tern_line_run(line, other), run);
        return;
    }
}

tern_status tern_repeats_new(tern_repeats *repeats, const tern_results *results, tern_error *error)
{
    const uint32_t runs = (uint32_t)results->runs.count;

    *repeats = (tern_repeats){.like = calloc(runs + 1, sizeof *repeats->like),
                              .first = calloc(runs + 1, sizeof *repeats->first)};
    if (repeats->like == NULL || repeats->first == NULL)
        return tern_error_memory(error, "runs", 2.0 * runs * sizeof *repeats->first);
    for (uint32_t i = 0; i < runs; i++) {
        uint32_t j = 0;
        while (j < i && !(repeats->like[j] == j && are_alike(results, j, i)))
            j++;
        repeats->like[i] = j;
        repeats->first[i] = i;
    }
    if (runs < 2)
        return TERN_OK;
    for (size_t i = 0; i < results->cases.count; i++)
        join_earlier(repeats, results, TERN_LINE_CASE, results->cases.item[i].id, &results->cases.item[i]);
    for (size_t i = 0; i < results->decodes.count; i++)
        join_earlier(repeats, results, TERN_LINE_DECODE, results->decodes.item[i].id, &results->decodes.item[i]);
    for (uint32_t i = 0; i < runs; i++)
        repeats->first[i] = first_of(repeats, i);
    return TERN_OK;
}

void tern_repeats_free(tern_repeats *repeats)
{
    free(repeats->like);
    free(repeats->first);
    *repeats = (tern_repeats){0};
}

bool tern_repeats_alike(const tern_repeats *repeats, uint32_t a, uint32_t b)
{
    return repeats->like[a] == repeats->like[b];
}
