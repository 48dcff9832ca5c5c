/*
 * decode.h - what is known of one run of the decode loop; a line of type "decode" in a file of records. Of its arrays
 * it owns one, cpu: tern_fields_free() frees it.
 */
#ifndef TERN_RECORD_DECODE_H
#define TERN_RECORD_DECODE_H

#include "record/record.h"

enum {
    TERN_DECODE_TOKENS = 4096,
    TERN_DECODE_REPETITIONS = 64,
    TERN_DECODE_SEQUENCES = 256,
    TERN_DECODE_KV_POINTS = 8
};

/* Where time went. The parts add up to the whole. */
typedef enum tern_decode_part {
    TERN_DECODE_GEMM, /* quantised products, all ternary layers */
    TERN_DECODE_ATTENTION,
    TERN_DECODE_NORM, /* embedding, norms, quantisation, residuals */
    TERN_DECODE_HEAD,
    TERN_DECODE_SAMPLING,
    TERN_DECODE_OTHER,
    TERN_DECODE_CHECK, /* sums held against what they should be; files of before have it among the others */
    TERN_DECODE_PARTS
} tern_decode_part;

extern const char *const tern_decode_part_names[TERN_DECODE_PARTS];

/* One phase: the prompt, or the tokens that were generated one by one. Times are of the best repetition. */
typedef struct tern_phase {
    uint32_t tokens; /* of all sequences together */
    double total_ms;
    double tokens_per_s;
    uint32_t rates;
    double rate[TERN_DECODE_REPETITIONS]; /* tokens a second of each repetition */
    double part_ms[TERN_DECODE_PARTS];
    uint32_t parts;
    double bytes_per_token, macs_per_token; /* what a token must read and multiply at least */
    double roof_tokens_per_s; /* the nearer of the two roofs at that many bytes and multiply-adds; NaN = not measured */
    double roof_share;
} tern_phase;

typedef struct tern_decode_record {
    uint32_t run; /* its run in a tern_results; not written */
    char id[TERN_ID_BYTES];
    char model[64];
    char source[256]; /* of the weights: the seed, or a file */
    char kernel[64];
    char toggles[256];      /* of the kernel, those that are not its own choice */
    char loop_toggles[256]; /* of the loop, likewise */
    char isa[64];
    double bits_per_weight;
    char pick_reason[256]; /* why `auto` took this kernel; empty when it was named */
    uint32_t threads;
    uint32_t cpus;
    int32_t *cpu; /* cpus of them: where thread i ran; -1 = not pinned */

    /* geometry */
    uint32_t layers, hidden, heads, kv_heads, head_dim, ffn, vocabulary;
    uint64_t ternary_weights, embedding_weights, head_weights;

    uint32_t context, sequences, block, repetitions;
    uint32_t prompt_tokens, new_tokens; /* of each sequence */
    uint64_t seed;                      /* of weights and sampling */
    double p0;

    tern_finding finding; /* EXACT, or why nothing was timed */
    bool timed;
    bool baseline;     /* what the others are compared with, not what was asked for */
    uint32_t products; /* of a layer: 4, and more where scales change along the rows of a matrix; 0 = not known */
    uint32_t measured_layers; /* of a baseline; fewer than layers: times are scaled by layers / measured_layers */
    tern_phase prefill, decode;
    double median_ms, p99_ms; /* of the decoded steps */
    uint32_t steps;
    double step_ms[TERN_DECODE_TOKENS]; /* of the best repetition, in order */

    double load_s;
    double roof_read_gbps, roof_gmacs;
    char roof_instruction[24];
    uint64_t step_bytes; /* what a step of the layers that ran reads; files of before have 0 */
    /* At which weights, norms and head were read in turns with the steps; 0 = not measured: memory's rate counts. */
    double roof_step_gbps;
    double target_tokens_per_s;                   /* 0 = none */
    double kv_ratio_predicted, kv_ratio_measured; /* time without the cache / with it; NaN = not asked for */

    /*
     * One layer, one thread, all heads: an append of one token to the ring, and attention to all it holds, at each
     * position.
     */
    uint32_t kv_points;
    double kv_position[TERN_DECODE_KV_POINTS], kv_append_ns[TERN_DECODE_KV_POINTS], kv_attend_ns[TERN_DECODE_KV_POINTS];

    /* memory; an embedding that is not the head is asked for row by row and takes none (0) */
    uint64_t packed_bytes, embedding_bytes, head_bytes, norm_bytes, kv_bytes, kv_scale_bytes, buffer_bytes;
    uint64_t peak_rss_bytes, budget_bytes; /* 0 = none */
    double allocations;                    /* on the heap while tokens were decoded; NaN = could not be counted */

    uint32_t prompt_ids;
    int32_t prompt_id[TERN_DECODE_TOKENS]; /* given or seeded; of a longer prompt the first ones */
    uint32_t generated;
    int32_t token[TERN_DECODE_TOKENS]; /* of the first sequence */
    char tokens_hash[24],
        logits_hash[24]; /* XXH3 over all steps and sequences: equal for every kernel, thread count and block */
} tern_decode_record;

#endif
