/*
 * ring_stock.h - copies of packed W that processes inherit, one after the other. To make them takes far longer than to
 * sample a cold case, since the system clears every page; so the first process makes its own, and the others read those
 * that the parent made after it.
 *
 * It serves a case with one thread whose arms all read one packed W, so that where its pages lie is the same for all. A
 * process that packs other bytes makes its own copies as well.
 */
#ifndef TERN_RING_STOCK_H
#define TERN_RING_STOCK_H

#include "machine/pin.h"
#include "measure/ring.h"

#include <stdbool.h>

/* Starts as zeros. */
typedef struct tern_ring_stock {
    uint64_t key;   /* the caller's, of what it is for */
    tern_ring ring; /* empty: there are no copies yet */
    size_t packed_bytes;
    bool huge_pages;
    int file; /* where a child leaves what it packed, for the parent to copy; 0: none */
} tern_ring_stock;

/* What a process needs. */
typedef struct tern_ring_demand {
    size_t packed_bytes, align, offset;
    uint64_t ring_bytes;
    bool huge_pages;
} tern_ring_demand;

/* In the parent, before a child that may use it. Where it cannot be prepared, processes make their own. */
void tern_ring_stock_prepare(tern_ring_stock *stock);

/*
 * In a child: whether these are the copies that it needs, byte by byte as its own packed W. Then own, which holds that,
 * is freed and reads those of the stock; it begins at some copy that `random` chooses.
 */
bool tern_ring_stock_lend(const tern_ring_stock *stock, const tern_ring_demand *demand, uint64_t random,
                          tern_ring *own);

/* In a child whose own copies these are: leaves packed W to the parent, unless there are copies. */
void tern_ring_stock_leave(const tern_ring_stock *stock, const tern_ring_demand *demand, const void *packed);

/* In the parent, after a child that ended well: makes the copies, on the memory node of the pin's first CPU. */
void tern_ring_stock_take(tern_ring_stock *stock, const tern_pin *pin);

/* The stock is zeros again. */
void tern_ring_stock_free(tern_ring_stock *stock);

#endif
