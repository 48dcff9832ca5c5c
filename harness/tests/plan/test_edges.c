/*
 * The edge cases of a kernel: few, small, all different, allowed, always the same, and around what it declares.
 */
#include "plan/edges.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static tern_kernel kernel_with(tern_shape multiple, tern_shape tile)
{
    return (tern_kernel){.name = "any", .multiple = multiple, .tile = tile};
}

static size_t list(const tern_kernel *kernel, tern_case edge[TERN_EDGES_MAX])
{
    tern_case of;

    tern_case_init(&of, kernel);
    of.threads = 2;
    of.cache = TERN_HOT;
    return tern_edges_list(&of, edge);
}

static bool has(const tern_case *edge, size_t count, tern_shape shape)
{
    for (size_t i = 0; i < count; i++)
        if (edge[i].shape.m == shape.m && edge[i].shape.k == shape.k && edge[i].shape.n == shape.n)
            return true;
    return false;
}

static void are_few_small_and_different(void **state)
{
    static const tern_shape tiles[] = {{1, 1, 1}, {8, 32, 1}, {32, 256, 64}, {64, 4096, 8}, {1024, 1024, 1024}};

    (void)state;
    for (size_t t = 0; t < sizeof tiles / sizeof *tiles; t++) {
        const tern_kernel kernel = kernel_with((tern_shape){1, 1, 1}, tiles[t]);
        tern_case edge[TERN_EDGES_MAX];
        const size_t count = list(&kernel, edge);
        assert_in_range(count, 50, 120);
        for (size_t i = 0; i < count; i++) {
            const tern_shape s = edge[i].shape;
            assert_true((double)s.m * (double)s.k * (double)s.n <= 4e6);
            assert_int_equal(edge[i].threads, 0);
            assert_int_equal(edge[i].cache, TERN_CHECK_ONLY);
            for (size_t j = 0; j < i; j++)
                assert_memory_not_equal(&edge[i], &edge[j], sizeof edge[i]);
        }
    }
}

static void are_the_same_each_time(void **state)
{
    const tern_kernel kernel = kernel_with((tern_shape){1, 1, 1}, (tern_shape){32, 256, 64});
    tern_case edge[TERN_EDGES_MAX], again[TERN_EDGES_MAX];
    const size_t count = list(&kernel, edge);

    (void)state;
    assert_int_equal(list(&kernel, again), count);
    assert_memory_equal(edge, again, count * sizeof *edge);
}

static void lie_around_the_tiles(void **state)
{
    const tern_kernel kernel = kernel_with((tern_shape){1, 1, 1}, (tern_shape){32, 64, 8});
    tern_case edge[TERN_EDGES_MAX];
    const size_t count = list(&kernel, edge);

    (void)state;
    assert_true(has(edge, count, (tern_shape){1, 1, 1}));
    for (size_t m = 31; m <= 33; m++)
        assert_true(has(edge, count, (tern_shape){m, 65, 9}));
    for (size_t k = 63; k <= 65; k++)
        assert_true(has(edge, count, (tern_shape){33, k, 9}));
    for (size_t n = 7; n <= 9; n++)
        assert_true(has(edge, count, (tern_shape){33, 65, n}));
}

/* W comes out of them as it went in. */
static void unpack_every_weight(void **state)
{
    static const tern_shape tiles[] = {{1, 1, 1}, {32, 64, 8}, {16, 320, 1}, {1024, 1024, 1024}};

    (void)state;
    for (size_t t = 0; t < sizeof tiles / sizeof *tiles; t++) {
        const tern_kernel kernel = kernel_with((tern_shape){1, 1, 1}, tiles[t]);
        tern_case edge[TERN_EDGES_MAX];
        const size_t count = list(&kernel, edge);
        bool beyond_a_tile = false;
        for (size_t i = 0; i < count; i++)
            beyond_a_tile = beyond_a_tile || (edge[i].data.w == TERN_W_RANDOM && edge[i].data.x == TERN_X_ONEHOT &&
                                              edge[i].shape.n == edge[i].shape.k && edge[i].shape.k > tiles[t].k);
        assert_true(beyond_a_tile);
    }
}

static void keep_to_declared_multiples(void **state)
{
    const tern_kernel kernel = kernel_with((tern_shape){4, 16, 2}, (tern_shape){32, 64, 8});
    tern_case edge[TERN_EDGES_MAX];
    const size_t count = list(&kernel, edge);

    (void)state;
    assert_true(count > 30);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(edge[i].shape.m % 4, 0);
        assert_int_equal(edge[i].shape.k % 16, 0);
        assert_int_equal(edge[i].shape.n % 2, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(are_few_small_and_different), cmocka_unit_test(are_the_same_each_time),
        cmocka_unit_test(lie_around_the_tiles),        cmocka_unit_test(unpack_every_weight),
        cmocka_unit_test(keep_to_declared_multiples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
