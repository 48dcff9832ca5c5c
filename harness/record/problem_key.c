#include "record/problem_key.h"

#include <string.h>
#include <xxhash.h>

bool tern_problem_key_same(const tern_problem_key *a, const tern_problem_key *b)
{
    return a->m == b->m && a->k == b->k && a->n == b->n && a->p0 == b->p0 && a->seed == b->seed &&
           a->threads == b->threads && strcmp(a->cache, b->cache) == 0 && strcmp(a->w, b->w) == 0 &&
           strcmp(a->x, b->x) == 0 && strcmp(a->sweep, b->sweep) == 0;
}

/* Member by member, since bytes after the end of a name and between members may hold anything. */
uint64_t tern_problem_key_hash(const tern_problem_key *key)
{
    const struct {
        uint64_t m, k, n, seed, threads;
        double p0;
        uint64_t names[4];
    } canonical = {
        .m = key->m,
        .k = key->k,
        .n = key->n,
        .seed = key->seed,
        .threads = key->threads,
        .p0 = key->p0 + 0.0, /* -0 and 0 are equal */
        .names = {XXH3_64bits(key->w, strlen(key->w)), XXH3_64bits(key->x, strlen(key->x)),
                  XXH3_64bits(key->sweep, strlen(key->sweep)), XXH3_64bits(key->cache, strlen(key->cache))},
    };

    return XXH3_64bits(&canonical, sizeof canonical);
}

tern_problem_key tern_problem_key_of_any_threads(tern_problem_key key)
{
    key.threads = 0;
    return key;
}

tern_problem_key tern_problem_key_of_any_zeros(tern_problem_key key)
{
    key.p0 = 0.0;
    return key;
}

tern_problem_key tern_problem_key_of_data(tern_problem_key key)
{
    key.threads = 0;
    key.cache[0] = '\0';
    return key;
}
