/*
 * buffers.h - all memory that a kernel under test may touch, each object in a guarded buffer of its own.
 */
#ifndef TERN_BUFFERS_H
#define TERN_BUFFERS_H

#include "check/guard.h"
#include "check/product.h"

#include <xxhash.h>

/*
 * STAGING is where pack() may write up to its bound; PACKED holds what it did write, and no byte more. ROWS is what a
 * slice of pack_rows() is given of W, made with tern_buffers_fit_rows().
 */
typedef enum tern_buffer {
    TERN_BUFFER_W,
    TERN_BUFFER_STAGING,
    TERN_BUFFER_PACKED,
    TERN_BUFFER_X,
    TERN_BUFFER_Y,
    TERN_BUFFER_SCRATCH,
    TERN_BUFFER_PLAN,
    TERN_BUFFER_ROWS,
    TERN_BUFFERS
} tern_buffer;

/* Starts as zeros. */
typedef struct tern_buffers {
    tern_guard guard[TERN_BUFFERS];
    XXH64_hash_t hash[TERN_BUFFERS];
    tern_guard_side side;
    uint8_t paint;
} tern_buffers;

/* What a kernel asks for, in bytes. */
typedef struct tern_kernel_demand {
    size_t packed, scratch, plan;
} tern_kernel_demand;

/* What is wrong with the demand, for a person, or NULL: nobody needs so much for so few weights. */
const char *tern_kernel_demand_excess(const tern_product *product, const tern_kernel_demand *demand);

/*
 * Makes the buffers that the product needs; PACKED comes with tern_buffers_take_packed(). Those of the same side and
 * size stay where they are, so that a kernel sees other data at the same addresses.
 */
tern_status tern_buffers_place(tern_buffers *buffers, const tern_product *product, const tern_kernel_demand *demand,
                               tern_guard_side side, tern_error *error);
void tern_buffers_free(tern_buffers *buffers);

/*
 * The same with each buffer at the end of pages that are used again for the next product, whatever its size; for
 * sweeps. PACKED comes with tern_buffers_fit_packed(), which copies the first bytes bytes of STAGING.
 */
tern_status tern_buffers_fit(tern_buffers *buffers, const tern_product *product, const tern_kernel_demand *demand,
                             tern_error *error);
tern_status tern_buffers_fit_packed(tern_buffers *buffers, const tern_kernel *kernel, size_t bytes, tern_error *error);

/* Makes ROWS one of bytes bytes that ends at the guard pages, with a copy of them. */
tern_status tern_buffers_fit_rows(tern_buffers *buffers, const int8_t *rows, size_t bytes, tern_error *error);

/* What Y holds where nothing was written since it was painted. */
int32_t tern_buffers_untouched(const tern_buffers *buffers);

/* Copies the first bytes bytes of STAGING to PACKED. Unless the side is AFTER, PACKED stays where it is. */
tern_status tern_buffers_take_packed(tern_buffers *buffers, const tern_kernel *kernel, size_t bytes, tern_error *error);

/* Paints the red zones of all; later tern_guard_paint_object() paints an object in the same colour. */
void tern_buffers_paint(tern_buffers *buffers, uint8_t paint);

/*
 * As long as the kernel computes, what belongs to pack() alone, W and STAGING, is closed, so that a packed form which
 * holds an address of theirs is found out, and what it may only read cannot be written. Both are undone by
 * tern_buffers_open().
 */
tern_status tern_buffers_protect(tern_buffers *buffers, tern_error *error);
tern_status tern_buffers_open(tern_buffers *buffers, tern_error *error);

/* The name of a buffer whose pages are not protected as they were left, or NULL. */
const char *tern_buffers_access_changed(const tern_buffers *buffers);

/* Whether a byte of a red zone is not as it was painted. Closed buffers have not been touched. */
bool tern_buffers_find_change(const tern_buffers *buffers, tern_guard_breach *breach);

/* Whether an object holds what it held at the last tern_buffers_remember(), by its XXH3. */
void tern_buffers_remember(tern_buffers *buffers, tern_buffer which);
bool tern_buffers_unchanged(const tern_buffers *buffers, tern_buffer which);

#endif
