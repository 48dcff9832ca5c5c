/*
 * amx.t5 - five weights in a byte, 1.6 bits each, TDPBSSD on tiles.
 *
 * Packed W has the form of vnni.t5 (vnni_t5.h), and few tokens go that kernel's way: so a model that is packed once
 * makes its steps at four fifths of the memory traffic of two bits a weight, and its prompts on tiles (amx_gemm.h).
 * Sixteen lines unpack to five steps. Unpacking takes some 20 instructions a line, for codes become signed weights: up
 * to 32 tokens, 130 vector instructions beside the four products of a step, which take 64 cycles.
 */
#include "vnni_t5.h"

#define AMX_BLOCK 10
#include "amx_gemm.h"

VNNI_INLINE void amx_unpack_line(const uint8_t *packed, int8_t *weights)
{
    const vnni_codes codes = vnni_split(packed, false);

#pragma GCC unroll 5
    for (int i = 0; i < VNNI_DIGITS; i++)
        _mm512_store_si512(weights + i * VNNI_LINE, _mm512_sub_epi8(codes.step[i], _mm512_set1_epi8(1)));
}

const tern_kernel tern_kernel_amx_t5 = {
    TERN_KERNEL_HEAD,
    .name = "amx.t5",
    .summary = "five weights in a byte (1.6 bits each), AMX multiply-adds of tiles",
    .refines = "vnni.t5",
    .isa =
        TERN_ISA_AVX2 | TERN_ISA_AVX512 | TERN_ISA_AVX512VNNI | TERN_ISA_AVX512VBMI | TERN_ISA_GFNI | TERN_ISA_AMXINT8,
    .bits_per_weight = 1.6,
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
