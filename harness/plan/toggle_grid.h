/*
 * toggle_grid.h - which values of a toggle are worth trying.
 */
#ifndef TERN_TOGGLE_GRID_H
#define TERN_TOGGLE_GRID_H

#include "kernel.h"

enum { TERN_TOGGLE_GRID = 8 };

/*
 * The values besides `own`, at most TERN_TOGGLE_GRID of them: every one of a short range; of a long one off, where
 * there is such a value, and own by factors of two, twice down and twice up. Returns how many.
 */
size_t tern_toggle_grid(const tern_toggle *toggle, int32_t own, int32_t value[TERN_TOGGLE_GRID]);

#endif
