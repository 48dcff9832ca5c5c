/*
 * Attention over the ring is what the formula says, and the same bits for every body, wherever the ring wraps, and
 * whatever other queries are in the call.
 */
#include "decode/loop/kv.h"
#include "floats.h"
#include "kv_type.h"

#include <stdlib.h>

enum { CONTEXT = 70, MOST_DIM = 1024, MOST_QUERIES = 40 };

/* A ring whose oldest visible position is `first`, filled up to the newest with the same rows whatever `first` is. */
static void fill_ring(tern_kv *kv, uint32_t head_dim, tern_kv_type type, uint64_t first, uint32_t rows)
{
    const tern_geometry geometry = {.layers = 2, .kv_heads = 2, .head_dim = head_dim};
    float key[MOST_DIM], value[MOST_DIM];
    uint64_t seed = 1;
    tern_error error;

    if (tern_kv_new(kv, &geometry, type, CONTEXT, 2, &error) != TERN_OK)
        fail_msg("%s", error.text);
    for (uint64_t old = 0; old < first; old++) { /* what nobody may see */
        floats_fill(key, head_dim, &(uint64_t){77}, TAME);
        tern_kv_append(kv, 1, 1, 1, old, key, key);
    }
    for (uint32_t row = 0; row < rows; row++) {
        floats_fill(key, head_dim, &seed, TAME);
        floats_fill(value, head_dim, &seed, TAME);
        tern_kv_append(kv, 1, 1, 1, first + row, key, value);
    }
}

static void fill_queries(float *query, uint32_t head_dim)
{
    uint64_t seed = 2;

    floats_fill(query, (size_t)MOST_QUERIES * head_dim, &seed, TAME);
}

/* What a row of the ring says in double precision. */
static double element(const tern_kv *kv, tern_kv_part part, uint64_t position, uint32_t i)
{
    const tern_past past = tern_kv_past(kv, 1, 1, 1);
    const size_t slot = (size_t)(position % kv->context);
    const uint8_t *row = past.row[part] + slot * kv->row_bytes;
    float value;

    switch (kv->type) {
    case TERN_KV_F32:
        return ((const float *)(const void *)row)[i];
    case TERN_KV_F16:
        tern_ops_portable.from_f16((const uint16_t *)(const void *)row + i, 1, &value);
        return value;
    case TERN_KV_I8:
        return (double)((const int8_t *)row)[i] * past.scale[part][slot];
    }
    return 0.0;
}

static void by_the_formula(const tern_kv *kv, const float *query, uint64_t position, double *out)
{
    const uint64_t first = position < kv->context ? 0 : position + 1 - kv->context;
    double weight[CONTEXT] = {0}, most = -INFINITY, total = 0.0;

    for (uint64_t p = first; p <= position; p++) {
        for (uint32_t i = 0; i < kv->head_dim; i++)
            weight[p - first] += query[i] * element(kv, TERN_KEY, p, i) / sqrt(kv->head_dim);
        most = fmax(most, weight[p - first]);
    }
    for (uint64_t p = first; p <= position; p++)
        total += weight[p - first] = exp(weight[p - first] - most);
    memset(out, 0, kv->head_dim * sizeof *out);
    for (uint64_t p = first; p <= position; p++)
        for (uint32_t i = 0; i < kv->head_dim; i++)
            out[i] += weight[p - first] / total * element(kv, TERN_VALUE, p, i);
}

/* `count` queries at the same position, or at consecutive ones. */
static void attend(const tern_ops *ops, const tern_kv *kv, const float *query, uint64_t position, bool consecutive,
                   size_t count, float *out)
{
    const tern_past past = tern_kv_past(kv, 1, 1, 1);
    static float scores[TERN_ATTEND_GROUP * (CONTEXT + 32)];
    tern_attend call[MOST_QUERIES];

    for (size_t i = 0; i < count; i++)
        call[i] = (tern_attend){.query = query + i * kv->head_dim,
                                .out = out + i * kv->head_dim,
                                .position = position + (consecutive ? i : 0)};
    ops->attend(&past, call, count, consecutive ? NULL : &past, scores);
}

