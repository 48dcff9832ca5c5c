/*
 * ggml_types.h - the few types of ggml that its products are called by, so that neither its headers nor its library is
 * needed to build this. Of the functions, what stands in ggml/include of llama.cpp: ggml.h and ggml-cpu.h; of the
 * block, ggml/src/ggml-common.h. Types start as these do since November 2024; load() holds against them what a library
 * says of itself.
 */
#ifndef TERN_PEERS_GGML_TYPES_H
#define TERN_PEERS_GGML_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* enum ggml_type */
enum { GGML_TYPE_Q8_K = 15, GGML_TYPE_TQ1_0 = 34, GGML_TYPE_TQ2_0 = 35 };

/* ggml_from_float_t: k numbers as blocks. */
typedef void ggml_from_float(const float *x, void *y, int64_t k);

/* ggml_vec_dot_t: *s = the product of n weights and activations; strides and nrc = 1 are for several rows at a time. */
typedef void ggml_vec_dot(int n, float *s, size_t bs, const void *x, size_t bx, const void *y, size_t by, int nrc);

/* struct ggml_type_traits of ggml.h, as far as it is read. */
typedef struct ggml_type_traits {
    const char *type_name;
    int64_t blck_size; /* weights a block */
    int64_t blck_size_interleave;
    size_t type_size; /* bytes a block */
    bool is_quantized;
} ggml_type_traits;

/* struct ggml_type_traits_cpu of ggml-cpu.h, as far as it is read. */
typedef struct ggml_type_traits_cpu {
    ggml_from_float *from_float;
    ggml_vec_dot *vec_dot;
    int vec_dot_type; /* the form of the activations */
} ggml_type_traits_cpu;

typedef const ggml_type_traits *ggml_get_type_traits_fn(int type);
typedef const ggml_type_traits_cpu *ggml_get_type_traits_cpu_fn(int type);
typedef void ggml_cpu_init_fn(void);
typedef const char *ggml_version_fn(void); /* since August 2025 */
typedef int ggml_cpu_has_fn(void);         /* ggml_cpu_has_avx2() and so on: what the library is compiled for */

enum { QK_K = 256 };

/* block_q8_K */
typedef struct block_q8_k {
    float d;
    int8_t qs[QK_K];
    int16_t bsums[QK_K / 16]; /* of 16 qs each */
} block_q8_k;

#endif
