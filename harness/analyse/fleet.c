#include "analyse/fleet.h"

#include "base/stats.h"
#include "base/text.h"
#include "record/record.h"
#include "record/run.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { SENTENCE_BYTES = 1000, NUMBERS_BYTES = 300 };

/* How far from the median a machine may be. */
static const double canary_limit = 0.03;

static tern_status add_run(tern_fleet *fleet, const tern_run *run, tern_error *error)
{
    if (run->shards > TERN_SHARDS_MAX || run->shard > run->shards || (run->shard == 0 && run->shards > 0))
        return tern_error_set(error, TERN_USAGE,
                              "a run says that it is shard %" PRIu32 " of %" PRIu32 ", which cannot be", run->shard,
                              run->shards);
    const tern_status status = tern_list_make_room(&fleet->runs.list, sizeof *fleet->runs.item, error);

    if (status != TERN_OK)
        return status;
    tern_fleet_run *added = &fleet->runs.item[fleet->runs.count++];
    *added = (tern_fleet_run){.shard = run->shard, .shards = run->shards, .plan_cases = run->plan_cases};
    tern_text_copy(added->plan, sizeof added->plan, run->plan);
    tern_text_append(added->build, sizeof added->build, "%s %s%s", run->version, run->commit,
                     run->dirty ? " (modified)" : "");
    tern_text_copy(added->host, sizeof added->host, run->node[0] != '\0' ? run->node : run->host);
    return TERN_OK;
}

static tern_status add_case(tern_fleet *fleet, const tern_record *record, tern_error *error)
{
    const tern_verdict verdict = record->finding.verdict;

    fleet->cases++;
    fleet->exact += verdict == TERN_EXACT;
    fleet->skipped += verdict == TERN_UNSUPPORTED;
    fleet->wrong += verdict != TERN_EXACT && verdict != TERN_UNSUPPORTED && verdict != TERN_INTERRUPTED;
    if (!record->timed || strcmp(record->suite, TERN_CANARY_SUITE) != 0)
        return TERN_OK;
    const tern_status status = tern_list_make_room(&fleet->canaries.list, sizeof *fleet->canaries.item, error);
    if (status == TERN_OK)
        fleet->canaries.item[fleet->canaries.count++] =
            (tern_fleet_canary){.run = fleet->runs.count - 1,
                                .id_hash = XXH3_64bits(record->id, strlen(record->id)),
                                .ns = record->timing.median_ns};
    return status;
}

/* The last closing line counts: a run that was gone on with has several. */
static void end_run(tern_fleet *fleet, tern_fleet_run *run, const tern_run_end *end)
{
    run->done = end->done;
    run->lost = tern_held_lost(&fleet->held, end);
    run->complete = end->complete && run->lost == 0;
}

tern_status tern_fleet_add(tern_fleet *fleet, tern_line line, const void *value, tern_error *error)
{
    tern_held_take(&fleet->held, line, value);
    if (line == TERN_LINE_RUN)
        return add_run(fleet, value, error);
    if (fleet->runs.count == 0)
        return TERN_OK;
    tern_fleet_run *run = &fleet->runs.item[fleet->runs.count - 1];
    if (line == TERN_LINE_END)
        end_run(fleet, run, value);
    else
        run->complete = false;
    return line == TERN_LINE_CASE ? add_case(fleet, value, error) : TERN_OK;
}

tern_status tern_fleet_add_results(tern_fleet *fleet, const tern_results *results, tern_error *error)
{
    tern_status status = TERN_OK;
    tern_list lists[TERN_LINES] = {[TERN_LINE_RUN] = results->runs.list,
                                   [TERN_LINE_CASE] = results->cases.list,
                                   [TERN_LINE_DECODE] = results->decodes.list,
                                   [TERN_LINE_END] = results->ends.list};

    for (size_t i = 0; i < results->order.count && status == TERN_OK; i++) {
        const tern_line_place at = results->order.item[i];
        const char *items = lists[at.line].item;
        if (items != NULL)
            status = tern_fleet_add(fleet, at.line, items + at.index * tern_line_types[at.line].bytes, error);
    }
    return status;
}

static bool is_of(const tern_fleet_run *run, const tern_fleet_run *plan)
{
    return strcmp(run->plan, plan->plan) == 0 && run->shards == plan->shards && run->shard > 0 &&
           run->shard <= plan->shards;
}

