#include "analyse/groups.h"

#include "base/index.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static uint64_t hash_text(const char *text)
{
    return XXH3_64bits(text, strlen(text));
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    const uint64_t both[2] = {a, b};

    return XXH3_64bits(both, sizeof both);
}

static bool is_timed(const tern_record *r)
{
    return r->timed;
}

static bool is_random(const tern_record *r)
{
    return r->timed && strcmp(r->problem.w, "random") == 0;
}

static uint64_t hash_problem(const tern_record *r)
{
    return mix(r->run, tern_problem_key_hash(&r->problem));
}

static bool same_problem(const tern_record *a, const tern_record *b)
{
    return a->run == b->run && tern_problem_key_same(&a->problem, &b->problem);
}

static uint64_t hash_any_zeros(const tern_record *r)
{
    const tern_problem_key key = tern_problem_key_of_any_zeros(r->problem);

    return mix(r->run, tern_problem_key_hash(&key));
}

static bool same_any_zeros(const tern_record *a, const tern_record *b)
{
    const tern_problem_key mine = tern_problem_key_of_any_zeros(a->problem);
    const tern_problem_key theirs = tern_problem_key_of_any_zeros(b->problem);

    return a->run == b->run && tern_problem_key_same(&mine, &theirs);
}

static uint64_t hash_kernel(const tern_record *r)
{
    return mix(hash_text(r->kernel), hash_text(r->toggles));
}

static bool same_kernel(const tern_record *a, const tern_record *b)
{
    return strcmp(a->kernel, b->kernel) == 0 && strcmp(a->toggles, b->toggles) == 0;
}

static uint64_t hash_any_threads(const tern_record *r)
{
    const tern_problem_key key = tern_problem_key_of_any_threads(r->problem);

    return mix(r->run, mix(hash_kernel(r), tern_problem_key_hash(&key)));
}

static bool same_any_threads(const tern_record *a, const tern_record *b)
{
    const tern_problem_key mine = tern_problem_key_of_any_threads(a->problem);
    const tern_problem_key theirs = tern_problem_key_of_any_threads(b->problem);

    return a->run == b->run && same_kernel(a, b) && tern_problem_key_same(&mine, &theirs);
}

static uint64_t hash_suite_group(const tern_record *r)
{
    return mix(r->run, mix(hash_text(r->suite), hash_text(r->group)));
}

static bool same_suite_group(const tern_record *a, const tern_record *b)
{
    return a->run == b->run && strcmp(a->suite, b->suite) == 0 && strcmp(a->group, b->group) == 0;
}

static uint64_t hash_isa(const tern_record *r)
{
    return hash_text(r->isa);
}

static bool same_isa(const tern_record *a, const tern_record *b)
{
    return strcmp(a->isa, b->isa) == 0;
}

const tern_grouping tern_by_problem = {NULL, hash_problem, same_problem};
const tern_grouping tern_by_problem_timed = {is_timed, hash_problem, same_problem};
const tern_grouping tern_by_all_but_zeros = {is_random, hash_any_zeros, same_any_zeros};
const tern_grouping tern_by_all_but_threads = {is_timed, hash_any_threads, same_any_threads};
const tern_grouping tern_by_suite_group = {is_timed, hash_suite_group, same_suite_group};
const tern_grouping tern_by_kernel = {NULL, hash_kernel, same_kernel};
const tern_grouping tern_by_isa = {NULL, hash_isa, same_isa};

/* The group that a case belongs to: one that is there, or a new one. Groups are known by their first cases. */
static tern_status find_group(tern_groups *groups, const tern_record **first, tern_index *index,
                              const tern_record *record, const tern_grouping *how, size_t *found, tern_error *error)
{
    const uint64_t hash = how->hash(record);
    size_t cursor = 0;

    while (tern_index_next(index, hash, &cursor, found))
        if (how->same(first[*found], record))
            return TERN_OK;
    *found = groups->count;
    first[groups->count++] = record;
    return tern_index_add(index, hash, *found, error);
}

/* Counts first, so that the cases of a group can lie side by side; place[i] is the group of case i, count for none. */
static tern_status divide(tern_groups *groups, const tern_record *const *record, size_t count, size_t *place,
                          const tern_grouping *how, tern_error *error)
{
    tern_index index = {0};
    tern_status status = TERN_OK;

    for (size_t i = 0; i < count && status == TERN_OK; i++) {
        place[i] = count;
        if (how->takes != NULL && !how->takes(record[i]))
            continue;
        status = find_group(groups, groups->item, &index, record[i], how, &place[i], error);
        groups->group[place[i]].count++;
    }
    tern_index_free(&index);
    return status;
}

static void lay_out(tern_groups *groups, const tern_record *const *record, size_t count, const size_t *place)
{
    const tern_record **next = groups->item;

    for (size_t i = 0; i < groups->count; i++) {
        groups->group[i].item = next;
        next += groups->group[i].count;
        groups->group[i].count = 0;
    }
    for (size_t i = 0; i < count; i++)
        if (place[i] != count) {
            tern_group *group = &groups->group[place[i]];
            groups->item[(size_t)(group->item - groups->item) + group->count++] = record[i];
        }
}

tern_status tern_groups_of_group(tern_groups *groups, const tern_group *group, const tern_grouping *how,
                                 tern_error *error)
{
    const size_t count = group->count;
    size_t *place = malloc((count + 1) * sizeof *place);
    tern_status status;

    *groups = (tern_groups){.group = calloc(count + 1, sizeof *groups->group),
                            .item = malloc((count + 1) * sizeof(tern_record *))};
    status = place == NULL || groups->group == NULL || groups->item == NULL
                 ? tern_error_memory(error, "groups of cases", (double)(count * sizeof *groups->group))
                 : divide(groups, group->item, count, place, how, error);
    if (status == TERN_OK && place != NULL)
        lay_out(groups, group->item, count, place);
    else
        tern_groups_free(groups);
    free(place);
    return status;
}

tern_status tern_groups_of_results(tern_groups *groups, const tern_results *results, const tern_grouping *how,
                                   tern_error *error)
{
    const size_t count = results->cases.count;
    const tern_record **all = malloc((count + 1) * sizeof(tern_record *));
    tern_status status;

    *groups = (tern_groups){0};
    if (all == NULL)
        return tern_error_memory(error, "groups of cases", (double)(count * sizeof(tern_record *)));
    for (size_t i = 0; i < count; i++)
        all[i] = &results->cases.item[i];
    status = tern_groups_of_group(groups, &(tern_group){all, count}, how, error);
    free(all);
    return status;
}

void tern_groups_free(tern_groups *groups)
{
    free(groups->group);
    free(groups->item);
    *groups = (tern_groups){0};
}
