#include "check/fault.h"
#include "check/pass_look.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Below, headers and padding may weigh more than W. */
enum { LEAST_WEIGHTS = 256 * 1024 };

/* Padding and tables, and data that a form fits less well; a copy of W is more than that. */
static const double most_times_declared = 1.5;

/* Of the pages; padding is not read. */
static const double least_read = 0.75;

static double round_up(size_t size, size_t tile)
{
    return (double)((size + tile - 1) / tile * tile);
}

static bool is_as_small_as_declared(tern_pass_run *run)
{
    const tern_kernel *kernel = run->product.kernel;
    const tern_shape shape = run->task->c->shape;
    const double weights = round_up(shape.m, kernel->tile.m) * round_up(shape.k, kernel->tile.k);
    const double bits = 8.0 * (double)tern_pass_run_buffer(run, TERN_BUFFER_PACKED)->bytes / weights;

    return bits <= most_times_declared * kernel->bits_per_weight ||
           tern_pass_run_fail(run, TERN_MISDECLARED, "packed W has %.3g bits a weight, the kernel declares %g,", bits,
                              kernel->bits_per_weight);
}

/* Closes packed W, calls, and counts the pages that were touched. */
static bool is_read(tern_pass_run *run)
{
    static uint8_t touched[TERN_TRACE_PAGES];
    const tern_guard *packed = tern_pass_run_buffer(run, TERN_BUFFER_PACKED);
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *begin = (uint8_t *)(((uintptr_t)packed->data + page - 1) / page * page);
    const size_t pages = (size_t)(packed->data + packed->bytes - begin) / page;
    size_t count = 0;

    if (packed->bytes < page || pages < 8 || pages > TERN_TRACE_PAGES)
        return true;
    tern_fault_trace(begin, page, pages, touched);
    mprotect(begin, pages * page, PROT_NONE);
    const bool called = tern_pass_run_call(run);
    tern_fault_trace(NULL, 0, 0, NULL);
    mprotect(begin, pages * page, PROT_READ);
    for (size_t i = 0; i < pages; i++)
        count += touched[i];
    return called &&
           ((double)count >= least_read * (double)pages ||
            tern_pass_run_fail(run, TERN_MISDECLARED, "run() reads %zu of %zu pages of packed W,", count, pages));
}

bool tern_pass_look_at_claims(tern_pass_run *run)
{
    const tern_shape shape = run->task->c->shape;

    if (shape.m * shape.k < LEAST_WEIGHTS)
        return true;
    return is_as_small_as_declared(run) && is_read(run);
}
