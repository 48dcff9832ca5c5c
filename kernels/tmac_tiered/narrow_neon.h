/*
 * narrow_neon.h - look-ups by TBX, 16 rows a vector. It leaves a byte as it is where the index is not below 16, so that
 * one of them and a subtraction take each further 16 slots.
 */
#ifndef TERN_TMAC_NARROW_NEON_H
#define TERN_TMAC_NARROW_NEON_H

#include "narrow.h"

#include <arm_neon.h>
#include <string.h>

enum { NARROW_VECTORS = TERN_TMAC_PANEL / 16 };

_Static_assert(NARROW_ROUNDS * 127 <= INT16_MAX, "16 bits hold the sums of a K block");

/* 8-bit sums of 16 rows. */
typedef struct narrow_bytes {
    int8x16_t low, high;
} narrow_bytes;

NARROW_INLINE void narrow_add_group(narrow_bytes *sum, const int8_t *index, const uint8_t *table, unsigned shuffles)
{
    for (int v = 0; v < NARROW_VECTORS; v++) {
        const int8x16_t at = vld1q_s8(index + 16 * v), sign = vorrq_s8(vshrq_n_s8(at, 7), vdupq_n_s8(1));
        uint8x16_t slot = vreinterpretq_u8_s8(vabsq_s8(at));
        int8x16_t low = vdupq_n_s8(0), high = low;
        for (unsigned t = 0; t < shuffles; t++) {
            const int8_t *entry = (const int8_t *)table + t * NARROW_ENTRY;
            low = vqtbx1q_s8(low, vld1q_s8(entry), slot);
            high = vqtbx1q_s8(high, vld1q_s8(entry + TERN_TMAC_SHUFFLE), slot);
            slot = vsubq_u8(slot, vdupq_n_u8(TERN_TMAC_SHUFFLE));
        }
        sum[v].low = vmlaq_s8(sum[v].low, low, sign);
        sum[v].high = vmlaq_s8(sum[v].high, high, sign);
    }
}

/* 16-bit sums by place. */
NARROW_INLINE void narrow_widen(int16x8_t *sum, int8x16_t bytes)
{
    sum[0] = vaddw_s8(sum[0], vget_low_s8(bytes));
    sum[1] = vaddw_high_s8(sum[1], bytes);
}

NARROW_INLINE void narrow_add(const tern_tmac_cell *cell, const uint8_t *table, narrow_split s, int32_t *sum,
                              unsigned shuffles)
{
    int16x8_t low[2 * NARROW_VECTORS], high[2 * NARROW_VECTORS];
    int16_t low_at[TERN_TMAC_PANEL], high_at[TERN_TMAC_PANEL];
    const int8_t *index = cell->index;

    memset(low, 0, sizeof low);
    memset(high, 0, sizeof high);
    for (size_t left = cell->groups, count; left > 0; left -= count) {
        narrow_bytes bytes[NARROW_VECTORS];
        memset(bytes, 0, sizeof bytes);
        count = common_smaller(left, s.groups);
        for (size_t i = 0; i < count; i++, index += TERN_TMAC_PANEL, table += shuffles * NARROW_ENTRY) {
            common_prefetch(index + cell->ahead, COMMON_HINT_L2);
            narrow_add_group(bytes, index, table, shuffles);
        }
        for (int v = 0; v < NARROW_VECTORS; v++) {
            narrow_widen(low + 2 * v, bytes[v].low);
            narrow_widen(high + 2 * v, bytes[v].high);
        }
    }
    memcpy(low_at, low, sizeof low);
    memcpy(high_at, high, sizeof high);
    for (size_t r = 0; r < TERN_TMAC_PANEL; r++)
        sum[r] += low_at[tern_tmac_place(r)] + high_at[tern_tmac_place(r)] * (1 << s.shift);
}

#endif
