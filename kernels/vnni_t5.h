/*
 * vnni_t5.h - five weights in a byte, 1.6 bits each, in the form of vnni.h: what packs and unpacks a line.
 *
 * The codes are digits of base 3: d1, three that make a number n, 0..26, and d5. Where n < 21, the byte is
 * 64 d5 + 21 d1 + n. The other six n stand where its highest two bits are 3: 192 + 21 d1 + 3 (n - 21) + d5. So the
 * lowest 6 bits tell d1, and the digits of n as fields of 2 bits, by VPERMB, which looks at no more of them; where
 * the highest two are 3, a masked VPERMB in another table gives n, and d5 above it. d5 is a field in its place
 * otherwise, and a xor serves both cases.
 */
#ifndef TERN_VNNI_T5_H
#define TERN_VNNI_T5_H

#define VNNI_DIGITS 5
#include "common.h"
#include "vnni_few.h"
#include "vnni_pack.h"

enum {
    COMMON = 21, /* values of n beside which d5 has the highest bits for itself */
    TOP = 0xC0   /* those bits */
};

/* Of 4 lines by 4 bytes, where in a row's weights digits two to five stand, and the first. */
#define LAST(line, j)     20 * (line) + 4 + (j), 20 * (line) + 8 + (j), 20 * (line) + 12 + (j), 20 * (line) + 16 + (j)
#define FIRST(line, j)    20 * (line) + (j), 0, 0, 0
#define OF_LINE(DO, line) DO(line, 0), DO(line, 1), DO(line, 2), DO(line, 3)
#define OF_LINES(DO)      OF_LINE(DO, 0), OF_LINE(DO, 1), OF_LINE(DO, 2)

static const uint8_t last_digits[VNNI_LINE] __attribute__((aligned(VNNI_LINE))) = {OF_LINES(LAST)};
static const uint8_t first_digits[VNNI_LINE] __attribute__((aligned(VNNI_LINE))) = {OF_LINES(FIRST)};

/* The bytes of four lines of a row, a lane each. */
VNNI_INLINE __m512i encode_row(__m512i weights)
{
    const __m512i zero = _mm512_setzero_si512(), codes = _mm512_add_epi8(weights, _mm512_set1_epi8(1));
    const __m512i last = _mm512_permutexvar_epi8(vnni_load(last_digits), codes);
    const __m512i first =
        _mm512_dpbusd_epi32(zero, _mm512_permutexvar_epi8(vnni_load(first_digits), codes), _mm512_set1_epi32(COMMON));
    const __m512i number = _mm512_dpbusd_epi32(zero, last, _mm512_set1_epi32(9 | 3 << 8 | 1 << 16));
    const __m512i common = _mm512_dpbusd_epi32(first, last, _mm512_set1_epi32(9 | 3 << 8 | 1 << 16 | 64 << 24));
    const __m512i rare = _mm512_dpbusd_epi32(_mm512_add_epi32(first, _mm512_set1_epi32(TOP - 3 * COMMON)), last,
                                             _mm512_set1_epi32(27 | 9 << 8 | 3 << 16 | 1 << 24));

    return _mm512_mask_mov_epi32(common, _mm512_cmpge_epi32_mask(number, _mm512_set1_epi32(COMMON)), rare);
}

VNNI_INLINE __m512i vnni_encode(const __m512i rows[4])
{
    return _mm512_packus_epi16(_mm512_packus_epi32(encode_row(rows[0]), encode_row(rows[1])),
                               _mm512_packus_epi32(encode_row(rows[2]), encode_row(rows[3])));
}

/*
 * Of the lowest 6 bits of a byte: d1; n as fields of 2 bits; and, where the highest bits are 3, n with d5 above it, xor
 * 3 for the xor with the byte.
 */
#define FIRST_OF(a)  ((a) / COMMON)
#define FIELDS(n)    ((n) / 9 % 3 | (n) / 3 % 3 << 2 | (n) % 3 << 4)
#define COMMON_OF(a) FIELDS((a) % COMMON)
#define RARE_OF(a)   (FIELDS(COMMON + (a) % COMMON / 3) | ((a) % COMMON % 3 ^ 3) << 6)

static const uint8_t first_of[VNNI_LINE] __attribute__((aligned(VNNI_LINE))) = {COMMON_64(FIRST_OF)};
static const uint8_t common_of[VNNI_LINE] __attribute__((aligned(VNNI_LINE))) = {COMMON_64(COMMON_OF)};
static const uint8_t rare_of[VNNI_LINE] __attribute__((aligned(VNNI_LINE))) = {COMMON_64(RARE_OF)};

/* Field i of each byte, in its lowest bits: row 7 - b of the bit matrix says what bit b of the result is. */
#define FIELD(v, i) _mm512_gf2p8affine_epi64_epi8(v, _mm512_set1_epi64(UINT64_C(0x0102000000000000) << 2 * (i)), 0)

VNNI_INLINE vnni_codes vnni_split(const uint8_t *line, bool masks)
{
    const __m512i q = vnni_load(line), field = _mm512_set1_epi8(3), top = _mm512_set1_epi8((char)TOP);
    const __m512i first = _mm512_permutexvar_epi8(q, vnni_load(first_of));
    const __m512i last = _mm512_mask_permutexvar_epi8(_mm512_permutexvar_epi8(q, vnni_load(common_of)),
                                                      _mm512_cmpge_epu8_mask(q, top), q, vnni_load(rare_of));

    if (masks)
        return (vnni_codes){{first, _mm512_and_si512(last, field), _mm512_and_si512(last, _mm512_set1_epi8(0x0C)),
                             _mm512_and_si512(last, _mm512_set1_epi8(0x30)),
                             _mm512_ternarylogic_epi64(last, q, top, (0xF0 ^ 0xCC) & 0xAA)}};
    return (vnni_codes){
        {first, _mm512_and_si512(last, field), FIELD(last, 1), FIELD(last, 2), FIELD(_mm512_xor_si512(last, q), 3)}};
}

#endif
