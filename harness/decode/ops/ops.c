#include "decode/ops/ops.h"

#include "kernel.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

/* The best comes first. */
const tern_ops *const tern_ops_list[] = {
#if defined(__x86_64__)
    &tern_ops_avx512,
    &tern_ops_avx2,
#endif
    &tern_ops_portable,
    NULL,
};

/*
 * Conversions of halves came before AVX2 and are everywhere with it, but have a bit of their own (Intel SDM vol. 2A,
 * CPUID).
 */
static uint32_t with_halves(uint32_t isa)
{
#if defined(__x86_64__)
    unsigned a, b, c, d;

    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_F16C))
        return isa & ~(uint32_t)TERN_ISA_AVX2;
#endif
    return isa;
}

const tern_ops *tern_ops_for(uint32_t isa)
{
    isa = with_halves(isa);
    for (const tern_ops *const *ops = tern_ops_list; *ops != NULL; ops++)
        if (((*ops)->isa & ~isa) == 0)
            return *ops;
    return &tern_ops_portable;
}
