#include "check/fault.h"
#include "check/pass_look.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Below, headers and padding may weigh more than W. */
enum { LEAST_WEIGHTS = 256 * 1024 };

/* Padding that the tile does not tell, scales and tables. Two bits for 1.6 are more than that. */
static const double most_times_declared = 1.2;

/* Of the pages; padding is not read. */
static const double least_read = 0.75;

static double round_up(size_t size, size_t tile)
{
    const size_t tiles = (size + tile - 1) / tile;

    return (double)(tiles * tile);
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

/*
 * Closes packed W, calls, and has the pages noted that are touched. In a process of its own: a kernel may block SIGSEGV
 * as long as it computes, and then nothing is known.
 */
static bool trace(tern_pass_run *run, uint8_t *begin, size_t page_bytes, size_t pages, uint8_t *touched)
{
    enum { DONE = 113 };
    int status = 0;
    const pid_t pid = fork();

    if (pid == 0) {
        tern_fault_trace(begin, page_bytes, pages, touched);
        mprotect(begin, pages * page_bytes, PROT_NONE);
        tern_pass_run_call(run);
        _exit(DONE);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == DONE;
}

static bool is_read(tern_pass_run *run)
{
    const tern_guard *packed = tern_pass_run_buffer(run, TERN_BUFFER_PACKED);
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *begin = (uint8_t *)(((uintptr_t)packed->data + page - 1) / page * page);
    const size_t pages = packed->bytes < 8 * page ? 0 : (size_t)(packed->data + packed->bytes - begin) / page;
    size_t count = 0;

    if (pages == 0)
        return true;
    uint8_t *touched = mmap(NULL, pages, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (touched == MAP_FAILED)
        return tern_pass_run_fail_machine(run, "out of memory for a list of pages");
    const bool known = trace(run, begin, page, pages, touched);
    for (size_t i = 0; i < pages; i++)
        count += touched[i];
    munmap(touched, pages);
    return !known || (double)count >= least_read * (double)pages ||
           tern_pass_run_fail(run, TERN_MISDECLARED,
                              "run() reads %zu of %zu pages of packed W, the rest is never read,", count, pages);
}

bool tern_pass_look_at_claims(tern_pass_run *run)
{
    const tern_shape shape = run->task->c->shape;

    if (shape.m * shape.k < LEAST_WEIGHTS)
        return true;
    return is_as_small_as_declared(run) && is_read(run);
}