/* Shard `number` of the plan: bit 0: it began, bit 1: it is complete, and how often in the bits above. */
static void look(const tern_fleet *fleet, const tern_fleet_run *plan, uint32_t *seen)
{
    for (size_t i = 0; i < fleet->runs.count; i++) {
        const tern_fleet_run *run = &fleet->runs.item[i];
        if (!is_of(run, plan))
            continue;
        seen[run->shard - 1] |= 1;
        if (run->complete)
            seen[run->shard - 1] = (seen[run->shard - 1] | 2) + 4;
    }
}

/* "; missing: 3, 7-12, ...", or nothing when there are none. state(seen) says which. Returns how many. */
static size_t append_numbers(char *text, const char *what, const uint32_t *seen, uint32_t shards,
                             bool (*state)(uint32_t))
{
    char list[NUMBERS_BYTES] = "";
    size_t count = 0;

    for (uint32_t i = 0; i < shards; i++) {
        uint32_t last = i;
        if (!state(seen[i]))
            continue;
        while (last + 1 < shards && state(seen[last + 1]))
            last++;
        count += last - i + 1;
        if (strlen(list) + 40 < sizeof list)
            tern_text_append(list, sizeof list, last > i ? "%s%" PRIu32 "-%" PRIu32 : "%s%" PRIu32,
                             list[0] == '\0' ? "" : ", ", i + 1, last + 1);
        else if (list[strlen(list) - 1] != '.')
            tern_text_append(list, sizeof list, ", ...");
        i = last;
    }
    if (count > 0)
        tern_text_append(text, SENTENCE_BYTES, "; %s: %s", what, list);
    return count;
}

static bool is_missing(uint32_t seen)
{
    return seen == 0;
}

static bool is_cut(uint32_t seen)
{
    return (seen & 3) == 1;
}

static bool is_repeated(uint32_t seen)
{
    return seen >= 8;
}

static bool is_complete(uint32_t seen)
{
    return (seen & 2) != 0;
}

static bool is_there(uint32_t seen)
{
    return seen != 0;
}

static bool is_of_build(const tern_fleet_run *run, const tern_fleet_run *plan, const char *build)
{
    return is_of(run, plan) && strcmp(run->build, build) == 0;
}

/* Another build has other kernels: what it timed is not what the others did. */
static void tell_builds(const tern_fleet *fleet, const tern_fleet_run *plan, uint32_t *seen, tern_fleet_say *say,
                        void *context)
{
    char text[SENTENCE_BYTES] = "", list[SENTENCE_BYTES] = "";
    size_t builds = 0;

    for (size_t i = 0; i < fleet->runs.count; i++) {
        const tern_fleet_run *first = &fleet->runs.item[i];
        bool told = !is_of(first, plan);
        for (size_t j = 0; j < i && !told; j++)
            told = is_of_build(&fleet->runs.item[j], plan, first->build);
        if (told)
            continue;
        memset(seen, 0, plan->shards * sizeof *seen);
        for (size_t j = i; j < fleet->runs.count; j++)
            if (is_of_build(&fleet->runs.item[j], plan, first->build))
                seen[fleet->runs.item[j].shard - 1] = 1;
        builds++;
        append_numbers(list, first->build, seen, plan->shards, is_there);
    }
    tern_text_append(text, sizeof text, "plan %s: its shards are of %zu builds of ternbench%s", plan->plan, builds,
                     list);
    if (say != NULL && builds > 1)
        say(context, text);
}

static bool tell_plan(const tern_fleet *fleet, const tern_fleet_run *plan, tern_fleet_say *say, void *context)
{
    char text[SENTENCE_BYTES] = "", list[SENTENCE_BYTES] = "";
    uint32_t *seen = calloc(plan->shards, sizeof *seen);
    size_t complete = 0;

    if (seen == NULL)
        return false;
    look(fleet, plan, seen);
    for (uint32_t i = 0; i < plan->shards; i++)
        complete += is_complete(seen[i]);
    append_numbers(list, "missing", seen, plan->shards, is_missing);
    append_numbers(list, "cut off or not complete", seen, plan->shards, is_cut);
    append_numbers(list, "there more than once", seen, plan->shards, is_repeated);
    tern_text_append(text, sizeof text, "plan %s, %" PRIu32 " case%s: %zu of %" PRIu32 " shard%s complete%s",
                     plan->plan, plan->plan_cases, tern_text_plural(plan->plan_cases), complete, plan->shards,
                     plan->shards == 1 ? " is" : "s are", list);
    if (say != NULL)
        say(context, text);
    tell_builds(fleet, plan, seen, say, context);
    const bool whole = complete == plan->shards;
    free(seen);
    return whole;
}

