/*
 * edges.h - the shapes and data at which kernels go wrong: around their declared multiples and tiles, primes, 1, and
 * extreme values.
 */
#ifndef TERN_EDGES_H
#define TERN_EDGES_H

#include "plan/case.h"

enum { TERN_EDGES_MAX = 160 };

/*
 * Fills edge with check-only cases of the kernel and toggles of `of`, each small, all different, in an order that
 * depends on the kernel's table alone. Returns how many.
 */
size_t tern_edges_list(const tern_case *of, tern_case edge[TERN_EDGES_MAX]);

#endif
