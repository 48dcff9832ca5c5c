/*
 * vnni.2bit - 2-bit weights, VPDPBUSD on zmm.
 *
 * A byte holds four codes w + 1, of four steps (vnni.h). Few tokens (vnni_few.h): 256 weights take a load, 4 ands and
 * 4 multiply-adds a token, whose x comes as a memory operand: 4 cycles for 64 bytes on two ports, 4 or 5 where sums
 * wait for each other, which `unroll` mends, so that a core is bound by memory unless W lies in L2. Its prefetcher
 * alone leaves a tenth of the bandwidth unused, hence the prefetches; the non-temporal hint bypasses L2 and loses.
 * Many tokens (vnni512.h): unpacking is 4 ands and 3 shifts a line, a twentieth of the multiply-adds of 32 tokens. The
 * first tile does it on its way. Blocks whose codes exceed L1 still win, by about a hundredth at 32 tokens.
 */
#define VNNI_DIGITS 4
#include "common.h"
#include "vnni512.h"
#include "vnni_pack.h"

enum { HINT = VNNI512_TOGGLES, UNROLL, MASKS };

static const tern_toggle toggles[] = {
    [VNNI512_PREFETCH] = {"prefetch", "cache lines of packed W to prefetch ahead", NULL, 96, 0, 1024},
    [VNNI512_UNPACK] = {"unpack", "tokens from which on W is unpacked first", NULL, 7, 2, 7},
    [VNNI512_BLOCK] = {"block", "lines of two panels unpacked at a time", NULL, 128, 1, 4096},
    [VNNI512_FUSED] = {"fused", "unpack a block while the first tokens use it", NULL, 1, 0, 1},
    [HINT] = {"hint", "of the prefetches, one token: 1 to L1, 2 to L2, 3 non-temporal", "prefetch", 2, 1, 3},
    [UNROLL] = {"unroll", "lines at a time with sums of their own, one token: 1, 2 or 4", NULL, 1, 1, 4},
    [MASKS] = {"masks", "mask the fields where they are, one token; off: shift each, then mask", NULL, 1, 0, 1},
    {NULL, NULL, NULL, 0, 0, 0},
};

VNNI_INLINE __m512i vnni_encode(const __m512i rows[4])
{
    const __m512i transpose =
        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    const __m512i places = _mm512_set1_epi32(1 | 4 << 8 | 16 << 16 | 64 << 24);
    __m512i byte[4];

    for (size_t i = 0; i < 4; i++) {
        const __m512i codes = _mm512_shuffle_epi8(_mm512_add_epi8(rows[i], _mm512_set1_epi8(1)), transpose);
        byte[i] = _mm512_dpbusd_epi32(_mm512_setzero_si512(), codes, places);
    }
    return _mm512_packus_epi16(_mm512_packus_epi32(byte[0], byte[1]), _mm512_packus_epi32(byte[2], byte[3]));
}

VNNI_INLINE vnni_codes vnni_split(const uint8_t *packed, bool masks)
{
    const __m512i line = vnni_load(packed), low = _mm512_set1_epi8(0x03);

    if (masks)
        return (vnni_codes){{_mm512_and_si512(line, low), _mm512_and_si512(line, _mm512_set1_epi8(0x0C)),
                             _mm512_and_si512(line, _mm512_set1_epi8(0x30)),
                             _mm512_and_si512(line, _mm512_set1_epi8((char)0xC0))}};
    return (vnni_codes){{_mm512_and_si512(line, low), _mm512_and_si512(_mm512_srli_epi16(line, 2), low),
                         _mm512_and_si512(_mm512_srli_epi16(line, 4), low),
                         _mm512_and_si512(_mm512_srli_epi16(line, 6), low)}};
}

#define RUN_TOKEN(lines)                                                                                               \
    VNNI_RUN_FEW(run_##lines##_shift, VNNI512_PREFETCH, lines, 1, COMMON_HINT_NONE, false)                             \
    VNNI_RUN_FEW(run_##lines##_shift_l1, VNNI512_PREFETCH, lines, 1, COMMON_HINT_L1, false)                            \
    VNNI_RUN_FEW(run_##lines##_shift_l2, VNNI512_PREFETCH, lines, 1, COMMON_HINT_L2, false)                            \
    VNNI_RUN_FEW(run_##lines##_shift_nta, VNNI512_PREFETCH, lines, 1, COMMON_HINT_NTA, false)                          \
    VNNI_RUN_FEW(run_##lines##_mask, VNNI512_PREFETCH, lines, 1, COMMON_HINT_NONE, true)                               \
    VNNI_RUN_FEW(run_##lines##_mask_l1, VNNI512_PREFETCH, lines, 1, COMMON_HINT_L1, true)                              \
    VNNI_RUN_FEW(run_##lines##_mask_l2, VNNI512_PREFETCH, lines, 1, COMMON_HINT_L2, true)                              \
    VNNI_RUN_FEW(run_##lines##_mask_nta, VNNI512_PREFETCH, lines, 1, COMMON_HINT_NTA, true)

RUN_TOKEN(1)
RUN_TOKEN(2)
RUN_TOKEN(4)

#define ROW_TOKEN(lines)                                                                                               \
    [lines] = {{run_##lines##_shift, run_##lines##_shift_l1, run_##lines##_shift_l2, run_##lines##_shift_nta},         \
               {run_##lines##_mask, run_##lines##_mask_l1, run_##lines##_mask_l2, run_##lines##_mask_nta}}

/* One token: by lines, masks and hint. */
static tern_stage_fn *const run_token[5][2][4] = {ROW_TOKEN(1), ROW_TOKEN(2), ROW_TOKEN(4)};

/* Several tokens. */
VNNI_RUN_TOKENS(run_tokens, VNNI512_PREFETCH);

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    const int32_t *toggle = problem->toggle;
    const int hint = common_hint(toggle[VNNI512_PREFETCH], toggle[HINT]);

    if (toggle[UNROLL] == 3)
        return "unroll must be 1, 2 or 4";
    if (vnni512_unpacks(problem))
        *stages = vnni512_stages(problem);
    else if (problem->shape.n == 1)
        stages->run = run_token[toggle[UNROLL]][toggle[MASKS] != 0][hint];
    else
        stages->run = run_tokens[problem->shape.n][hint != COMMON_HINT_NONE];
    return NULL;
}

const tern_kernel tern_kernel_vnni_2bit = {
    TERN_KERNEL_HEAD,
    .name = "vnni.2bit",
    .formerly = "vnni2",
    .summary = "2-bit weights, AVX-512 VNNI multiply-adds of unsigned codes",
    .refines = "avx2",
    .isa = TERN_ISA_AVX2 | TERN_ISA_AVX512 | TERN_ISA_AVX512VNNI,
    .bits_per_weight = 2.0,
    .multiple = {1, 1, 1},
    .tile = {VNNI_ROWS, VNNI_COLUMNS, VNNI_TOKENS},
    .row_step = VNNI_ROWS,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = vnni_packed_bytes,
    .scratch_bytes = vnni512_scratch_bytes,
    .bind = bind,
    .pack_rows = vnni_pack_rows,
};
