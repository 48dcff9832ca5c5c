/*
 * Shards of a plan: together they are the plan, each is as large as another, and what is compared stays together.
 */
#include "plan/shard.h"
#include "record/record.h"
#include "with_registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SHARDS = 64, CASES_MAX = 256 };

static const tern_pace pace = {.budget_s = 1.0, .noise = 0.5, .stretch = 1.0, .cold_bytes = 256 << 20};
/* Two kernels, hot and cold, on shapes from tiny to one that costs as much as many others. */
static tern_plan make_plan(void)
{
    static const char *const kernels[] = {"reference", "scalar"};
    static const char *const shapes[] = {"8x64x1",    "8x64x2",   "16x64x1",     "64x256x1",  "64x256x8",
                                         "128x512x1", "7x13x1",   "300x300x3",   "512x512x4", "1024x1024x1",
                                         "33x65x5",   "12x48x16", "2048x4096x64"};
    static const char *const caches[] = {"hot", "cold"};
    tern_plan plan = {.timed = true, .interleave = true};
    char id[TERN_ID_BYTES];
    tern_case c;

    for (size_t cache = 0; cache < 2; cache++)
        for (size_t shape = 0; shape < sizeof shapes / sizeof *shapes; shape++)
            for (size_t kernel = 0; kernel < 2; kernel++) {
                snprintf(id, sizeof id, "%s/%s/w=random,x=random,p0=0.42,seed=1/t=1/%s", kernels[kernel], shapes[shape],
                         caches[cache]);
                assert_int_equal(tern_case_parse(&c, id, registry, NULL), TERN_OK);
                assert_int_equal(tern_plan_add(&plan, &c, "s", "g", NULL), TERN_OK);
            }
    return plan;
}

static tern_plan make_shard(uint32_t number, uint32_t of)
{
    tern_plan plan = make_plan();

    assert_int_equal(tern_shard_keep(&plan, (tern_shard){number, of}, &pace, NULL), TERN_OK);
    return plan;
}

static bool same_data(const tern_planned *a, const tern_planned *b)
{
    const tern_problem_key left = tern_problem_key_of_data(tern_case_problem(&a->c)),
                           right = tern_problem_key_of_data(tern_case_problem(&b->c));

    return tern_problem_key_same(&left, &right);
}

static double dearest_atom(const tern_plan *plan)
{
    double most_s = 0.0;

    for (size_t i = 0; i < plan->count; i++) {
        double cost_s = 0.0;
        for (size_t j = 0; j < plan->count; j++)
            if (same_data(&plan->cases[i], &plan->cases[j]))
                cost_s += plan->cases[j].expected_s;
        most_s = cost_s > most_s ? cost_s : most_s;
    }
    return most_s;
}

static void mark(const tern_plan *whole, const tern_plan *part, uint32_t number, uint32_t *owner)
{
    char id[TERN_ID_BYTES], other[TERN_ID_BYTES];
    size_t place = 0;

    for (size_t i = 0; i < part->count; i++, place++) {
        tern_case_id(&part->cases[i].c, id, sizeof id);
        while (place < whole->count && strcmp(id, tern_case_id(&whole->cases[place].c, other, sizeof other)) != 0)
            place++;
        assert_in_range(place, 0, whole->count - 1); /* in the order of the plan */
        assert_int_equal(owner[place], 0);
        owner[place] = number;
    }
}

static void shards_are_the_plan_and_none_is_too_large(void **state)
{
    tern_plan whole = make_plan();
    const double total_s = tern_estimate_plan(&whole, &pace), dearest_s = dearest_atom(&whole);

    (void)state;
    for (uint32_t of = 1; of <= SHARDS; of++) {
        uint32_t owner[CASES_MAX] = {0};
        const double most_s = 2.0 * total_s / of > dearest_s ? 2.0 * total_s / of : dearest_s;
        for (uint32_t number = 1; number <= of; number++) {
            tern_plan part = make_shard(number, of);
            mark(&whole, &part, number, owner);
            assert_true(tern_estimate_plan(&part, &pace) <= most_s * (1.0 + 1e-9));
            tern_plan_free(&part);
        }
        for (size_t i = 0; i < whole.count; i++) {
            assert_int_not_equal(owner[i], 0);
            for (size_t j = 0; j < i; j++)
                assert_true(!same_data(&whole.cases[i], &whole.cases[j]) || owner[i] == owner[j]);
        }
    }
    tern_plan_free(&whole);
}

static void what_is_sampled_in_turns_still_is(void **state)
{
    tern_plan part = make_shard(1, 3);

    (void)state;
    assert_in_range(part.count, 2, CASES_MAX);
    for (size_t i = 0; i + 1 < part.count; i += 2) {
        assert_int_not_equal(part.cases[i].paired, 0);
        assert_int_equal(part.cases[i].paired, part.cases[i + 1].paired);
        assert_string_equal(part.cases[i].suite, "s");
    }
    tern_plan_free(&part);
}

static void the_hash_is_of_cases_order_and_pace(void **state)
{
    tern_plan plan = make_plan(), other = make_plan();
    const tern_pace longer = {.budget_s = 2.0, .noise = 0.5, .stretch = 1.0, .cold_bytes = 256 << 20};
    char a[17], b[17];

    (void)state;
    tern_shard_plan_hash(&plan, &pace, a);
    tern_shard_plan_hash(&other, &pace, b);
    assert_string_equal(a, b);
    assert_int_equal(strlen(a), 16);
    tern_shard_plan_hash(&other, &longer, b);
    assert_string_not_equal(a, b);
    const tern_planned first = other.cases[0];
    other.cases[0] = other.cases[1];
    other.cases[1] = first;
    tern_shard_plan_hash(&other, &pace, b);
    assert_string_not_equal(a, b);
    tern_plan_free(&plan);
    tern_plan_free(&other);
}

static void reads_one_of_several(void **state)
{
    static const char *const wrong[] = {"",    "1",        "/",   "1/",    "/2",   "0/2", "3/2",
                                        "1/0", "1/100001", "a/b", "1/2/3", "-1/2", "1/2 "};
    tern_shard shard;

    (void)state;
    assert_true(tern_shard_parse("3/64", &shard));
    assert_int_equal(shard.number, 3);
    assert_int_equal(shard.of, 64);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(tern_shard_parse(wrong[i], &shard));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shards_are_the_plan_and_none_is_too_large),
        cmocka_unit_test(what_is_sampled_in_turns_still_is),
        cmocka_unit_test(the_hash_is_of_cases_order_and_pace),
        cmocka_unit_test(reads_one_of_several),
    };

    return cmocka_run_group_tests(tests, open_registry, close_registry);
}
