#include "machine/probe.h"

const tern_probe *const tern_probes[] = {
    &tern_probe_scalar,
#if defined(__x86_64__)
    &tern_probe_sse2,
    &tern_probe_avx2,
    &tern_probe_avxvnni,
    &tern_probe_avx512,
    &tern_probe_avx512vnni,
    &tern_probe_amx,
#endif
    NULL,
};
