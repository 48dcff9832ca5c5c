/*
 * A guarded buffer lies where its side says, sees every write to its red zones, and knows the addresses around it.
 */
#include "check/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static tern_guard made(size_t bytes, size_t align, tern_guard_side side)
{
    tern_guard guard;

    assert_int_equal(tern_guard_new(&guard, "X", bytes, align, side, NULL), TERN_OK);
    tern_guard_paint(&guard, 0xA5);
    return guard;
}

static bool faults_at(const tern_guard *guard, const void *address, const char *where)
{
    tern_guard_breach breach;
    char text[96];

    return tern_guard_find_fault(guard, address, &breach) &&
           strcmp(tern_guard_breach_text(&breach, text, sizeof text), where) == 0;
}

static void lies_where_its_side_says(void **state)
{
    static const size_t aligns[] = {1, 4, 64, 4096, 65536}, sizes[] = {0, 1, 63, 64, 4095, 4096, 4097, 100000};

    (void)state;
    for (size_t a = 0; a < sizeof aligns / sizeof *aligns; a++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (int side = TERN_GUARD_AFTER; side <= TERN_GUARD_UNALIGNED; side++) {
                tern_guard guard = made(sizes[s], aligns[a], (tern_guard_side)side);
                assert_int_equal((uintptr_t)guard.data % aligns[a], 0);
                if (side == TERN_GUARD_UNALIGNED)
                    assert_int_not_equal((uintptr_t)guard.data % (2 * aligns[a]), 0);
                memset(guard.data, 1, sizes[s]);
                tern_guard_breach breach;
                assert_false(tern_guard_find_change(&guard, &breach));
                tern_guard_free(&guard);
            }
}

static void ends_or_begins_at_a_guard_page(void **state)
{
    tern_guard after = made(100, 4, TERN_GUARD_AFTER), before = made(100, 4, TERN_GUARD_BEFORE);

    (void)state;
    assert_true(faults_at(&after, after.data + 100, "1 byte past the end of X"));
    assert_int_equal((uintptr_t)(after.data + 100) % 4096, 0);
    assert_true(faults_at(&before, before.data - 1, "1 byte before the beginning of X"));
    assert_int_equal((uintptr_t)before.data % 4096, 0);
    tern_guard_free(&before);
    tern_guard_free(&after);
}

static void tells_addresses_of_others(void **state)
{
    tern_guard guard = made(100, 4, TERN_GUARD_AFTER);
    tern_guard_breach breach;

    (void)state;
    assert_true(faults_at(&guard, guard.data + 100 + 5000, "5001 bytes past the end of X"));
    assert_false(tern_guard_find_fault(&guard, guard.map - 1, &breach));
    assert_false(tern_guard_find_fault(&guard, guard.map + guard.map_bytes, &breach));
    tern_guard_free(&guard);
    assert_false(tern_guard_find_fault(&guard, NULL, &breach));
}

static void a_closed_one_has_nothing_inside(void **state)
{
    tern_guard guard = made(100, 4, TERN_GUARD_AFTER);

    (void)state;
    assert_int_equal(tern_guard_set_access(&guard, TERN_GUARD_CLOSED, NULL), TERN_OK);
    assert_true(faults_at(&guard, guard.data + 7, "inside X, which is closed to it"));
    assert_int_equal(tern_guard_set_access(&guard, TERN_GUARD_OPEN, NULL), TERN_OK);
    guard.data[7] = 1;
    tern_guard_free(&guard);
}

static void sees_the_nearest_write(void **state)
{
    tern_guard guard = made(101, 64, TERN_GUARD_AFTER);
    tern_guard_breach breach;

    (void)state;
    guard.data[-3] = 0;
    assert_true(tern_guard_find_change(&guard, &breach));
    assert_int_equal(breach.where, TERN_GUARD_BEFORE_BEGINNING);
    assert_int_equal(breach.distance, 3);
    guard.data[101 + 20] = 0;
    assert_true(tern_guard_find_change(&guard, &breach));
    assert_int_equal(breach.where, TERN_GUARD_PAST_END);
    assert_int_equal(breach.distance, 21);
    tern_guard_free(&guard);
}

/* The system reads it instead, and says when it cannot. */
static bool can_be_read(const void *address)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    const bool can = write(ends[1], address, 1) == 1;
    close(ends[0]);
    close(ends[1]);
    return can;
}

/* Or a red zone of 2 MiB would be painted and looked at in each call. */
static void a_widely_aligned_one_has_pages_of_its_own_only(void **state)
{
    enum { WIDE = 1 << 21 };
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    tern_guard guard = {0};

    (void)state;
    for (size_t bytes = 100; bytes < 3 * page; bytes += page) {
        const size_t pages = (bytes + page - 1) / page * page;
        assert_int_equal(tern_guard_fit(&guard, "X", bytes, WIDE, NULL), TERN_OK);
        assert_int_equal((uintptr_t)guard.data % WIDE, 0);
        guard.data[bytes - 1] = guard.data[pages - 1] = 1;
        assert_false(can_be_read(guard.data + pages));
        assert_false(can_be_read(guard.data - 1));
    }
    /* The same pages serve what is aligned to less. */
    assert_int_equal(tern_guard_fit(&guard, "X", 100, 4, NULL), TERN_OK);
    guard.data[0] = 1;
    assert_false(can_be_read(guard.data + 100));
    tern_guard_free(&guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lies_where_its_side_says),  cmocka_unit_test(ends_or_begins_at_a_guard_page),
        cmocka_unit_test(tells_addresses_of_others), cmocka_unit_test(a_closed_one_has_nothing_inside),
        cmocka_unit_test(sees_the_nearest_write),    cmocka_unit_test(a_widely_aligned_one_has_pages_of_its_own_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
