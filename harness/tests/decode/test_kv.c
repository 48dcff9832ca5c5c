/*
 * The ring keeps what it is given, in rows on cache lines, in as much memory as it says, one thread writing and one
 * reading.
 */
#include "decode/loop/kv.h"
#include "floats.h"

#include <pthread.h>
#include <stdlib.h>

static const tern_geometry geometry = {.layers = 3, .kv_heads = 2, .head_dim = 24};

enum { CONTEXT = 10, SEQUENCES = 2, DIM = 24 };

static tern_kv kv_of(tern_kv_type type)
{
    tern_kv kv;
    tern_error error;

    if (tern_kv_new(&kv, &geometry, type, CONTEXT, SEQUENCES, &error) != TERN_OK)
        fail_msg("%s", error.text);
    return kv;
}

static void takes_the_memory_of_the_formula(void **state)
{
    static const tern_geometry big = {.layers = 32, .kv_heads = 32, .head_dim = 128};
    static const struct {
        tern_kv_type type;
        uint64_t bytes, scales;
    } cases[] = {{TERN_KV_F32, 4, 0}, {TERN_KV_F16, 2, 0}, {TERN_KV_I8, 1, 4}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const uint64_t rows = UINT64_C(2) * 32 * 2048 * 32;
        tern_kv kv;
        assert_int_equal(tern_kv_new(&kv, &big, cases[i].type, 2048, 1, NULL), TERN_OK);
        assert_int_equal(kv.rows_bytes, rows * 128 * cases[i].bytes); /* 2 x layers x context x kv_dim x bytes */
        assert_int_equal(kv.scale_bytes, rows * cases[i].scales);
        assert_int_equal(kv.memory.bytes, kv.rows_bytes + kv.scale_bytes);
        tern_kv_free(&kv);
    }
}

static void rows_begin_on_cache_lines_and_are_all_different(void **state)
{
    (void)state;
    for (tern_kv_type type = TERN_KV_F32; type <= TERN_KV_I8; type++) {
        tern_kv kv = kv_of(type);
        const uint8_t *next = tern_kv_past(&kv, 0, 0, 0).row[TERN_KEY];
        for (tern_kv_part part = TERN_KEY; part <= TERN_VALUE; part++)
            for (uint32_t sequence = 0; sequence < SEQUENCES; sequence++)
                for (uint32_t layer = 0; layer < geometry.layers; layer++)
                    for (uint32_t head = 0; head < geometry.kv_heads; head++) {
                        assert_ptr_equal(tern_kv_past(&kv, layer, sequence, head).row[part], next);
                        assert_int_equal((uintptr_t)next % 64, 0);
                        assert_int_equal(tern_kv_past(&kv, layer, sequence, head).scale[part] != NULL,
                                         type == TERN_KV_I8);
                        next += CONTEXT * kv.row_bytes;
                    }
        assert_int_equal(kv.row_bytes % 64, 0);
        assert_true(next <= kv.memory.data + kv.memory.bytes);
        tern_kv_free(&kv);
    }
}

/* What a row holds, as floats. */
static void read_row(const tern_kv *kv, tern_kv_part part, uint32_t layer, uint32_t sequence, uint32_t head,
                     uint64_t position, float *x)
{
    const size_t slot = (size_t)(position % CONTEXT);
    const uint8_t *row = tern_kv_past(kv, layer, sequence, head).row[part] + slot * kv->row_bytes;

    for (uint32_t i = 0; i < DIM; i++)
        switch (kv->type) {
        case TERN_KV_F32:
            x[i] = ((const float *)(const void *)row)[i];
            break;
        case TERN_KV_F16:
            tern_ops_portable.from_f16((const uint16_t *)(const void *)row + i, 1, &x[i]);
            break;
        case TERN_KV_I8:
            x[i] = (float)((const int8_t *)row)[i] * tern_kv_past(kv, layer, sequence, head).scale[part][slot];
            break;
        }
}

static void fill_row(float *x, tern_kv_part part, uint32_t layer, uint32_t sequence, uint32_t head, uint64_t position)
{
    uint64_t seed = part + 10 * (layer + 10 * (sequence + 10 * (head + 10 * position)));

    floats_fill(x, DIM, &seed, TAME);
}

