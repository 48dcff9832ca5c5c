#include "decode/loop/kv.h"

#include "base/round.h"
#include "machine/isa.h"

#include <stdlib.h>
#include <string.h>

enum { ROW_ALIGN = 64 };

static const size_t value_bytes[] = {
    [TERN_KV_F32] = sizeof(float), [TERN_KV_F16] = sizeof(uint16_t), [TERN_KV_I8] = sizeof(int8_t)};

tern_status tern_kv_new(tern_kv *kv, const tern_geometry *geometry, tern_kv_type type, uint32_t context,
                        uint32_t sequences, tern_error *error)
{
    memset(kv, 0, sizeof *kv);
    if (geometry->head_dim > TERN_KV_HEAD_DIM)
        return tern_error_set(error, TERN_USAGE, "heads of %u elements: attention takes at most %d", geometry->head_dim,
                              TERN_KV_HEAD_DIM);
    if (context == 0 || sequences == 0)
        return tern_error_set(error, TERN_USAGE, "a KV ring needs at least one slot and one sequence");
    const uint64_t rows = (uint64_t)2 * sequences * geometry->layers * geometry->kv_heads * context;
    const size_t row_bytes = tern_round_up(geometry->head_dim * value_bytes[type], ROW_ALIGN);
    *kv = (tern_kv){.type = type,
                    .layers = geometry->layers,
                    .kv_heads = geometry->kv_heads,
                    .head_dim = geometry->head_dim,
                    .context = context,
                    .sequences = sequences,
                    .row_bytes = row_bytes,
                    .rows_bytes = rows * row_bytes,
                    .scale_bytes = type == TERN_KV_I8 ? rows * sizeof(float) : 0,
                    .ops = tern_ops_for(tern_isa_detect())};
    kv->appended = calloc(sequences, sizeof *kv->appended);
    if (kv->appended == NULL)
        return tern_error_memory(error, "the KV ring's counts", (double)sequences * sizeof *kv->appended);
    const tern_status status = tern_memory_new(&kv->memory, "the KV ring", kv->rows_bytes + kv->scale_bytes, error);
    if (status != TERN_OK) {
        tern_kv_free(kv);
        return status;
    }
    if (type == TERN_KV_I8)
        kv->scale = (float *)(void *)(kv->memory.data + kv->rows_bytes);
    return TERN_OK;
}

void tern_kv_free(tern_kv *kv)
{
    free(kv->appended);
    tern_memory_free(&kv->memory);
    memset(kv, 0, sizeof *kv);
}

/* Index of the first row of a head. */
static size_t head_row(const tern_kv *kv, tern_kv_part part, uint32_t layer, uint32_t sequence, uint32_t kv_head)
{
    const size_t heads = (((size_t)part * kv->sequences + sequence) * kv->layers + layer) * kv->kv_heads + kv_head;

    return heads * kv->context;
}

static void append_row(tern_kv *kv, size_t row, const float *x)
{
    void *to = kv->memory.data + row * kv->row_bytes;

    switch (kv->type) {
    case TERN_KV_F32:
        memcpy(to, x, kv->head_dim * sizeof *x);
        break;
    case TERN_KV_F16:
        kv->ops->to_f16(x, kv->head_dim, to);
        break;
    case TERN_KV_I8:
        kv->scale[row] = kv->ops->quantise(x, kv->head_dim, to);
        break;
    }
}

void tern_kv_append(tern_kv *kv, uint32_t layer, uint32_t sequence, uint32_t kv_head, uint64_t position,
                    const float *key, const float *value)
{
    const size_t slot = (size_t)(position % kv->context);

    append_row(kv, head_row(kv, TERN_KEY, layer, sequence, kv_head) + slot, key);
    append_row(kv, head_row(kv, TERN_VALUE, layer, sequence, kv_head) + slot, value);
}

void tern_kv_commit(tern_kv *kv, uint32_t sequence)
{
    const uint64_t before = atomic_load_explicit(&kv->appended[sequence], memory_order_relaxed);

    atomic_store_explicit(&kv->appended[sequence], before + 1, memory_order_release);
}

uint64_t tern_kv_appended(const tern_kv *kv, uint32_t sequence)
{
    return atomic_load_explicit(&kv->appended[sequence], memory_order_acquire);
}

void tern_kv_reset(tern_kv *kv, uint32_t sequence)
{
    atomic_store_explicit(&kv->appended[sequence], 0, memory_order_release);
}

tern_past tern_kv_past(const tern_kv *kv, uint32_t layer, uint32_t sequence, uint32_t kv_head)
{
    tern_past past = {.type = kv->type, .head_dim = kv->head_dim, .context = kv->context, .row_bytes = kv->row_bytes};

    for (tern_kv_part part = 0; part < TERN_KV_PARTS; part++) {
        const size_t first = head_row(kv, part, layer, sequence, kv_head);
        past.row[part] = kv->memory.data + first * kv->row_bytes;
        past.scale[part] = kv->scale == NULL ? NULL : kv->scale + first;
    }
    return past;
}
