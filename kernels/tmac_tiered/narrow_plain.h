/*
 * narrow_plain.h - look-ups for processors without a shuffle that this program knows: one row at a time.
 */
#ifndef TERN_TMAC_NARROW_PLAIN_H
#define TERN_TMAC_NARROW_PLAIN_H

#include "narrow.h"

NARROW_INLINE void narrow_add(const tern_tmac_cell *cell, const uint8_t *table, narrow_split s, int32_t *sum,
                              unsigned shuffles)
{
    const int8_t *index = cell->index;

    for (size_t group = 0; group < cell->groups; group++, index += TERN_TMAC_PANEL, table += shuffles * NARROW_ENTRY)
        for (size_t r = 0; r < TERN_TMAC_PANEL; r++) {
            const int at = index[tern_tmac_place(r)], slot = at < 0 ? -at : at;
            const int8_t *entry =
                (const int8_t *)table + slot / TERN_TMAC_SHUFFLE * NARROW_ENTRY + slot % TERN_TMAC_SHUFFLE;
            const int32_t value = entry[0] + entry[TERN_TMAC_SHUFFLE] * (1 << s.shift);
            sum[r] += at < 0 ? -value : value;
        }
}

#endif
