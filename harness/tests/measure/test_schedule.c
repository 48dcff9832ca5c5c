/*
 * Orders and ends of sampling, without anything that is sampled.
 */
#include "measure/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ARMS = 5, MANY = 1000, ROUNDS = 64, REFERENCE = 3 };

static tern_schedule schedule_of(tern_order order, uint64_t seed)
{
    return (tern_schedule){
        .order = order, .until = TERN_UNTIL_ROUNDS, .rounds = ROUNDS, .reference = REFERENCE, .seed = seed};
}

/* Each arm comes as often as it is said to, in every round, however many there are. */
static void every_arm_has_its_visits(void **state)
{
    static const tern_order orders[] = {TERN_ORDER_SHUFFLED, TERN_ORDER_QUADS, TERN_ORDER_BLOCKS};
    static uint32_t turn[2 * MANY], seen[MANY];

    (void)state;
    assert_true(tern_schedule_turns(MANY) <= sizeof turn / sizeof *turn);
    for (size_t o = 0; o < sizeof orders / sizeof *orders; o++)
        for (uint32_t arms = REFERENCE + 1; arms <= MANY; arms *= 3)
            for (uint32_t round = 0; round < 3; round++) {
                const tern_schedule s = schedule_of(orders[o], 1);
                memset(seen, 0, sizeof seen);
                const size_t turns = tern_schedule_draw(&s, arms, round, turn);
                for (size_t i = 0; i < turns; i++)
                    seen[turn[i]]++;
                for (uint32_t i = 0; i < arms; i++)
                    assert_int_equal(seen[i], tern_schedule_visits(&s, i));
            }
}

static void quads_are_abba_or_baab(void **state)
{
    static const uint32_t quads[2][4] = {{0, 1, 1, 0}, {1, 0, 0, 1}};
    const tern_schedule s = schedule_of(TERN_ORDER_QUADS, 7);
    uint32_t turn[4], began_with[2] = {0};

    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        assert_int_equal(tern_schedule_draw(&s, 2, round, turn), 4);
        assert_memory_equal(turn, quads[turn[0]], sizeof turn);
        began_with[turn[0]]++;
    }
    assert_true(began_with[0] > ROUNDS / 4 && began_with[1] > ROUNDS / 4);
}

static void blocks_begin_and_end_with_the_reference(void **state)
{
    const tern_schedule s = schedule_of(TERN_ORDER_BLOCKS, 7);
    uint32_t turn[2 * ARMS], first[2 * ARMS];
    bool differs = false;

    (void)state;
    tern_schedule_draw(&s, ARMS, 0, first);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        const size_t turns = tern_schedule_draw(&s, ARMS, round, turn);
        assert_int_equal(turns, ARMS + 1);
        assert_true(turn[0] == REFERENCE && turn[turns - 1] == REFERENCE);
        differs = differs || memcmp(turn, first, turns * sizeof *turn) != 0;
    }
    assert_true(differs);
}

static void an_arm_may_come_at_any_place(void **state)
{
    const tern_schedule s = schedule_of(TERN_ORDER_SHUFFLED, 1);
    uint32_t turn[2 * ARMS], at[ARMS][ARMS] = {{0}};

    (void)state;
    for (uint32_t round = 0; round < 100 * ARMS; round++) {
        tern_schedule_draw(&s, ARMS, round, turn);
        for (uint32_t i = 0; i < ARMS; i++)
            at[turn[i]][i]++;
    }
    /* 100 are expected, give or take 9; this seed is as good as any. */
    for (uint32_t i = 0; i < ARMS; i++)
        for (uint32_t j = 0; j < ARMS; j++)
            assert_true(at[i][j] > 60 && at[i][j] < 140);
}

static void the_order_is_a_function_of_the_seed(void **state)
{
    const tern_schedule one = schedule_of(TERN_ORDER_SHUFFLED, 1), two = schedule_of(TERN_ORDER_SHUFFLED, 2);
    uint32_t a[2 * ARMS], b[2 * ARMS];
    bool differs = false;

    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        tern_schedule_draw(&one, ARMS, round, a);
        tern_schedule_draw(&one, ARMS, round, b);
        assert_memory_equal(a, b, ARMS * sizeof *a);
        tern_schedule_draw(&two, ARMS, round, b);
        differs = differs || memcmp(a, b, ARMS * sizeof *a) != 0;
    }
    assert_true(differs);
}

static void it_stops_when_it_should(void **state)
{
    static const struct {
        tern_until until;
        uint32_t rounds;
        bool precise, budget_spent;
        tern_stop stop;
    } table[] = {
        {TERN_UNTIL_PRECISE, 1, false, false, TERN_STOP_NONE},
        {TERN_UNTIL_PRECISE, 1, true, false, TERN_STOP_PRECISE},
        {TERN_UNTIL_PRECISE, 1, true, true, TERN_STOP_PRECISE},
        {TERN_UNTIL_PRECISE, 1, false, true, TERN_STOP_BUDGET},
        {TERN_UNTIL_PRECISE, ROUNDS, false, false, TERN_STOP_SAMPLES},
        {TERN_UNTIL_BUDGET, 1, true, false, TERN_STOP_NONE},
        {TERN_UNTIL_BUDGET, 1, true, true, TERN_STOP_BUDGET},
        {TERN_UNTIL_BUDGET, ROUNDS, true, false, TERN_STOP_SAMPLES},
        {TERN_UNTIL_ROUNDS, ROUNDS - 1, true, true, TERN_STOP_NONE},
        {TERN_UNTIL_ROUNDS, ROUNDS, false, false, TERN_STOP_SAMPLES},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tern_schedule s = schedule_of(TERN_ORDER_SHUFFLED, 1);
        s.until = table[i].until;
        assert_int_equal(tern_schedule_stop(&s, table[i].rounds, table[i].precise, table[i].budget_spent),
                         table[i].stop);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_arm_has_its_visits),
        cmocka_unit_test(quads_are_abba_or_baab),
        cmocka_unit_test(blocks_begin_and_end_with_the_reference),
        cmocka_unit_test(an_arm_may_come_at_any_place),
        cmocka_unit_test(the_order_is_a_function_of_the_seed),
        cmocka_unit_test(it_stops_when_it_should),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
