/*
 * What many machines did: which shards are there, whole, missing, cut off or twice, and whose canary is off.
 */
#include "analyse/fleet.h"
#include "record/record.h"
#include "record/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char told[4096];

/* A tern_fleet_say. */
static void keep(void *context, const char *sentence)
{
    (void)context;
    strncat(told, sentence, sizeof told - strlen(told) - 2);
    strcat(told, "\n");
}

static bool tell(const tern_fleet *fleet)
{
    told[0] = '\0';
    return tern_fleet_tell(fleet, keep, NULL);
}

static void add_run(tern_fleet *fleet, uint32_t shard, uint32_t shards, const char *host)
{
    tern_run run = {.shard = shard, .shards = shards, .plan_cases = 9};

    strcpy(run.plan, shards > 0 ? "0123456789abcdef" : "");
    strcpy(run.host, host);
    assert_int_equal(tern_fleet_add(fleet, TERN_LINE_RUN, &run, NULL), TERN_OK);
}

static void add_case(tern_fleet *fleet, const char *suite, double ns)
{
    tern_record *record = calloc(1, sizeof *record);

    assert_non_null(record);
    strcpy(record->id, "scalar/8x64x1");
    strcpy(record->suite, suite);
    record->timed = true;
    record->timing.median_ns = ns;
    assert_int_equal(tern_fleet_add(fleet, TERN_LINE_CASE, record, NULL), TERN_OK);
    free(record);
}

static void add_end(tern_fleet *fleet, bool complete)
{
    const tern_run_end end = {.complete = complete};

    assert_int_equal(tern_fleet_add(fleet, TERN_LINE_END, &end, NULL), TERN_OK);
}

static void add_shard(tern_fleet *fleet, uint32_t shard, uint32_t shards)
{
    add_run(fleet, shard, shards, "n");
    add_case(fleet, "quick", 1.0);
    add_end(fleet, true);
}

static void all_shards_are_a_whole(void **state)
{
    tern_fleet fleet = {0};

    (void)state;
    for (uint32_t i = 1; i <= 3; i++)
        add_shard(&fleet, i, 3);
    assert_true(tell(&fleet));
    assert_string_equal(told, "plan 0123456789abcdef, 9 cases: 3 of 3 shards are complete\n");
    assert_int_equal(fleet.cases, 3);
    assert_int_equal(fleet.exact, 3);
    tern_fleet_free(&fleet);
}

static void names_what_is_missing_cut_off_and_twice(void **state)
{
    tern_fleet fleet = {0};

    (void)state;
    add_shard(&fleet, 2, 9);
    add_shard(&fleet, 9, 9);
    add_shard(&fleet, 2, 9);
    add_run(&fleet, 3, 9, "n"); /* without a closing line */
    add_run(&fleet, 4, 9, "n");
    add_end(&fleet, false);
    assert_false(tell(&fleet));
    assert_string_equal(told, "plan 0123456789abcdef, 9 cases: 2 of 9 shards are complete; missing: 1, 5-8; cut off or "
                              "not complete: 3-4; there more than once: 2\n");
    tern_fleet_free(&fleet);
}

/* Once with a line of its own, as on another machine, and once without. */
static void a_shard_that_went_on_is_complete(void **state)
{
    tern_fleet fleet = {0};

    (void)state;
    add_run(&fleet, 1, 2, "a");
    add_end(&fleet, false);
    add_case(&fleet, "quick", 1.0);
    assert_false(tell(&fleet));
    add_run(&fleet, 1, 2, "b");
    add_end(&fleet, true);
    add_run(&fleet, 2, 2, "c");
    add_end(&fleet, false);
    add_case(&fleet, "quick", 1.0);
    add_end(&fleet, true);
    assert_true(tell(&fleet));
    assert_null(strstr(told, "more than once"));
    tern_fleet_free(&fleet);
}

static void add_done(tern_fleet *fleet, uint32_t done)
{
    const tern_run_end end = {.complete = true, .done = done};

    assert_int_equal(tern_fleet_add(fleet, TERN_LINE_END, &end, NULL), TERN_OK);
}

