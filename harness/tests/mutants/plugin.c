/*
 * All mutants of the tables as one plug-in. They are more than a macro's argument list should be, so that the list is
 * written out instead of TERN_PLUGIN().
 */
#include "mutant.h"

#define KIND(symbol, ...) ROW(symbol, )

#define ROW(symbol, ...) extern const tern_kernel mutant_##symbol;
#include "all.def"
#undef ROW

#define ROW(symbol, ...) &mutant_##symbol,
static const tern_kernel *const kernels[] = {
#include "all.def"
    NULL,
};
#undef ROW

TERN_EXPORT extern const tern_plugin tern_plugin_table;
const tern_plugin tern_plugin_table = {TERN_KERNEL_ABI, kernels};