static const uint32_t dims[] = {2, 16, 20, 64, 80, 96, 128, 160, 600, 1024};

static void follows_the_formula(void **state)
{
    static float query[MOST_QUERIES * MOST_DIM], out[MOST_QUERIES * MOST_DIM];
    const uint64_t positions[] = {0, 1, 15, 16, 40, CONTEXT - 1, CONTEXT, CONTEXT + 30, 3 * CONTEXT - 1};
    double expected[MOST_DIM] = {0};

    (void)state;
    for (size_t d = 0; d < sizeof dims / sizeof *dims; d++)
        for (tern_kv_type type = TERN_KV_F32; type <= TERN_KV_I8; type++)
            for (size_t p = 0; p < sizeof positions / sizeof *positions; p++) {
                tern_kv kv;
                fill_queries(query, dims[d]);
                fill_ring(&kv, dims[d], type, 0, (uint32_t)positions[p] + 1);
                attend(tern_ops_for(tern_isa_detect()), &kv, query, positions[p], false, 3, out);
                for (size_t i = 0; i < 3; i++) {
                    by_the_formula(&kv, query + i * dims[d], positions[p], expected);
                    for (uint32_t j = 0; j < dims[d]; j++)
                        if (fabs(out[i * dims[d] + j] - expected[j]) > 2e-5)
                            fail_msg("dim %u, %s, position %d: %g is not %g", dims[d], kv_type_name(type),
                                     (int)positions[p], (double)out[i * dims[d] + j], expected[j]);
                }
                tern_kv_free(&kv);
            }
}

/*
 * Every number of queries, at one position and at consecutive ones, in every body, against each query alone in the
 * portable one.
 */
static void is_the_same_for_all_bodies_and_calls(void **state)
{
    static float query[MOST_QUERIES * MOST_DIM], alone[MOST_QUERIES * MOST_DIM], out[MOST_QUERIES * MOST_DIM];

    (void)state;
    for (size_t d = 0; d < sizeof dims / sizeof *dims; d++)
        for (tern_kv_type type = TERN_KV_F32; type <= TERN_KV_I8; type++)
            for (int consecutive = 0; consecutive < 2; consecutive++) {
                const uint64_t position = consecutive ? CONTEXT - MOST_QUERIES : CONTEXT + 13;
                const size_t dim = dims[d];
                tern_kv kv;
                fill_queries(query, dims[d]);
                fill_ring(&kv, dims[d], type, 0, consecutive ? CONTEXT : CONTEXT + 14);
                for (size_t i = 0; i < MOST_QUERIES; i++)
                    attend(&tern_ops_portable, &kv, query + i * dim, position + (consecutive ? i : 0), false, 1,
                           alone + i * dim);
                for (const tern_ops *const *ops = tern_ops_list; *ops != NULL; ops++)
                    for (size_t count = 1, most = floats_runs(*ops) ? MOST_QUERIES : 0; count <= most; count += 1 + d) {
                        attend(*ops, &kv, query, position, consecutive, count, out);
                        floats_assert_same(out, alone, count * dim);
                    }
                tern_kv_free(&kv);
            }
}

/* The same rows, the oldest of which is in another slot. */
static void does_not_depend_on_where_the_ring_wraps(void **state)
{
    static float query[MOST_QUERIES * MOST_DIM], expected[5 * MOST_DIM], out[5 * MOST_DIM];

    (void)state;
    fill_queries(query, 80);
    for (tern_kv_type type = TERN_KV_F32; type <= TERN_KV_I8; type++)
        for (size_t count = 1; count <= 5; count += 4)
            for (uint64_t first = 0; first <= CONTEXT; first += 7) {
                tern_kv kv;
                fill_ring(&kv, 80, type, first, CONTEXT);
                attend(tern_ops_for(tern_isa_detect()), &kv, query, first + CONTEXT - 1, false, count,
                       first == 0 ? expected : out);
                if (first > 0)
                    floats_assert_same(out, expected, count * 80);
                tern_kv_free(&kv);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_formula),
        cmocka_unit_test(is_the_same_for_all_bodies_and_calls),
        cmocka_unit_test(does_not_depend_on_where_the_ring_wraps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
