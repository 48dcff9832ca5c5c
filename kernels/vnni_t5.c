/*
 * vnni.t5 - five weights in a byte (vnni_t5.h), VPDPBUSD on zmm.
 *
 * With one token, a line of 320 weights takes 3 look-ups, a compare, 4 logical instructions for fields in place
 * (vnni_few.h) and 5 multiply-adds: 13 for the vector ports, 6.5 cycles on two of them, 3.25 on four, where sums
 * that wait 4 cycles for each other bound it instead. So memory bounds it on either, unless W lies in cache, and a
 * weight costs four fifths of what two bits cost. Many tokens (vnni512.h): GF2P8AFFINEQB shifts and masks a field at
 * once, and unpacking takes 9 instructions a line, a twentieth of the multiply-adds of 32 tokens on two ports that do
 * both; where other ports unpack, it is free.
 *
 * How far ahead to prefetch was measured from memory on Zen 4, in % of the read bandwidth, all distances in turns. One
 * thread: 136 lines 89 to 96, 192 lines 91 to 97, 96 lines 80 to 86. Two threads that read 32 GB/s together: 136 lines
 * 97, 96 lines 96, from 144 lines on 90. Two that read 48 GB/s: 130 to 224 lines 87 to 90, 96 lines 83. Only 134 lines
 * are far below their neighbours, at 84 and 64 with two threads: do not round 136 to something near.
 */
#include "vnni_t5.h"

#include "common.h"
#include "vnni512.h"

static const tern_toggle toggles[] = {
    [VNNI512_PREFETCH] = {"prefetch", "cache lines of packed W to prefetch ahead", NULL, 136, 0, 1024},
    [VNNI512_UNPACK] = {"unpack", "tokens from which on W is unpacked first", NULL, 7, 2, 7},
    [VNNI512_BLOCK] = {"block", "lines of two panels unpacked at a time", NULL, 104, 1, 4096},
    [VNNI512_FUSED] = {"fused", "unpack a block while the first tokens use it", NULL, 1, 0, 1},
    {NULL, NULL, NULL, 0, 0, 0},
};

VNNI_RUN_TOKENS(run_tokens, VNNI512_PREFETCH);

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    if (vnni512_unpacks(problem))
        *stages = vnni512_stages(problem);
    else
        stages->run = run_tokens[problem->shape.n][problem->toggle[VNNI512_PREFETCH] != 0];
    return NULL;
}

const tern_kernel tern_kernel_vnni_t5 = {
    TERN_KERNEL_HEAD,
    .name = "vnni.t5",
    .summary = "five weights in a byte (1.6 bits each), AVX-512 VNNI multiply-adds",
    .refines = "vnni.2bit",
    .isa = TERN_ISA_AVX2 | TERN_ISA_AVX512 | TERN_ISA_AVX512VNNI | TERN_ISA_AVX512VBMI | TERN_ISA_GFNI,
    .bits_per_weight = 1.6,
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
