#include "plan/shard.h"

#include "base/text.h"
#include "record/record.h"
#include "record/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* What stays together. */
typedef struct atom {
    uint64_t hash; /* of W and X */
    size_t first;  /* case */
    double cost_s;
    uint32_t shard; /* from 0 */
} atom;

typedef struct atoms {
    atom *item;
    size_t count;
    size_t *of_case;
    tern_index by_hash; /* of item */
} atoms;

bool tern_shard_parse(const char *text, tern_shard *shard)
{
    char copy[32], *rest = copy;
    uint64_t number, of;

    if (strlen(text) >= sizeof copy || strchr(text, '/') == NULL)
        return false;
    tern_text_copy(copy, sizeof copy, text);
    const char *first = tern_text_word(&rest, "/");
    if (first == NULL || !tern_text_u64(rest, 1, TERN_SHARDS_MAX, &of) || !tern_text_u64(first, 1, of, &number))
        return false;
    *shard = (tern_shard){(uint32_t)number, (uint32_t)of};
    return true;
}

void tern_shard_plan_hash(const tern_plan *plan, const tern_pace *pace, char hash[17])
{
    char id[TERN_ID_BYTES], settings[64];
    uint64_t all = 0;

    for (size_t i = 0; i < plan->count; i++)
        all = XXH3_64bits_withSeed(id, strlen(tern_case_id(&plan->cases[i].c, id, sizeof id)), all);
    snprintf(settings, sizeof settings, "budget=%g,noise=%g,cold=%.0f", pace->budget_s, pace->noise, pace->cold_bytes);
    all = XXH3_64bits_withSeed(settings, strlen(settings), all);
    snprintf(hash, 17, "%016" PRIx64, all);
}

static tern_problem_key data_of(const tern_plan *plan, size_t i)
{
    return tern_problem_key_of_data(tern_case_problem(&plan->cases[i].c));
}

/* The atom of a case, made when it is the first of it. */
static tern_status take(atoms *a, const tern_plan *plan, size_t i, tern_error *error)
{
    const tern_problem_key key = data_of(plan, i);
    const uint64_t hash = tern_problem_key_hash(&key);
    size_t cursor = 0, place;

    while (tern_index_next(&a->by_hash, hash, &cursor, &place)) {
        const tern_problem_key other = data_of(plan, a->item[place].first);
        if (tern_problem_key_same(&key, &other)) {
            a->of_case[i] = place;
            return TERN_OK;
        }
    }
    a->item[a->count] = (atom){.hash = hash, .first = i};
    a->of_case[i] = a->count;
    return tern_index_add(&a->by_hash, hash, a->count++, error);
}

static tern_status find_atoms(atoms *a, const tern_plan *plan, tern_error *error)
{
    tern_status status = TERN_OK;

    a->item = calloc(plan->count, sizeof *a->item);
    a->of_case = calloc(plan->count, sizeof *a->of_case);
    if (a->item == NULL || a->of_case == NULL)
        return tern_error_memory(error, "shards", (double)(plan->count * sizeof *a->item));
    for (size_t i = 0; i < plan->count && status == TERN_OK; i++) {
        status = take(a, plan, i, error);
        if (status == TERN_OK)
            a->item[a->of_case[i]].cost_s += plan->cases[i].expected_s;
    }
    return status;
}

/* The dearest first; what costs the same, by what it is. */
static int by_cost(const void *left, const void *right)
{
    const atom *a = *(atom *const *)left, *b = *(atom *const *)right;

    if (a->cost_s != b->cost_s)
        return a->cost_s > b->cost_s ? -1 : 1;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return a->first < b->first ? -1 : 1;
}

static uint32_t least_loaded(const double *load_s, uint32_t shards)
{
    uint32_t least = 0;

    for (uint32_t i = 1; i < shards; i++)
        if (load_s[i] < load_s[least])
            least = i;
    return least;
}

static tern_status deal(atoms *a, uint32_t shards, tern_error *error)
{
    atom **order = calloc(a->count, sizeof *order);
    double *load_s = calloc(shards, sizeof *load_s);
    const bool has_room = order != NULL && load_s != NULL;

    for (size_t i = 0; has_room && i < a->count; i++)
        order[i] = &a->item[i];
    if (has_room)
        qsort(order, a->count, sizeof *order, by_cost);
    for (size_t i = 0; has_room && i < a->count; i++) {
        order[i]->shard = least_loaded(load_s, shards);
        load_s[order[i]->shard] += order[i]->cost_s;
    }
    free(order);
    free(load_s);
    return has_room ? TERN_OK : tern_error_memory(error, "shards", (double)(shards * sizeof *load_s));
}

tern_status tern_shard_keep(tern_plan *plan, tern_shard shard, const tern_pace *pace, tern_error *error)
{
    atoms a = {0};

    tern_estimate_plan(plan, pace);
    tern_status status = find_atoms(&a, plan, error);

    if (status == TERN_OK)
        status = deal(&a, shard.of, error);
    bool *kept = status == TERN_OK ? calloc(plan->count, sizeof *kept) : NULL;
    for (size_t i = 0; kept != NULL && i < plan->count; i++)
        kept[i] = a.item[a.of_case[i]].shard == shard.number - 1;
    if (status == TERN_OK)
        status =
            kept == NULL ? tern_error_memory(error, "shards", (double)plan->count) : tern_plan_keep(plan, kept, error);
    free(kept);
    free(a.item);
    free(a.of_case);
    tern_index_free(&a.by_hash);
    return status;
}
