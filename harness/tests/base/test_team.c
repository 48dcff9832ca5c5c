/*
 * The team: every thread runs once a call, barriers hold, and what was written before is seen after. Under
 * ThreadSanitizer the plain counters below are the proof.
 */
#include "base/team.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { THREADS = 5, ROUNDS = 200 };

typedef struct work {
    tern_team *team;
    unsigned calls[THREADS];
    unsigned seen[THREADS];
} work;

/* Each thread counts its own calls, then sums what the others wrote before the barrier. */
static void count_and_look(void *argument, uint32_t thread, uint32_t threads)
{
    work *w = argument;
    unsigned sum = 0;

    w->calls[thread]++;
    tern_team_barrier(w->team);
    for (uint32_t i = 0; i < threads; i++)
        sum += w->calls[i];
    w->seen[thread] = sum;
    tern_team_barrier(w->team);
}

static void every_thread_runs_once_a_call(void **state)
{
    (void)state;
    for (uint32_t threads = 2; threads <= THREADS; threads++) {
        work w;
        memset(&w, 0, sizeof w);
        assert_int_equal(tern_team_new(&w.team, threads, NULL), TERN_OK);
        assert_int_equal(tern_team_threads(w.team), threads);
        for (unsigned round = 1; round <= ROUNDS; round++) {
            tern_team_run(w.team, count_and_look, &w);
            for (uint32_t i = 0; i < threads; i++) {
                assert_int_equal(w.calls[i], round);
                assert_int_equal(w.seen[i], round * threads);
            }
        }
        tern_team_free(w.team);
    }
}

static void note_thread(void *argument, uint32_t thread, uint32_t threads)
{
    assert_int_equal(thread, 0);
    assert_int_equal(threads, 1);
    *(int *)argument = 1;
}

static void one_thread_is_the_caller(void **state)
{
    tern_team *team;
    int ran = 0;

    (void)state;
    assert_int_equal(tern_team_new(&team, 1, NULL), TERN_OK);
    tern_team_run(team, note_thread, &ran);
    assert_int_equal(ran, 1);
    tern_team_free(team);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_thread_runs_once_a_call),
        cmocka_unit_test(one_thread_is_the_caller),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
