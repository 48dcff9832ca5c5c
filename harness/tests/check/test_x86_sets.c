/*
 * Machine code as an assembler writes it, and the set that it belongs to.
 */
#include "check/x86_sets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { LONGEST = 15 };

static void an_instruction_has_its_set(void **state)
{
    static const struct {
        const char *hex, *name; /* NULL: none */
    } table[] = {
        {"c5 f5 fc d0", "AVX or AVX2"},                            /* vpaddb %ymm0,%ymm1,%ymm2 */
        {"c5 f0 58 d0", "AVX or AVX2"},                            /* vaddps %xmm0,%xmm1,%xmm2 */
        {"c5 f8 77", "AVX or AVX2"},                               /* vzeroupper */
        {"c5 f1 db d0", "AVX or AVX2"},                            /* vpand %xmm0,%xmm1,%xmm2 */
        {"c4 e2 75 b8 d0", "FMA"},                                 /* vfmadd231ps %ymm0,%ymm1,%ymm2 */
        {"c4 e2 f1 9f d0", "FMA"},                                 /* vfnmsub132sd %xmm0,%xmm1,%xmm2 */
        {"c4 e2 75 b6 d0", "FMA"},                                 /* vfmaddsub231ps %ymm0,%ymm1,%ymm2 */
        {"c4 e2 7d 13 c8", "AVX or AVX2"},                         /* vcvtph2ps %xmm0,%ymm1 */
        {"c4 e2 75 dc d0", "AES"},                                 /* vaesenc %ymm0,%ymm1,%ymm2 */
        {"c4 e2 e0 f2 c8", "BMI1"},                                /* andn %rax,%rbx,%rcx */
        {"c4 e2 e0 f3 c8", "BMI1"},                                /* blsr %rax,%rbx */
        {"c4 e2 f8 f7 cb", "BMI1"},                                /* bextr %rax,%rbx,%rcx */
        {"c4 e2 e2 f5 c8", "BMI2"},                                /* pext %rax,%rbx,%rcx */
        {"c4 e2 e3 f5 c8", "BMI2"},                                /* pdep %rax,%rbx,%rcx */
        {"c4 e2 f8 f5 cb", "BMI2"},                                /* bzhi %rax,%rbx,%rcx */
        {"c4 e2 e3 f6 c8", "BMI2"},                                /* mulx %rax,%rbx,%rcx */
        {"c4 e2 f9 f7 cb", "BMI2"},                                /* shlx %rax,%rbx,%rcx */
        {"c4 e2 fa f7 cb", "BMI2"},                                /* sarx %rax,%rbx,%rcx */
        {"c4 e2 fb f7 cb", "BMI2"},                                /* shrx %rax,%rbx,%rcx */
        {"c4 e3 fb f0 d8 03", "BMI2"},                             /* rorx $0x3,%rax,%rbx */
        {"c4 e2 75 50 d0", "AVX-VNNI"},                            /* {vex} vpdpbusd %ymm0,%ymm1,%ymm2 */
        {"c4 e2 75 53 d0", "AVX-VNNI"},                            /* {vex} vpdpwssds %ymm0,%ymm1,%ymm2 */
        {"c4 e1 fb 93 c1", "AVX-512 (a mask)"},                    /* kmovq %k1,%rax */
        {"c5 f8 92 c8", "AVX-512 (a mask)"},                       /* kmovw %eax,%k1 */
        {"c5 ec 41 d9", "AVX-512 (a mask)"},                       /* kandw %k1,%k2,%k3 */
        {"c4 e1 f9 44 d1", "AVX-512 (a mask)"},                    /* knotd %k1,%k2 */
        {"c5 ed 4b d9", "AVX-512 (a mask)"},                       /* kunpckbw %k1,%k2,%k3 */
        {"c4 e1 f8 98 d1", "AVX-512 (a mask)"},                    /* kortestq %k1,%k2 */
        {"c5 f9 99 d1", "AVX-512 (a mask)"},                       /* ktestb %k1,%k2 */
        {"c4 e3 f9 33 d1 03", "AVX-512 (a mask)"},                 /* kshiftlq $0x3,%k1,%k2 */
        {"c4 e2 78 49 00", "AMX"},                                 /* ldtilecfg (%rax) */
        {"c4 e2 79 49 00", "AMX"},                                 /* sttilecfg (%rax) */
        {"c4 e2 78 49 c0", "AMX"},                                 /* tilerelease */
        {"c4 e2 7b 49 c0", "AMX"},                                 /* tilezero %tmm0 */
        {"c4 e2 7b 4b 04 18", "AMX"},                              /* tileloadd (%rax,%rbx,1),%tmm0 */
        {"c4 e2 7a 4b 04 18", "AMX"},                              /* tilestored %tmm0,(%rax,%rbx,1) */
        {"c4 e2 7b 5e d1", "AMX"},                                 /* tdpbssd %tmm0,%tmm1,%tmm2 */
        {"c4 e2 78 5e d1", "AMX"},                                 /* tdpbuud %tmm0,%tmm1,%tmm2 */
        {"62 f1 75 48 ef d0", "AVX-512"},                          /* vpxord %zmm0,%zmm1,%zmm2 */
        {"62 f1 75 48 fc d0", "AVX-512"},                          /* vpaddb %zmm0,%zmm1,%zmm2 */
        {"62 b1 75 08 fc d0", "AVX-512"},                          /* vpaddb %xmm16,%xmm1,%xmm2 */
        {"62 f2 f5 48 8d d0", "AVX-512"},                          /* vpermw %zmm0,%zmm1,%zmm2 */
        {"62 f2 f5 48 7d d0", "AVX-512"},                          /* vpermt2w %zmm0,%zmm1,%zmm2 */
        {"62 f2 75 48 50 d0", "AVX-512 VNNI"},                     /* vpdpbusd %zmm0,%zmm1,%zmm2 */
        {"62 b2 75 08 52 d0", "AVX-512 VNNI"},                     /* vpdpwssd %xmm16,%xmm1,%xmm2 */
        {"62 f2 75 48 8d d0", "AVX-512 VBMI"},                     /* vpermb %zmm0,%zmm1,%zmm2 */
        {"62 f2 75 48 75 d0", "AVX-512 VBMI"},                     /* vpermi2b %zmm0,%zmm1,%zmm2 */
        {"62 f2 75 48 7d d0", "AVX-512 VBMI"},                     /* vpermt2b %zmm0,%zmm1,%zmm2 */
        {"62 f2 f5 48 83 d0", "AVX-512 VBMI"},                     /* vpmultishiftqb %zmm0,%zmm1,%zmm2 */
        {"62 f3 75 48 25 d0 05", "AVX-512"},                       /* vpternlogd $0x5,%zmm0,%zmm1,%zmm2 */
        {"62 f2 7d 48 54 c8", "AVX-512 BITALG"},                   /* vpopcntb %zmm0,%zmm1 */
        {"66 0f 3a ce c8 01", "GFNI"},                             /* gf2p8affineqb $0x1,%xmm0,%xmm1 */
        {"66 0f 38 cf c8", "GFNI"},                                /* gf2p8mulb %xmm0,%xmm1 */
        {"c4 e3 f5 ce d0 01", "GFNI in the coding of AVX"},        /* vgf2p8affineqb $0x1,%ymm0,%ymm1,%ymm2 */
        {"62 f3 f5 48 cf d0 01", "GFNI in the coding of AVX-512"}, /* vgf2p8affineinvqb $0x1,%zmm0,%zmm1,%zmm2 */
        {"62 f2 75 48 cf d0", "GFNI in the coding of AVX-512"},    /* vgf2p8mulb %zmm0,%zmm1,%zmm2 */
        {"62 f2 75 48 71 d0", "AVX-512 VBMI2"},                    /* vpshldvd %zmm0,%zmm1,%zmm2 */
        {"62 f2 f5 48 b4 d0", "AVX-512 IFMA"},                     /* vpmadd52luq %zmm0,%zmm1,%zmm2 */
        {"66 0f 38 00 c8", "SSSE3"},                               /* pshufb %xmm0,%xmm1 */
        {"66 0f 38 04 c8", "SSSE3"},                               /* pmaddubsw %xmm0,%xmm1 */
        {"66 0f 3a 0f c8 03", "SSSE3"},                            /* palignr $0x3,%xmm0,%xmm1 */
        {"66 0f 38 3d c8", "SSE4.1"},                              /* pmaxsd %xmm0,%xmm1 */
        {"66 0f 38 17 c8", "SSE4.1"},                              /* ptest %xmm0,%xmm1 */
        {"66 0f 3a 16 c0 01", "SSE4.1"},                           /* pextrd $0x1,%xmm0,%eax */
        {"66 0f 38 37 c8", "SSE4.2"},                              /* pcmpgtq %xmm0,%xmm1 */
        {"f2 0f 38 f1 d8", "SSE4.2"},                              /* crc32 %eax,%ebx */
        {"f3 48 0f b8 d8", "POPCNT"},                              /* popcnt %rax,%rbx */
        {"f3 48 0f bc d8", NULL},                                  /* tzcnt %rax,%rbx */
        {"f3 48 0f bd d8", "LZCNT"},                               /* lzcnt %rax,%rbx */
        {"48 0f bc d8", NULL},                                     /* bsf %rax,%rbx */
        {"66 0f f5 c8", NULL},                                     /* pmaddwd %xmm0,%xmm1 */
        {"66 0f fc c8", NULL},                                     /* paddb %xmm0,%xmm1 */
        {"f3 90", NULL},                                           /* pause */
        {"0f 31", NULL},                                           /* rdtsc */
        {"0f a2", NULL},                                           /* cpuid */
        {"0f 38 f0 18", "MOVBE"},                                  /* movbe (%rax),%ebx */
        {"66 48 0f 38 f6 d8", "ADX"},                              /* adcx %rax,%rbx */
        {"66 0f 38 dc c8", "AES"},                                 /* aesenc %xmm0,%xmm1 */
        {"66 0f 3a 44 c8 01", "PCLMULQDQ"},                        /* pclmulhqlqdq %xmm0,%xmm1 */
        {"0f 3a cc c8 01", "SHA"},                                 /* sha1rnds4 $0x1,%xmm0,%xmm1 */
        {"0f 95 c0", NULL},                                        /* setne %al */
        {"48 0f 45 d8", NULL},                                     /* cmovne %rax,%rbx */
        {"f3 0f 1e fa", NULL},                                     /* endbr64 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        uint8_t code[LONGEST];
        size_t bytes = 0;
        unsigned byte;
        int used;
        for (const char *hex = table[i].hex; sscanf(hex, "%2x%n", &byte, &used) == 1; hex += used)
            code[bytes++] = (uint8_t)byte;
        const tern_x86_set got = tern_x86_set_of(code, bytes);
        if ((got.name == NULL) != (table[i].name == NULL) || (got.isa == 0) != (got.name == NULL) ||
            (got.name != NULL && strcmp(got.name, table[i].name) != 0))
            fail_msg("%s is %s", table[i].hex, got.name == NULL ? "none" : got.name);
    }
}

/* EVEX of general registers (APX) is not AVX-512, nor is everything in the coding of AVX AVX. */
static void what_no_bit_names_needs_none(void **state)
{
    static const uint8_t apx[] = {0x62, 0xF4, 0x7C, 0x18, 0x01, 0xC0}, andn[] = {0x62, 0xF2, 0x7C, 0x08, 0xF2, 0xC0},
                         cmpccxadd[] = {0xC4, 0xE2, 0x71, 0xE0, 0x10};

    (void)state;
    assert_int_equal(tern_x86_set_of(apx, sizeof apx).isa, 0);
    assert_int_equal(tern_x86_set_of(andn, sizeof andn).isa, 0);
    assert_int_equal(tern_x86_set_of(cmpccxadd, sizeof cmpccxadd).isa, 0);
}

static bool allows(uint32_t isa, uint32_t needed)
{
    return (needed & ~tern_x86_implied(isa)) == 0;
}

static void a_set_implies_what_processors_with_it_have(void **state)
{
    (void)state;
    assert_true(allows(TERN_ISA_AVX2, TERN_X86_SSE4));
    assert_true(allows(TERN_ISA_AVX512VNNI, TERN_ISA_AVX512 | TERN_ISA_AVX2 | TERN_X86_SSE4));
    assert_true(allows(TERN_ISA_AMXINT8, TERN_ISA_AVX512VBMI | TERN_ISA_AVX512VNNI | TERN_ISA_AVX2));
    assert_false(allows(TERN_ISA_AVX512VNNI, TERN_ISA_AVXVNNI));
    assert_false(allows(TERN_ISA_AVX512VNNI, TERN_ISA_AVX512VBMI));
    assert_false(allows(TERN_ISA_AVX2, TERN_ISA_AVX512));
    assert_false(allows(TERN_ISA_GFNI, TERN_ISA_AVX2));
    assert_false(allows(0, TERN_X86_SSE4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_instruction_has_its_set),
        cmocka_unit_test(what_no_bit_names_needs_none),
        cmocka_unit_test(a_set_implies_what_processors_with_it_have),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
