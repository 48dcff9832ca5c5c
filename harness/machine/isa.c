#include "machine/isa.h"

#include "base/text.h"
#include "kernel.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#elif defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

/*
 * In the order of the caps: each level allows those before it. GFNI came with VBMI on servers and without AVX-512
 * elsewhere; it stands where no cap allows it that a processor of that level would lack.
 */
static const struct {
    const char *name;
    uint32_t bit;
    bool any_width; /* code that needs it may be no wider than AVX2 */
} levels[] = {
    {"scalar", 0, false},
#if defined(__aarch64__)
    {"neon", TERN_ISA_NEON, false},
    {"dotprod", TERN_ISA_DOTPROD, false},
#else
    {"avx2", TERN_ISA_AVX2, false},
    {"avxvnni", TERN_ISA_AVXVNNI, false},
    {"avx512", TERN_ISA_AVX512, false},
    {"avx512vnni", TERN_ISA_AVX512VNNI, false},
    {"avx512vbmi", TERN_ISA_AVX512VBMI, false},
    {"gfni", TERN_ISA_GFNI, true},
    {"amx", TERN_ISA_AMXINT8, false},
#endif
};

enum { LEVELS = sizeof levels / sizeof *levels };

#if defined(__x86_64__)

/* State components that the operating system must save: Intel SDM vol. 1, 13.1. */
enum { XCR0_AVX = 0x6, XCR0_AVX512 = 0xE6, XCR0_AMX = 0x60000 };

enum { EBX, ECX, EDX, EAX };

/* Intel SDM vol. 2A, CPUID. A level is there when all its rows are. */
static const struct {
    uint32_t isa, leaf, subleaf, word, mask, xcr0;
} features[] = {
    {TERN_ISA_AVX2, 1, 0, ECX, 1u << 12 | 1u << 22 | 1u << 29, XCR0_AVX},                 /* FMA MOVBE F16C */
    {TERN_ISA_AVX2, 0x80000001, 0, ECX, 1u << 5, XCR0_AVX},                               /* LZCNT */
    {TERN_ISA_AVX2, 7, 0, EBX, 1u << 3 | 1u << 5 | 1u << 8, XCR0_AVX},                    /* BMI1 AVX2 BMI2 */
    {TERN_ISA_AVXVNNI, 7, 1, EAX, 1u << 4, XCR0_AVX},                                     /* AVX_VNNI */
    {TERN_ISA_AVX512, 7, 0, EBX, 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31, XCR0_AVX512}, /* F DQ BW VL */
    {TERN_ISA_AVX512VNNI, 7, 0, ECX, 1u << 11, XCR0_AVX512},                              /* AVX512_VNNI */
    {TERN_ISA_AVX512VBMI, 7, 0, ECX, 1u << 1, XCR0_AVX512},                               /* AVX512_VBMI */
    {TERN_ISA_GFNI, 7, 0, ECX, 1u << 8, XCR0_AVX},                                        /* GFNI */
    {TERN_ISA_AMXINT8, 7, 0, EDX, 1u << 24 | 1u << 25, XCR0_AMX},                         /* AMX-TILE AMX-INT8 */
};

static uint32_t saved_state(void)
{
    enum { OSXSAVE = 1 << 27 };
    unsigned a, b, c, d;

    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & OSXSAVE))
        return 0;
    __asm__("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
    return a;
}

/*
 * A process may use the tiles of AMX only when it has asked, and some containers let none ask: Linux,
 * Documentation/arch/x86/xstate.rst. This asks what could be had and takes nothing.
 */
static bool tiles_can_be_had(void)
{
    enum { ARCH_GET_XCOMP_SUPP = 0x1021, XFEATURE_XTILEDATA = 18 };
    uint64_t supported = 0;

    return syscall(SYS_arch_prctl, ARCH_GET_XCOMP_SUPP, &supported) == 0 && (supported >> XFEATURE_XTILEDATA & 1) != 0;
}

static uint32_t processor(void)
{
    const uint32_t xcr0 = saved_state();
    uint32_t found = 0, lacking = tiles_can_be_had() ? 0 : (uint32_t)TERN_ISA_AMXINT8;

    for (size_t i = 0; i < sizeof features / sizeof *features; i++) {
        unsigned word[4] = {0};
        if (__get_cpuid_count(features[i].leaf, features[i].subleaf, &word[EAX], &word[EBX], &word[ECX], &word[EDX]) &&
            (word[features[i].word] & features[i].mask) == features[i].mask &&
            (xcr0 & features[i].xcr0) == features[i].xcr0)
            found |= features[i].isa;
        else
            lacking |= features[i].isa;
    }
    return found & ~lacking;
}

#elif defined(__aarch64__)

static uint32_t processor(void)
{
    const unsigned long capabilities = getauxval(AT_HWCAP);

    return (capabilities & HWCAP_ASIMD ? (uint32_t)TERN_ISA_NEON : 0) |
           (capabilities & HWCAP_ASIMDDP ? (uint32_t)TERN_ISA_DOTPROD : 0);
}

#else

static uint32_t processor(void)
{
    return 0;
}

#endif

tern_status tern_isa_cap(const char *name, uint32_t *mask, tern_error *error)
{
    char list[128] = "";

    *mask = 0;
    if (strcmp(name, "native") == 0) {
        *mask = UINT32_MAX;
        return TERN_OK;
    }
    for (size_t i = 0; i < LEVELS; i++) {
        *mask |= levels[i].bit;
        if (strcmp(name, levels[i].name) == 0)
            return TERN_OK;
        tern_text_append(list, sizeof list, "%s ", levels[i].name);
    }
    return tern_error_set(error, TERN_USAGE, "unknown ISA level '%s'; use one of: %snative", name, list);
}

uint32_t tern_isa_up_to(uint32_t isa)
{
    uint32_t below = 0, mask = isa;

    for (size_t i = 0; i < LEVELS; i++) {
        below |= levels[i].bit;
        if ((isa & levels[i].bit) != 0 && !levels[i].any_width)
            mask |= below;
    }
    return mask;
}

char *tern_isa_text(uint32_t isa, char *text, size_t bytes)
{
    text[0] = '\0';
    for (size_t i = 1; i < LEVELS; i++)
        if (isa & levels[i].bit)
            tern_text_append(text, bytes, "%s%s", text[0] ? " " : "", levels[i].name);
    if (text[0] == '\0')
        tern_text_append(text, bytes, "portable");
    return text;
}

/* What the environment leaves; all of it where it says nothing. */
static tern_status environment_cap(uint32_t *mask, tern_error *error)
{
    const char *name = getenv(TERN_ISA_VARIABLE);
    tern_error why;

    *mask = UINT32_MAX;
    if (name == NULL || tern_isa_cap(name, mask, &why) == TERN_OK)
        return TERN_OK;
    *mask = 0;
    return tern_error_set(error, TERN_USAGE, "the environment variable " TERN_ISA_VARIABLE ": %s", why.text);
}

uint32_t tern_isa_detect(void)
{
    uint32_t mask;

    (void)environment_cap(&mask, NULL);
    return processor() & mask;
}

tern_status tern_isa_check_environment(tern_error *error)
{
    uint32_t mask;

    return environment_cap(&mask, error);
}

char *tern_isa_cap_text(const char *cap, char *text, size_t bytes)
{
    const char *name = getenv(TERN_ISA_VARIABLE);

    text[0] = '\0';
    tern_text_append(text, bytes, "%s", cap);
    if (name != NULL)
        tern_text_append(text, bytes, ", " TERN_ISA_VARIABLE "=%s", name);
    return text;
}
