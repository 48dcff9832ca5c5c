#include "decode/loop/kv_bench.h"

#include "base/clock.h"
#include "base/stats.h"
#include "decode/loop/kv.h"

#include <stdlib.h>
#include <string.h>

enum { REPETITIONS = 51, APPENDS = 8 };

typedef struct bench {
    tern_geometry geometry; /* one layer */
    tern_kv kv;
    const tern_ops *ops;
    uint32_t context;
    float *row;    /* a query, key or value of one head */
    float *out;    /* of the heads of a group */
    float *scores; /* of the heads of a group */
    tern_attend *query;
} bench;

static tern_status open_ring(bench *b, tern_kv_type type, tern_error *error)
{
    const uint32_t group = b->geometry.heads / b->geometry.kv_heads;
    const size_t floats = (size_t)b->geometry.head_dim * (group + 1) + tern_attend_stride(b->context) * group;

    b->geometry.layers = 1;
    b->row = calloc(floats, sizeof *b->row);
    b->query = calloc(group, sizeof *b->query);
    if (b->row == NULL || b->query == NULL)
        return tern_error_memory(error, "queries", (double)(floats * sizeof *b->row));
    b->out = b->row + b->geometry.head_dim;
    b->scores = b->out + (size_t)b->geometry.head_dim * group;
    for (uint32_t i = 0; i < b->geometry.head_dim; i++)
        b->row[i] = (float)(i % 7) - 3.0F;
    for (uint32_t i = 0; i < group; i++)
        b->query[i] = (tern_attend){.query = b->row, .out = b->out + (size_t)i * b->geometry.head_dim};
    return tern_kv_new(&b->kv, &b->geometry, type, b->context, 1, error);
}

static void append(bench *b, uint64_t position)
{
    for (uint32_t head = 0; head < b->geometry.kv_heads; head++)
        tern_kv_append(&b->kv, 0, 0, head, position, b->row, b->row);
}

static void attend(bench *b, uint64_t position)
{
    const uint32_t heads = b->geometry.kv_heads, group = b->geometry.heads / heads;
    tern_past next = tern_kv_past(&b->kv, 0, 0, 0);

    for (uint32_t i = 0; i < group; i++)
        b->query[i].position = position;
    for (uint32_t head = 0; head < heads; head++) {
        const tern_past past = next;
        const bool is_last = head + 1 == heads;
        if (!is_last)
            next = tern_kv_past(&b->kv, 0, 0, head + 1);
        b->ops->attend(&past, b->query, group, is_last ? NULL : &next, b->scores);
    }
}

/* Appends go to positions that follow one another, as in the loop. */
static double append_ns(bench *b, uint64_t position)
{
    double ns[REPETITIONS];

    for (size_t i = 0; i < REPETITIONS; i++) {
        const double start_ns = tern_clock_ns();
        for (uint64_t j = 0; j < APPENDS; j++)
            append(b, position + j);
        ns[i] = (tern_clock_ns() - start_ns) / APPENDS;
    }
    tern_stats_sort(ns, REPETITIONS);
    return tern_stats_median(ns, REPETITIONS);
}

static double attend_ns(bench *b, uint64_t position)
{
    double ns[REPETITIONS];

    for (size_t i = 0; i < REPETITIONS; i++) {
        const double start_ns = tern_clock_ns();
        attend(b, position);
        ns[i] = tern_clock_ns() - start_ns;
    }
    tern_stats_sort(ns, REPETITIONS);
    return tern_stats_median(ns, REPETITIONS);
}

tern_status tern_kv_bench(const tern_geometry *geometry, tern_kv_type type, uint32_t context, const tern_ops *ops,
                          tern_decode_record *record, tern_error *error)
{
    /* Near the start, along the ring, across its end, and a ring later. */
    const uint64_t across = context > APPENDS / 2 ? context - APPENDS / 2 : 0;
    const uint64_t position[] = {
        10, context / 4, context / 2, context - context / 40, across, context + (uint64_t)context / 2};
    bench b = {.geometry = *geometry, .ops = ops, .context = context};
    const tern_status status = open_ring(&b, type, error);

    record->kv_points = 0;
    for (uint64_t i = 0; status == TERN_OK && i < context; i++)
        append(&b, i);
    for (size_t i = 0; status == TERN_OK && i < sizeof position / sizeof *position; i++) {
        const uint32_t point = record->kv_points++;
        record->kv_position[point] = (double)position[i];
        record->kv_append_ns[point] = append_ns(&b, position[i]);
        record->kv_attend_ns[point] = attend_ns(&b, position[i]);
    }
    tern_kv_free(&b.kv);
    free(b.row);
    free(b.query);
    return status;
}
