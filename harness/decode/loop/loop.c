#include "decode/loop/loop.h"

const tern_toggle tern_loop_toggles[TERN_LOOP_TOGGLES + 1] = {
    [TERN_LOOP_SIMD] = {"simd", "floating-point work with the best instruction set; off: portable code", NULL, 1, 0, 1},
    [TERN_LOOP_KV_CACHE] = {"kv_cache", "keep keys and values; off: compute the whole sequence at every step", NULL, 1,
                            0, 1},
    [TERN_LOOP_KV_BITS] = {"kv", "bits of a cached key or value: 8, 16 or 32", "kv_cache", 16, 8, 32},
    [TERN_LOOP_FUSED] = {"fused", "norm and quantisation in one pass", NULL, 1, 0, 1},
    [TERN_LOOP_HEAD_BITS] = {"head", "bits of a weight of embedding and head: 8 or 16", NULL, 8, 8, 16},
    [TERN_LOOP_HUGE_PAGES] = {"huge_pages", "weights and caches on huge pages", NULL, 1, 0, 1},
    {NULL, NULL, NULL, 0, 0, 0},
};

const int32_t tern_loop_plain[TERN_LOOP_TOGGLES] = {[TERN_LOOP_KV_BITS] = 32, [TERN_LOOP_HEAD_BITS] = 16};

const char *tern_loop_fault(const int32_t *value)
{
    const int32_t kv = value[TERN_LOOP_KV_BITS], head = value[TERN_LOOP_HEAD_BITS];

    if (kv != 8 && kv != 16 && kv != 32)
        return "toggle 'kv' takes 8, 16 or 32";
    if (head != 8 && head != 16)
        return "toggle 'head' takes 8 or 16";
    return NULL;
}
