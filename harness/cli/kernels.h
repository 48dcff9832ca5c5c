/*
 * kernels.h - the list of kernels for programs.
 */
#ifndef TERN_KERNELS_H
#define TERN_KERNELS_H

#include "base/error.h"
#include "plan/registry.h"

#include <stdint.h>
#include <stdio.h>

/*
 * One JSON object, as kernels.schema.json beside this file describes it. isa: TERN_ISA_ bits that kernels may use here;
 * cap: what --isa said. TERN_ENVIRONMENT when memory runs out, or the stream takes no more.
 */
tern_status tern_kernels_json(FILE *stream, const tern_registry *registry, uint32_t isa, const char *cap,
                              tern_error *error);

#endif
