/*
 * All mutants of table.def as one plug-in. The table is longer than a macro's argument list should be, so that it is
 * written out instead of TERN_PLUGIN().
 */
#include "mutant.h"

#define ROW(symbol, ...) extern const tern_kernel mutant_##symbol;
#include "table.def"
#undef ROW

#define ROW(symbol, ...) &mutant_##symbol,
static const tern_kernel *const kernels[] = {
#include "table.def"
    NULL,
};
#undef ROW

TERN_EXPORT extern const tern_plugin tern_plugin_table;
const tern_plugin tern_plugin_table = {TERN_KERNEL_ABI, kernels};
