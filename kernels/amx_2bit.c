/*
 * amx.2bit - 2-bit weights, TDPBSSD on tiles.
 *
 * Packed W has the form of vnni.2bit: a byte holds four codes w + 1. What is done with it stands in amx_gemm.h.
 *
 * What bounds it. With a handful of tokens memory does. With many, a step of a register block is four products of 16
 * cycles. Measured piece by piece on a Xeon with AMX, in loops of one kind:
 *   - tile loads hide: 16 to 17 cycles a product with weights in L1 and X in L2; with both in L2 21, which is why a
 *     block of weights has to fit L1;
 *   - sums that leave the tiles after a block and come back before the next do not: 120 cycles, beside the 768 that the
 *     products of 12 steps take;
 *   - Y of a pair of tiles, written past the caches in one go, costs 2,000 cycles and more;
 *   - at 32 tokens, where all weights are unpacked for one pair, the kernel takes 115 cycles a step with packed W from
 *     the last-level cache and 160 from memory, at 64, for two pairs, 200 and 220: memory is not hidden.
 * The clock is the other bound. While a core multiplies what is in registers, constants or random bytes, it runs at 3.7
 * GHz; with loads of X and weights it was at 3.0 GHz in loops of 0.1 ms, and right after calls with 512 tokens at 2.1
 * to 2.3. A peak measured in registers is then out of reach, whatever the order of instructions.
 */
#define VNNI_DIGITS 4
#define AMX_BLOCK   11
#include "amx_gemm.h"
#include "vnni_pack.h"

VNNI_INLINE __m512i vnni_encode(const __m512i rows[4])
{
    const __m512i shifts = _mm512_broadcast_i32x4(_mm_setr_epi32(0, 2, 4, 6));
    __m512i v[4], low, high;

    for (size_t i = 0; i < 4; i++)
        v[i] = _mm512_sllv_epi32(_mm512_add_epi8(rows[i], _mm512_set1_epi8(1)), shifts);
    low = _mm512_or_si512(_mm512_unpacklo_epi32(v[0], v[1]), _mm512_unpackhi_epi32(v[0], v[1]));
    high = _mm512_or_si512(_mm512_unpacklo_epi32(v[2], v[3]), _mm512_unpackhi_epi32(v[2], v[3]));
    return _mm512_or_si512(_mm512_unpacklo_epi64(low, high), _mm512_unpackhi_epi64(low, high));
}

VNNI_INLINE vnni_codes vnni_split(const uint8_t *line, bool masks)
{
    const __m512i v = vnni_load(line);

    (void)masks;
    return (vnni_codes){{_mm512_and_si512(v, _mm512_set1_epi8(0x03)), _mm512_and_si512(v, _mm512_set1_epi8(0x0C)),
                         _mm512_and_si512(v, _mm512_set1_epi8(0x30)),
                         _mm512_and_si512(v, _mm512_set1_epi8((char)0xC0))}};
}

/*
 * VPERMB looks at the low six bits of a byte only: a table for each two of them gives the weight of the code there at
 * once, and the upper two bits take a shift.
 */
VNNI_INLINE void amx_unpack_line(const uint8_t *packed, int8_t *weights)
{
    const __m128i minus = _mm_set1_epi8(-1), zero = _mm_setzero_si128(), plus = _mm_set1_epi8(1);
    const __m512i low = _mm512_set1_epi32(0x000100FF);
    const __m512i middle = _mm512_broadcast_i32x4(_mm_setr_epi32(-1, 0, 0x01010101, 0));
    const __m512i high =
        _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_setr_m128i(minus, zero)), _mm256_setr_m128i(plus, zero), 1);
    const __m512i line = vnni_load(packed);

    _mm512_store_si512(weights, _mm512_permutexvar_epi8(line, low));
    _mm512_store_si512(weights + VNNI_LINE, _mm512_permutexvar_epi8(line, middle));
    _mm512_store_si512(weights + 2 * VNNI_LINE, _mm512_permutexvar_epi8(line, high));
    _mm512_store_si512(weights + 3 * VNNI_LINE, _mm512_permutexvar_epi8(_mm512_srli_epi16(line, 2), high));
}

const tern_kernel tern_kernel_amx_2bit = {
    TERN_KERNEL_HEAD,
    .name = "amx.2bit",
    .formerly = "amx2",
    .summary = "2-bit weights, AMX multiply-adds of tiles",
    .refines = "vnni.2bit",
    .isa = TERN_ISA_AVX2 | TERN_ISA_AVX512 | TERN_ISA_AVX512VNNI | TERN_ISA_AVX512VBMI | TERN_ISA_AMXINT8,
    .bits_per_weight = 2.0,
    .multiple = {1, 1, 1},
    .tile = {AMX_BAND, AMX_COLUMNS, AMX_BAND},
    .row_step = VNNI_ROWS,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = vnni_packed_bytes,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
    .pack_rows = vnni_pack_rows,
};
