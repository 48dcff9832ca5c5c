#include "check/x86_sets.h"

#include "check/x86.h"

/* Of a row: the codings, prefixes and values of W that it is for. */
enum {
    LEGACY = 1 << TERN_X86_LEGACY,
    VEX = 1 << TERN_X86_VEX,
    EVEX = 1 << TERN_X86_EVEX,
    NP = 1 << TERN_X86_NP,
    P66 = 1 << TERN_X86_66,
    PF3 = 1 << TERN_X86_F3,
    PF2 = 1 << TERN_X86_F2,
    ANY = NP | P66 | PF3 | PF2,
    W0 = 1,
    W1 = 2,
    WIG = W0 | W1
};

#define AVXVNNI (TERN_ISA_AVX2 | TERN_ISA_AVXVNNI)
#define VNNI    (TERN_ISA_AVX512 | TERN_ISA_AVX512VNNI)
#define VBMI    (TERN_ISA_AVX512 | TERN_ISA_AVX512VBMI)

/* The first row that fits says it. */
static const struct {
    unsigned codings;
    uint8_t map, first, last;
    unsigned prefixes, w;
    uint32_t isa;
    const char *name;
} rows[] = {
    /* VEX: tiles, masks and general registers come in the coding of AVX */
    {VEX, 2, 0x49, 0x49, ANY, WIG, TERN_ISA_AMXINT8, "AMX"},
    {VEX, 2, 0x4B, 0x4B, ANY, WIG, TERN_ISA_AMXINT8, "AMX"},
    {VEX, 2, 0x5C, 0x5C, ANY, WIG, TERN_ISA_AMXINT8, "AMX"},
    {VEX, 2, 0x5E, 0x5E, ANY, WIG, TERN_ISA_AMXINT8, "AMX"},
    {VEX, 2, 0x6C, 0x6C, ANY, WIG, TERN_ISA_AMXINT8, "AMX"},
    {VEX, 1, 0x41, 0x4B, ANY, WIG, TERN_ISA_AVX512, "AVX-512 (a mask)"},
    {VEX, 1, 0x90, 0x93, ANY, WIG, TERN_ISA_AVX512, "AVX-512 (a mask)"},
    {VEX, 1, 0x98, 0x99, ANY, WIG, TERN_ISA_AVX512, "AVX-512 (a mask)"},
    {VEX, 3, 0x30, 0x33, P66, WIG, TERN_ISA_AVX512, "AVX-512 (a mask)"},
    {VEX, 2, 0xF2, 0xF3, NP, WIG, TERN_ISA_AVX2, "BMI1"},
    {VEX, 2, 0xF7, 0xF7, NP, WIG, TERN_ISA_AVX2, "BMI1"},
    {VEX, 2, 0xF5, 0xF7, ANY, WIG, TERN_ISA_AVX2, "BMI2"},
    {VEX, 3, 0xF0, 0xF0, PF2, WIG, TERN_ISA_AVX2, "BMI2"},
    {VEX, 2, 0xE0, 0xEF, P66, WIG, 0, NULL}, /* CMPccXADD */
    {VEX, 2, 0x96, 0x9F, P66, WIG, TERN_ISA_AVX2, "FMA"},
    {VEX, 2, 0xA6, 0xAF, P66, WIG, TERN_ISA_AVX2, "FMA"},
    {VEX, 2, 0xB6, 0xBF, P66, WIG, TERN_ISA_AVX2, "FMA"},
    {VEX, 2, 0x50, 0x53, ANY, WIG, AVXVNNI, "AVX-VNNI"},
    {VEX, 2, 0xD2, 0xD3, ANY, WIG, AVXVNNI, "AVX-VNNI"},
    {VEX, 2, 0xCF, 0xCF, P66, W0, TERN_ISA_AVX2 | TERN_ISA_GFNI, "GFNI in the coding of AVX"},
    {VEX, 3, 0xCE, 0xCF, P66, W1, TERN_ISA_AVX2 | TERN_ISA_GFNI, "GFNI in the coding of AVX"},
    {VEX, 2, 0xB4, 0xB5, P66, W1, TERN_X86_UNNAMED, "AVX-IFMA"},
    {VEX, 2, 0xDB, 0xDF, P66, WIG, TERN_X86_UNNAMED, "AES"},
    {VEX, 3, 0xDF, 0xDF, P66, WIG, TERN_X86_UNNAMED, "AES"},
    {VEX, 3, 0x44, 0x44, P66, WIG, TERN_X86_UNNAMED, "PCLMULQDQ"},
    {VEX, 1, 0x00, 0xFF, ANY, WIG, TERN_ISA_AVX2, "AVX or AVX2"},
    {VEX, 2, 0x00, 0xFF, ANY, WIG, TERN_ISA_AVX2, "AVX or AVX2"},
    {VEX, 3, 0x00, 0xFF, ANY, WIG, TERN_ISA_AVX2, "AVX or AVX2"},

    /* EVEX; map 4 is that of longer general registers (APX) */
    {EVEX, 2, 0x50, 0x53, P66, W0, VNNI, "AVX-512 VNNI"},
    {EVEX, 2, 0x8D, 0x8D, P66, W0, VBMI, "AVX-512 VBMI"},
    {EVEX, 2, 0x75, 0x75, P66, W0, VBMI, "AVX-512 VBMI"},
    {EVEX, 2, 0x7D, 0x7D, P66, W0, VBMI, "AVX-512 VBMI"},
    {EVEX, 2, 0x83, 0x83, P66, W1, VBMI, "AVX-512 VBMI"},
    {EVEX, 2, 0xCF, 0xCF, P66, W0, TERN_ISA_AVX512 | TERN_ISA_GFNI, "GFNI in the coding of AVX-512"},
    {EVEX, 3, 0xCE, 0xCF, P66, W1, TERN_ISA_AVX512 | TERN_ISA_GFNI, "GFNI in the coding of AVX-512"},
    {EVEX, 2, 0xF2, 0xF7, ANY, WIG, 0, NULL}, /* BMI, of APX */
    {EVEX, 2, 0x62, 0x63, P66, WIG, TERN_X86_UNNAMED, "AVX-512 VBMI2"},
    {EVEX, 2, 0x70, 0x73, P66, WIG, TERN_X86_UNNAMED, "AVX-512 VBMI2"},
    {EVEX, 3, 0x70, 0x73, P66, WIG, TERN_X86_UNNAMED, "AVX-512 VBMI2"},
    {EVEX, 2, 0x54, 0x54, P66, WIG, TERN_X86_UNNAMED, "AVX-512 BITALG"},
    {EVEX, 2, 0x8F, 0x8F, P66, W0, TERN_X86_UNNAMED, "AVX-512 BITALG"},
    {EVEX, 2, 0x55, 0x55, P66, WIG, TERN_X86_UNNAMED, "AVX-512 VPOPCNTDQ"},
    {EVEX, 2, 0xB4, 0xB5, P66, W1, TERN_X86_UNNAMED, "AVX-512 IFMA"},
    {EVEX, 2, 0x52, 0x52, PF3, WIG, TERN_X86_UNNAMED, "AVX-512 BF16"},
    {EVEX, 2, 0x72, 0x72, PF2 | PF3, WIG, TERN_X86_UNNAMED, "AVX-512 BF16"},
    {EVEX, 2, 0xDC, 0xDF, P66, WIG, TERN_X86_UNNAMED, "VAES"},
    {EVEX, 3, 0x44, 0x44, P66, WIG, TERN_X86_UNNAMED, "VPCLMULQDQ"},
    {EVEX, 5, 0x00, 0xFF, ANY, WIG, TERN_X86_UNNAMED, "AVX-512 FP16"},
    {EVEX, 6, 0x00, 0xFF, ANY, WIG, TERN_X86_UNNAMED, "AVX-512 FP16"},
    {EVEX, 1, 0x00, 0xFF, ANY, WIG, TERN_ISA_AVX512, "AVX-512"},
    {EVEX, 2, 0x00, 0xFF, ANY, WIG, TERN_ISA_AVX512, "AVX-512"},
    {EVEX, 3, 0x00, 0xFF, ANY, WIG, TERN_ISA_AVX512, "AVX-512"},

    /* In the coding from before AVX */
    {LEGACY, 2, 0xF0, 0xF1, NP | P66, WIG, TERN_ISA_AVX2, "MOVBE"},
    {LEGACY, 1, 0xBD, 0xBD, PF3, WIG, TERN_ISA_AVX2, "LZCNT"},
    {LEGACY, 2, 0xF6, 0xF6, P66 | PF3, WIG, TERN_X86_UNNAMED, "ADX"},
    {LEGACY, 2, 0xC8, 0xCD, NP, WIG, TERN_X86_UNNAMED, "SHA"},
    {LEGACY, 3, 0xCC, 0xCC, NP, WIG, TERN_X86_UNNAMED, "SHA"},
    {LEGACY, 2, 0xDB, 0xDF, P66, WIG, TERN_X86_UNNAMED, "AES"},
    {LEGACY, 3, 0xDF, 0xDF, P66, WIG, TERN_X86_UNNAMED, "AES"},
    {LEGACY, 3, 0x44, 0x44, P66, WIG, TERN_X86_UNNAMED, "PCLMULQDQ"},
    {LEGACY, 2, 0xCF, 0xCF, P66, WIG, TERN_ISA_GFNI, "GFNI"},
    {LEGACY, 3, 0xCE, 0xCF, P66, WIG, TERN_ISA_GFNI, "GFNI"},
    {LEGACY, 2, 0x00, 0x0B, NP | P66, WIG, TERN_X86_SSE4, "SSSE3"},
    {LEGACY, 2, 0x1C, 0x1E, NP | P66, WIG, TERN_X86_SSE4, "SSSE3"},
    {LEGACY, 3, 0x0F, 0x0F, NP | P66, WIG, TERN_X86_SSE4, "SSSE3"},
    {LEGACY, 2, 0x10, 0x17, P66, WIG, TERN_X86_SSE4, "SSE4.1"},
    {LEGACY, 2, 0x20, 0x2B, P66, WIG, TERN_X86_SSE4, "SSE4.1"},
    {LEGACY, 2, 0x37, 0x37, P66, WIG, TERN_X86_SSE4, "SSE4.2"},
    {LEGACY, 2, 0x30, 0x41, P66, WIG, TERN_X86_SSE4, "SSE4.1"},
    {LEGACY, 3, 0x08, 0x22, P66, WIG, TERN_X86_SSE4, "SSE4.1"},
    {LEGACY, 3, 0x40, 0x42, P66, WIG, TERN_X86_SSE4, "SSE4.1"},
    {LEGACY, 3, 0x60, 0x63, P66, WIG, TERN_X86_SSE4, "SSE4.2"},
    {LEGACY, 2, 0xF0, 0xF1, PF2, WIG, TERN_X86_SSE4, "SSE4.2"},
    {LEGACY, 1, 0xB8, 0xB8, PF3, WIG, TERN_X86_SSE4, "POPCNT"},
};