/* Every row of every token, in two sequences of different lengths, once around the ring and more. */
static void keeps_the_last_tokens_of_each_sequence(void **state)
{
    static const uint64_t lengths[SEQUENCES] = {3 * CONTEXT + 4, 7};
    static const double bounds[] = {[TERN_KV_F32] = 0.0, [TERN_KV_F16] = 4.0 / 2048, [TERN_KV_I8] = 4.0 / 254};
    float key[DIM], value[DIM], kept[DIM];

    (void)state;
    for (tern_kv_type type = TERN_KV_F32; type <= TERN_KV_I8; type++) {
        tern_kv kv = kv_of(type);
        for (uint32_t s = 0; s < SEQUENCES; s++)
            for (uint64_t p = 0; p < lengths[s]; p++, tern_kv_commit(&kv, s))
                for (uint32_t layer = 0; layer < geometry.layers; layer++)
                    for (uint32_t head = 0; head < geometry.kv_heads; head++) {
                        fill_row(key, TERN_KEY, layer, s, head, p);
                        fill_row(value, TERN_VALUE, layer, s, head, p);
                        tern_kv_append(&kv, layer, s, head, p, key, value);
                    }
        for (uint32_t s = 0; s < SEQUENCES; s++) {
            assert_int_equal(tern_kv_appended(&kv, s), lengths[s]);
            for (uint64_t p = lengths[s] > CONTEXT ? lengths[s] - CONTEXT : 0; p < lengths[s]; p++)
                for (uint32_t i = 0; i < 2 * geometry.layers * geometry.kv_heads; i++) {
                    const tern_kv_part part = i % 2 ? TERN_VALUE : TERN_KEY;
                    const uint32_t layer = i / 2 % geometry.layers, head = i / 2 / geometry.layers;
                    fill_row(key, part, layer, s, head, p);
                    read_row(&kv, part, layer, s, head, p, kept);
                    for (uint32_t j = 0; j < DIM; j++)
                        assert_true(fabs((double)key[j] - (double)kept[j]) <= bounds[type] * 1.001);
                }
        }
        tern_kv_reset(&kv, 0);
        assert_int_equal(tern_kv_appended(&kv, 0), 0);
        assert_int_equal(tern_kv_appended(&kv, 1), lengths[1]);
        tern_kv_free(&kv);
    }
}

enum { STREAMED = 20000 };

typedef struct stream {
    tern_kv kv;
    _Atomic uint64_t seen; /* by the consumer: the producer may not lap it */
} stream;

static void *produce(void *argument)
{
    stream *s = argument;
    float row[DIM];

    for (uint64_t p = 0; p < STREAMED; p++) {
        while (p >= atomic_load_explicit(&s->seen, memory_order_acquire) + CONTEXT)
            sched_yield();
        for (uint32_t i = 0; i < DIM; i++)
            row[i] = (float)p;
        tern_kv_append(&s->kv, 0, 0, 0, p, row, row);
        tern_kv_commit(&s->kv, 0);
    }
    return NULL;
}

static void one_thread_may_write_while_one_reads(void **state)
{
    (void)state;
    for (tern_kv_type type = TERN_KV_F32; type <= TERN_KV_I8; type++) {
        stream s = {.kv = kv_of(type)};
        pthread_t producer;
        float row[DIM];
        bool same = true;
        assert_int_equal(pthread_create(&producer, NULL, produce, &s), 0);
        for (uint64_t p = 0; p < STREAMED; p++) {
            while (tern_kv_appended(&s.kv, 0) <= p)
                sched_yield();
            read_row(&s.kv, TERN_VALUE, 0, 0, 0, p, row);
            for (uint32_t i = 0; i < DIM; i++)
                same = same && fabs((double)row[i] - (double)p) <= (double)p / 1024;
            atomic_store_explicit(&s.seen, p + 1, memory_order_release);
        }
        pthread_join(producer, NULL);
        assert_true(same);
        tern_kv_free(&s.kv);
    }
}

static void what_it_cannot_hold_is_refused(void **state)
{
    const tern_geometry wide = {.layers = 1, .kv_heads = 1, .head_dim = TERN_KV_HEAD_DIM + 2};
    tern_kv kv;
    tern_error error;

    (void)state;
    assert_int_equal(tern_kv_new(&kv, &wide, TERN_KV_F32, 1, 1, &error), TERN_USAGE);
    assert_int_equal(tern_kv_new(&kv, &geometry, TERN_KV_F32, 0, 1, &error), TERN_USAGE);
    assert_int_equal(tern_kv_new(&kv, &geometry, TERN_KV_F32, 1, 0, &error), TERN_USAGE);
    tern_kv_free(&kv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_memory_of_the_formula),
        cmocka_unit_test(rows_begin_on_cache_lines_and_are_all_different),
        cmocka_unit_test(keeps_the_last_tokens_of_each_sequence),
        cmocka_unit_test(one_thread_may_write_while_one_reads),
        cmocka_unit_test(what_it_cannot_hold_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
