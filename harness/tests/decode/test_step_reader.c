/*
 * The limit of a step is read from the very bytes that a step reads: all of them but the ends of pieces, none twice,
 * none besides, whatever the number of threads.
 */
#include "decode/loop/step_reader.h"
#include "small.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BLOCK = 256, PIECES_MOST = 10 };

static tern_registry *registry;

/* What the probe was asked to read, one mark a block. */
static const uint8_t *memory;
static size_t memory_bytes;
static _Atomic uint8_t *marks;
static atomic_bool astray; /* a thread of the team cannot fail a test itself */

static uint64_t mark(const void *data, size_t bytes, size_t ahead)
{
    const uint8_t *at = data;

    if (ahead != 7 || bytes % BLOCK != 0 || (uintptr_t)at % 64 != 0 || at < memory ||
        at + bytes > memory + memory_bytes)
        astray = true;
    for (size_t i = 0; !astray && i < bytes; i += 64)
        atomic_fetch_add(&marks[((size_t)(at - memory) + i) / 64], 1);
    return bytes;
}

static const tern_probe marking = {.level = "none", .instruction = "none", .read = mark};

static void reads_of(const char *kernel, const tern_geometry *geometry, tern_head_type head, uint32_t threads)
{
    const tern_model_options options = {.head = head};
    tern_weights weights = {0};
    tern_team *team = NULL;
    tern_model model;
    tern_case c;
    tern_step_read read = {0};
    size_t marked = 0;

    tern_case_init(&c, tern_registry_find(registry, kernel));
    assert_int_equal(tern_weights_seeded(&weights, geometry, 9, 0.42, NULL), TERN_OK);
    assert_int_equal(tern_team_new(&team, threads, NULL), TERN_OK);
    assert_int_equal(tern_model_load(&model, &weights, &c, team, &options, NULL), TERN_OK);
    memory = model.memory.data;
    memory_bytes = model.memory.bytes;
    marks = calloc(memory_bytes / 64 + 1, sizeof *marks);
    assert_non_null(marks);

    tern_step_reader_turn(&(tern_step_reader){&model, team, &marking, 7}, &read);
    assert_false(astray);
    for (size_t i = 0; i <= memory_bytes / 64; i++) {
        assert_true(marks[i] <= 1);
        marked += 64 * (size_t)marks[i];
    }
    assert_true(read.bytes == (double)marked);
    /* What is left out, and what stands between pieces, so that they begin where the kernel wants them. */
    const double asked = (double)(model.packed_bytes + model.norm_bytes + model.head_bytes);
    assert_true(read.bytes > asked - BLOCK * PIECES_MOST && read.bytes < asked + BLOCK * PIECES_MOST);
    assert_true(read.ns > 0.0 && tern_step_read_gbps(&read) == read.bytes / read.ns);

    /* Another turn is added. */
    const tern_step_read once = read;
    tern_step_reader_turn(&(tern_step_reader){&model, team, &marking, 7}, &read);
    assert_true(read.bytes == 2.0 * once.bytes && read.ns > once.ns);

    free((void *)marks);
    tern_model_free(&model);
    tern_team_free(team);
    tern_weights_close(&weights);
}

static void all_that_a_step_reads_is_read_once(void **state)
{
    static const char *const kernel[] = {"reference", "scalar", "portable"};

    (void)state;
    for (size_t k = 0; k < sizeof kernel / sizeof *kernel; k++)
        for (uint32_t threads = 1; threads <= 3; threads++) {
            reads_of(kernel[k], &small_swiglu, TERN_HEAD_I8, threads);
            reads_of(kernel[k], &small_relu2, TERN_HEAD_F16, threads);
        }
}

static void what_was_not_read_has_no_rate(void **state)
{
    (void)state;
    assert_true(tern_step_read_gbps(&(tern_step_read){0}) == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_a_step_reads_is_read_once),
        cmocka_unit_test(what_was_not_read_has_no_rate),
    };

    if (tern_registry_new(&registry, NULL) != TERN_OK)
        return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    tern_registry_free(registry);
    return failed;
}
