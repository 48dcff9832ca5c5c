/*
 * Sweeps hold what they are for: all residues, alone and in pairs, each end of each toggle; small, and always the same.
 */
#include "plan/sweep.h"
#include "record/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { RESIDUES = 64 };

static tern_case case_of(const tern_kernel *kernel, tern_sweep sweep)
{
    tern_case c;

    tern_case_init(&c, kernel);
    return tern_sweep_case(&c, sweep);
}

static tern_kernel kernel_with(tern_shape multiple, tern_shape tile)
{
    return (tern_kernel){.name = "any", .multiple = multiple, .tile = tile};
}

static void sizes_have_every_pair_of_residues(void **state)
{
    static bool mk[RESIDUES][RESIDUES], kn[RESIDUES][RESIDUES], nm[RESIDUES][RESIDUES];
    const tern_kernel kernel = kernel_with((tern_shape){1, 1, 1}, (tern_shape){32, 256, 8});
    const tern_case of = case_of(&kernel, TERN_SWEEP_SIZES);
    tern_sweep_item item;

    (void)state;
    for (size_t i = 0; i < tern_sweep_count(&of); i++)
        if (tern_sweep_at(&of, i, &item)) {
            const size_t m = item.c.shape.m % RESIDUES, k = item.c.shape.k % RESIDUES, n = item.c.shape.n % RESIDUES;
            mk[m][k] = kn[k][n] = nm[n][m] = true;
        }
    for (size_t a = 0; a < RESIDUES; a++)
        for (size_t b = 0; b < RESIDUES; b++)
            assert_true(mk[a][b] && kn[a][b] && nm[a][b]);
}

static void sizes_have_every_size_up_to_two_tiles(void **state)
{
    const tern_kernel kernel = kernel_with((tern_shape){1, 1, 1}, (tern_shape){32, 256, 8});
    const tern_case of = case_of(&kernel, TERN_SWEEP_SIZES);
    bool m[65] = {false}, k[513] = {false}, n[17] = {false};
    tern_sweep_item item;

    (void)state;
    for (size_t i = 0; i < tern_sweep_count(&of); i++)
        if (tern_sweep_at(&of, i, &item)) {
            m[item.c.shape.m < 65 ? item.c.shape.m : 0] = true;
            k[item.c.shape.k < 513 ? item.c.shape.k : 0] = true;
            n[item.c.shape.n < 17 ? item.c.shape.n : 0] = true;
        }
    for (size_t i = 1; i < sizeof k; i++)
        assert_true(k[i] && (i >= sizeof m || m[i]) && (i >= sizeof n || n[i]));
}

static void toggles_come_to_both_ends(void **state)
{
    static const tern_toggle toggles[] = {{"one", "", NULL, 3, 0, 9}, {"two", "", NULL, 1, 1, 4}, {0}};
    tern_kernel kernel = kernel_with((tern_shape){1, 1, 1}, (tern_shape){8, 8, 8});
    bool low[2] = {false}, high[2] = {false};
    tern_sweep_item item;

    (void)state;
    kernel.toggles = toggles;
    const tern_case of = case_of(&kernel, TERN_SWEEP_TOGGLES);
    for (size_t i = 0; i < tern_sweep_count(&of); i++) {
        assert_true(tern_sweep_at(&of, i, &item));
        for (size_t t = 0; t < 2; t++) {
            low[t] |= item.c.toggle[t] == toggles[t].low;
            high[t] |= item.c.toggle[t] == toggles[t].high;
        }
    }
    assert_true(low[0] && low[1] && high[0] && high[1]);
}

static void items_keep_to_multiples_and_name_themselves(void **state)
{
    const tern_kernel kernel = kernel_with((tern_shape){3, 16, 2}, (tern_shape){30, 64, 8});
    char id[TERN_ID_BYTES], other[TERN_ID_BYTES];
    tern_sweep_item item, again;

    (void)state;
    for (tern_sweep sweep = TERN_SWEEP_NONE + 1; sweep < TERN_SWEEPS; sweep++) {
        const tern_case of = case_of(&kernel, sweep);
        for (size_t i = 0; i < tern_sweep_count(&of); i++) {
            if (!tern_sweep_at(&of, i, &item))
                continue;
            assert_int_equal(item.c.shape.m % 3 + item.c.shape.k % 16 + item.c.shape.n % 2, 0);
            assert_int_equal(item.c.data.sweep, TERN_SWEEP_NONE);
            assert_true(tern_sweep_at(&of, i, &again));
            assert_string_equal(tern_case_id(&item.c, id, sizeof id), tern_case_id(&again.c, other, sizeof other));
            assert_int_equal(item.calls, again.calls);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_have_every_pair_of_residues),
        cmocka_unit_test(sizes_have_every_size_up_to_two_tiles),
        cmocka_unit_test(toggles_come_to_both_ends),
        cmocka_unit_test(items_keep_to_multiples_and_name_themselves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
