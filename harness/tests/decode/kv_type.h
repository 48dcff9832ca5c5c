/*
 * kv_type.h - what a failed test calls the types of a KV cache.
 */
#ifndef TERN_TESTS_KV_TYPE_H
#define TERN_TESTS_KV_TYPE_H

#include "decode/ops/past.h"

/* "f32", "f16", "i8" */
static inline const char *kv_type_name(tern_kv_type type)
{
    return type == TERN_KV_F32 ? "f32" : type == TERN_KV_F16 ? "f16" : "i8";
}

#endif