/* The second shard says that it did two, and the run without shards three. */
static void a_shard_of_which_lines_were_lost_is_not_complete(void **state)
{
    tern_fleet fleet = {0};

    (void)state;
    add_run(&fleet, 1, 2, "a");
    add_case(&fleet, "quick", 1.0);
    add_done(&fleet, 1);
    assert_int_equal(tern_fleet_lost(&fleet), 0);
    add_run(&fleet, 2, 2, "b");
    add_case(&fleet, "quick", 1.0);
    add_done(&fleet, 2);
    assert_false(tell(&fleet));
    assert_non_null(strstr(told, "1 of 2 shards are complete; cut off or not complete: 2\n"));
    assert_non_null(strstr(told, "run 2 (b, shard 2/2): 1 of 2 results is not in the file\n"));
    assert_int_equal(tern_fleet_lost(&fleet), 1);
    add_case(&fleet, "quick", 1.0); /* it is made again */
    add_done(&fleet, 2);
    assert_true(tell(&fleet));
    add_run(&fleet, 0, 0, "c");
    add_case(&fleet, "quick", 1.0);
    add_done(&fleet, 3);
    assert_false(tell(&fleet));
    assert_non_null(strstr(told, "run 3 (c): 2 of 3 results are not in the file\n"));
    tern_fleet_free(&fleet);
}

static void without_shards_there_is_nothing_to_say(void **state)
{
    tern_fleet fleet = {0};

    (void)state;
    assert_true(tell(&fleet));
    add_run(&fleet, 0, 0, "a");
    assert_true(tell(&fleet));
    assert_string_equal(told, "");
    tern_fleet_free(&fleet);
}

static void another_number_of_shards_is_another_whole(void **state)
{
    tern_fleet fleet = {0};

    (void)state;
    add_shard(&fleet, 1, 1);
    add_shard(&fleet, 1, 2);
    assert_false(tell(&fleet));
    assert_non_null(strstr(told, "1 of 1 shard is complete"));
    assert_non_null(strstr(told, "1 of 2 shards are complete; missing: 2"));
    tern_fleet_free(&fleet);
}

static void a_long_list_is_cut(void **state)
{
    tern_fleet fleet = {0};

    (void)state;
    for (uint32_t i = 1; i <= 2000; i += 2)
        add_shard(&fleet, i, 2000);
    assert_false(tell(&fleet));
    assert_non_null(strstr(told, "missing: 2, 4, 6"));
    assert_non_null(strstr(told, ", ...\n"));
    tern_fleet_free(&fleet);
}

static void names_the_machine_whose_canary_is_off(void **state)
{
    static const double ns[] = {100.0, 101.0, 99.0, 104.0, 98.0};
    static const char *const host[] = {"a", "b", "c", "slow", "d"};
    tern_fleet fleet = {0};

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        add_run(&fleet, 0, 0, host[i]);
        add_case(&fleet, TERN_CANARY_SUITE, ns[i]);
        if (i == 1) {
            tell(&fleet); /* two cannot tell which of them is off */
            assert_string_equal(told, "canaries: 2, of which 0 are off the median by more than 3 %\n");
        }
    }
    assert_true(tell(&fleet));
    assert_string_equal(told, "canaries: 5, of which 1 are off the median by more than 3 %: slow (+4.0 %)\n");
    tern_fleet_free(&fleet);
}

static void names_shards_of_another_build(void **state)
{
    tern_fleet fleet = {0};

    (void)state;
    for (uint32_t i = 1; i <= 4; i++) {
        tern_run run = {.plan = "0123456789abcdef", .shard = i, .shards = 4, .plan_cases = 9, .version = "1.0"};
        strcpy(run.commit, i == 3 ? "bb" : "aa");
        assert_int_equal(tern_fleet_add(&fleet, TERN_LINE_RUN, &run, NULL), TERN_OK);
        add_end(&fleet, true);
    }
    assert_true(tell(&fleet));
    assert_non_null(
        strstr(told, "plan 0123456789abcdef: its shards are of 2 builds of ternbench; 1.0 aa: 1-2, 4; 1.0 bb: 3\n"));
    tern_fleet_free(&fleet);
}

static void refuses_a_shard_that_cannot_be(void **state)
{
    static const struct {
        uint32_t shard, shards;
    } wrong[] = {{5, 4}, {0, 4}, {1, 0}, {1, TERN_SHARDS_MAX + 1}};
    tern_fleet fleet = {0};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const tern_run run = {.shard = wrong[i].shard, .shards = wrong[i].shards};
        assert_int_equal(tern_fleet_add(&fleet, TERN_LINE_RUN, &run, NULL), TERN_USAGE);
    }
    tern_fleet_free(&fleet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_shards_are_a_whole),
        cmocka_unit_test(names_what_is_missing_cut_off_and_twice),
        cmocka_unit_test(a_shard_that_went_on_is_complete),
        cmocka_unit_test(a_shard_of_which_lines_were_lost_is_not_complete),
        cmocka_unit_test(without_shards_there_is_nothing_to_say),
        cmocka_unit_test(another_number_of_shards_is_another_whole),
        cmocka_unit_test(a_long_list_is_cut),
        cmocka_unit_test(names_the_machine_whose_canary_is_off),
        cmocka_unit_test(names_shards_of_another_build),
        cmocka_unit_test(refuses_a_shard_that_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