tern_x86_set tern_x86_set_of(const uint8_t *code, size_t bytes)
{
    tern_x86_opcode o;

    if (!tern_x86_read_opcode(code, bytes, &o))
        return (tern_x86_set){0, NULL};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if ((rows[i].codings >> o.coding & 1) != 0 && rows[i].map == o.map && o.byte >= rows[i].first &&
            o.byte <= rows[i].last && (rows[i].prefixes >> o.prefix & 1) != 0 && (rows[i].w & (o.wide ? W1 : W0)) != 0)
            return (tern_x86_set){rows[i].isa, rows[i].name};
    return (tern_x86_set){0, NULL};
}

uint32_t tern_x86_implied(uint32_t isa)
{
    /* The higher ones first. Every processor with tiles has all that AVX-512 had before them. */
    static const struct {
        uint32_t of, also;
    } implied[] = {
        {TERN_ISA_AMXINT8, VNNI | VBMI},
        {TERN_ISA_AVX512VNNI | TERN_ISA_AVX512VBMI, TERN_ISA_AVX512},
        {TERN_ISA_AVX512 | TERN_ISA_AVXVNNI, TERN_ISA_AVX2},
        {TERN_ISA_AVX2 | TERN_ISA_GFNI, TERN_X86_SSE4},
    };

    for (size_t i = 0; i < sizeof implied / sizeof *implied; i++)
        if ((isa & implied[i].of) != 0)
            isa |= implied[i].also;
    return isa;
}
