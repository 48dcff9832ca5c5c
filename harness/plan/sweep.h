/*
 * sweep.h - the small cases that a sweep goes through.
 *
 * Kernels go wrong for one residue of a size, one pair of residues, one pattern of weights. Thousands of shapes show
 * that where dozens do not, and are affordable when one child process calls them all, each once. They also show what
 * a kernel keeps from one problem to the next.
 */
#ifndef TERN_SWEEP_H
#define TERN_SWEEP_H

#include "plan/sweep_item.h"

/* The number of places in the sweep of->data.sweep for of's kernel and toggles. */
size_t tern_sweep_count(const tern_case *of);

/*
 * Fills item with that of place index < tern_sweep_count(). False when the place is empty, because the kernel's
 * multiples make it too large or equal to another. A function of the kernel's table, the toggles and index alone.
 */
bool tern_sweep_at(const tern_case *of, size_t index, tern_sweep_item *item);

/* Multiply-adds of all items and calls, or of a call of a case that is no sweep, for a deadline. */
double tern_sweep_macs(const tern_case *of);

/* The case that stands for a whole sweep of c's kernel and toggles. */
tern_case tern_sweep_case(const tern_case *c, tern_sweep sweep);

#endif
