/*
 * A walk sees all that is executed and nothing else, however the child gets there, and stops it seldom.
 */
#include "check/walk.h"

#include "base/sanitized.h"
#include "base/traced.h"
#include "skip.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__) && !TERN_SANITIZED

/* An instruction that does nothing and is known by its number: nopl 0x7e570000+number(%rax). */
#define MARK(number) __asm__ volatile(".byte 0x0f, 0x1f, 0x80\n\t.long 0x7e570000 + " #number)

enum { LOOP = 1, BEHIND_CALL, CALLEE, POINTER, CASE_1, CASE_4, OFTEN, CALLBACK, THREAD, NEVER, TAIL, MARKS };

static uint32_t number_of(const uint8_t *code, size_t bytes)
{
    static const uint8_t nop[] = {0x0F, 0x1F, 0x80};
    uint32_t number;

    if (bytes < sizeof nop + sizeof number || memcmp(code, nop, sizeof nop) != 0)
        return 0;
    memcpy(&number, code + sizeof nop, sizeof number);
    return (number & 0xFFFF0000) == 0x7E570000 ? number & 0xFFFF : 0;
}

static volatile uint64_t sink;

__attribute__((noinline)) static void callee(void)
{
    MARK(3);
}

static void by_pointer(void)
{
    MARK(4);
}

static void (*volatile pointer)(void) = by_pointer;

/* Far more than may lead nowhere new before one is let go. */
__attribute__((noinline)) static void choose(unsigned which)
{
    switch (which) {
    case 0:
        sink++;
        break;
    case 1:
        MARK(5);
        break;
    case 2:
        sink += 2;
        break;
    case 3:
        sink += 3;
        break;
    case 4:
        MARK(6);
        break;
    case 5:
        sink += 5;
        break;
    default:
        MARK(7);
        break;
    }
}

static int compare(const void *a, const void *b)
{
    MARK(8);
    return *(const int *)a - *(const int *)b;
}

static void *in_thread(void *argument)
{
    MARK(9);
    return argument;
}

__attribute__((noinline)) static void last(void)
{
    MARK(11);
}

static void walked(void)
{
    int numbers[] = {3, 1, 2};
    pthread_t thread;

    for (int i = 0; i < 1000000; i++) {
        MARK(1);
        sink++;
    }
    callee();
    MARK(2);
    pointer();
    for (unsigned i = 0; i < 1000; i++)
        choose(i % 7 == 2 ? 1 : 9);
    choose(4);
    qsort(numbers, 3, sizeof *numbers, compare);
    if (pthread_create(&thread, NULL, in_thread, NULL) == 0)
        pthread_join(thread, NULL);
    if (sink == 0)
        MARK(10);
    last();
}

static bool note_mark(void *context, const uint8_t *code, size_t bytes)
{
    const uint32_t number = number_of(code, bytes);

    if (number < MARKS)
        ((bool *)context)[number] = true;
    return false;
}

static bool is_mark(void *context, const uint8_t *code, size_t bytes)
{
    return number_of(code, bytes) == *(uint32_t *)context;
}

static bool walk_in(tern_walk *walk, void (*function)(void))
{
    const pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (tern_traced_begin()) {
            tern_walk_function(function);
            function();
        }
        _exit(EXIT_SUCCESS);
    }
    return tern_walk_through(walk, child);
}

static void all_that_is_executed_is_seen_once(void **state)
{
    bool seen[MARKS] = {false};
    tern_walk walk = {.sought = note_mark, .context = seen};

    (void)state;
    if (!walk_in(&walk, walked))
        skip_because("no process can be traced here");
    for (int i = LOOP; i < MARKS; i++)
        if (seen[i] != (i != NEVER))
            fail_msg("mark %d is %s", i, seen[i] ? "seen" : "not seen");
    assert_null(walk.found);
    assert_true(walk.instructions > MARKS && walk.instructions < 2000);
    assert_true(walk.stops < 2000);
}

static void what_is_sought_is_found_when_it_is_executed(void **state)
{
    static const uint32_t numbers[] = {LOOP, CALLEE, POINTER, CASE_4, CALLBACK, THREAD, TAIL, NEVER};

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        uint32_t number = numbers[i];
        tern_walk walk = {.sought = is_mark, .context = &number};
        if (!walk_in(&walk, walked))
            skip_because("no process can be traced here");
        assert_int_equal(walk.found != NULL, number != NEVER);
        assert_true(walk.found == NULL || number_of(walk.found, walk.found_bytes) == number);
    }
}

/* A signal is the child's own, and its end ends the walk. */
static void crash(void)
{
    MARK(1);
    abort();
}

static void leave(void)
{
    MARK(1);
    _exit(3);
}

static void a_child_that_ends_ends_the_walk(void **state)
{
    static void (*const functions[])(void) = {crash, leave};

    (void)state;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        bool seen[MARKS] = {false};
        tern_walk walk = {.sought = note_mark, .context = seen};
        if (!walk_in(&walk, functions[i]))
            skip_because("no process can be traced here");
        assert_true(seen[LOOP]);
        assert_null(walk.found);
    }
}

static void a_child_that_does_not_stop_is_not_walked(void **state)
{
    tern_walk walk = {.sought = note_mark};
    const pid_t child = fork();

    (void)state;
    if (child == 0)
        _exit(EXIT_SUCCESS);
    assert_false(tern_walk_through(&walk, child));
}

#else

static void skipped(void **state)
{
    (void)state;
    skip_because("it walks in the code of x86-64, without a sanitizer's in between");
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
#if defined(__x86_64__) && !TERN_SANITIZED
        cmocka_unit_test(all_that_is_executed_is_seen_once),
        cmocka_unit_test(what_is_sought_is_found_when_it_is_executed),
        cmocka_unit_test(a_child_that_ends_ends_the_walk),
        cmocka_unit_test(a_child_that_does_not_stop_is_not_walked),
#else
        cmocka_unit_test(skipped),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