/* Whether an earlier run is of the same plan in as many shards. */
static bool is_told(const tern_fleet *fleet, size_t index)
{
    const tern_fleet_run *run = &fleet->runs.item[index];

    for (size_t i = 0; i < index; i++)
        if (strcmp(fleet->runs.item[i].plan, run->plan) == 0 && fleet->runs.item[i].shards == run->shards)
            return true;
    return false;
}

/* Of all with the id of one; NaN where fewer than three machines could outvote it. */
static double median_of(const tern_fleet *fleet, uint64_t id_hash)
{
    double *ns = calloc(fleet->canaries.count, sizeof *ns);
    size_t count = 0;

    for (size_t i = 0; ns != NULL && i < fleet->canaries.count; i++)
        if (fleet->canaries.item[i].id_hash == id_hash)
            ns[count++] = fleet->canaries.item[i].ns;
    if (count > 0)
        tern_stats_sort(ns, count);
    const double median = count < 3 ? (double)NAN : tern_stats_median(ns, count);
    free(ns);
    return median;
}

static void tell_canaries(const tern_fleet *fleet, tern_fleet_say *say, void *context)
{
    char text[SENTENCE_BYTES] = "", list[SENTENCE_BYTES - 200] = "";
    size_t off = 0;
    uint64_t id_hash = 0;
    double median = (double)NAN;

    for (size_t i = 0; i < fleet->canaries.count; i++) {
        const tern_fleet_canary *canary = &fleet->canaries.item[i];
        if (i == 0 || canary->id_hash != id_hash)
            median = median_of(fleet, id_hash = canary->id_hash);
        const double distance = canary->ns / median - 1.0;
        if (!(fabs(distance) > canary_limit))
            continue;
        off++;
        if (strlen(list) + 100 < sizeof list)
            tern_text_append(list, sizeof list, "%s%s (%+.1f %%)", off == 1 ? ": " : ", ",
                             fleet->runs.item[canary->run].host, 100.0 * distance);
        else if (list[strlen(list) - 1] != '.')
            tern_text_append(list, sizeof list, ", ...");
    }
    tern_text_append(text, sizeof text, "canaries: %zu, of which %zu are off the median by more than %.0f %%%s",
                     fleet->canaries.count, off, 100.0 * canary_limit, list);
    if (say != NULL && fleet->canaries.count > 0)
        say(context, text);
}

static void tell_lost(const tern_fleet *fleet, tern_fleet_say *say, void *context)
{
    for (size_t i = 0; i < fleet->runs.count && say != NULL; i++) {
        const tern_fleet_run *run = &fleet->runs.item[i];
        char text[SENTENCE_BYTES], sentence[NUMBERS_BYTES], shard[40] = "";
        if (run->lost == 0)
            continue;
        if (run->shards > 0)
            snprintf(shard, sizeof shard, ", shard %" PRIu32 "/%" PRIu32, run->shard, run->shards);
        snprintf(text, sizeof text, "run %zu (%s%s): %s", i + 1, run->host, shard,
                 tern_held_sentence(run->lost, run->done, sentence, sizeof sentence));
        say(context, text);
    }
}

size_t tern_fleet_lost(const tern_fleet *fleet)
{
    size_t lost = 0;

    for (size_t i = 0; i < fleet->runs.count; i++)
        lost += fleet->runs.item[i].lost;
    return lost;
}

bool tern_fleet_tell(const tern_fleet *fleet, tern_fleet_say *say, void *context)
{
    bool whole = true;

    for (size_t i = 0; i < fleet->runs.count; i++)
        if (fleet->runs.item[i].shards > 0 && !is_told(fleet, i))
            whole &= tell_plan(fleet, &fleet->runs.item[i], say, context);
    tell_canaries(fleet, say, context);
    tell_lost(fleet, say, context);
    return whole && tern_fleet_lost(fleet) == 0;
}

void tern_fleet_free(tern_fleet *fleet)
{
    free(fleet->runs.item);
    free(fleet->canaries.item);
    memset(fleet, 0, sizeof *fleet);
}
