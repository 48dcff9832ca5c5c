/*
 * kv_bench.h - what it costs to append a token to the KV ring, and to attend to all that it holds, at positions from
 * the first to beyond the wrap.
 */
#ifndef TERN_KV_BENCH_H
#define TERN_KV_BENCH_H

#include "decode/ops/ops.h"
#include "record/decode.h"

/*
 * Times one layer, one thread, all heads: the median of repetitions at each position. Fills points and their count in
 * the record. Reserves a ring of one layer while it runs.
 */
tern_status tern_kv_bench(const tern_geometry *geometry, tern_kv_type type, uint32_t context, const tern_ops *ops,
                          tern_decode_record *record, tern_error *error);

#endif
