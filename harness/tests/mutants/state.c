/*
 * What lives longer than a call.
 */
#include "mutant.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Keeps the answer for a pair of addresses. */
static int32_t cached(const tern_call *call, size_t m, size_t n)
{
    static struct {
        const void *packed, *x;
        size_t m, n, k;
        int32_t value;
    } last[64];
    const size_t slot = (n * call->problem->shape.m + m) % 64;

    if (last[slot].packed != call->packed || last[slot].x != call->x || last[slot].m != m || last[slot].n != n ||
        last[slot].k != call->problem->shape.k) {
        last[slot].packed = call->packed;
        last[slot].x = call->x;
        last[slot].m = m;
        last[slot].n = n;
        last[slot].k = call->problem->shape.k;
        last[slot].value = mutant_value(call, m, n);
    }
    return last[slot].value;
}
MUTANT_VALUE(cached, "cached-by-pointer", "keeps the last answer by the addresses of X and W", cached);

/* Keeps the weights themselves, unpacked, by the address of what they were packed to. */
enum { KEPT_WEIGHTS = 64 * 1024 };

static void run_kept_weights(const tern_call *call, tern_slice rows)
{
    static int8_t kept[KEPT_WEIGHTS];
    static const void *origin;
    static size_t bytes;
    const size_t needed = mutant_packed_bytes(call->problem);
    tern_call copy = *call;

    if (needed <= KEPT_WEIGHTS) {
        if (origin != call->packed || bytes != needed)
            memcpy(kept, call->packed, needed);
        origin = call->packed;
        bytes = needed;
        copy.packed = kept;
    }
    mutant_run(&copy, rows);
}
MUTANT(kept_weights, "kept-weights", "keeps unpacked weights by the address of the packed ones", run_kept_weights);

/* Keeps nothing but that Y was filled. */
static void lazy(const tern_call *call, tern_slice rows)
{
    static const void *done;

    if (done != call->y)
        mutant_run(call, rows);
    if (call->problem->threads == 1)
        done = call->y;
}
MUTANT(lazy, "lazy", "leaves Y alone when it has filled it before", lazy);

static size_t sums_bytes(const tern_problem *problem)
{
    return (problem->shape.m * problem->shape.n + 1) * sizeof(int32_t);
}

/* Adds to sums in scratch that it takes for zero. */
static int32_t unset_sum(const tern_call *call, size_t m, size_t n)
{
    int32_t *sum = (int32_t *)call->scratch + n * call->problem->shape.m + m;

    *sum = (int32_t)((uint32_t)*sum + (uint32_t)mutant_value(call, m, n));
    return *sum;
}

static void run_unset(const tern_call *call, tern_slice rows)
{
    for (size_t n = 0; n < call->problem->shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++)
            call->y[n * call->problem->shape.m + m] = unset_sum(call, m, n);
}
MUTANT_PREPARED(unset_scratch, "unset-scratch", "adds to scratch that it takes for zero", sums_bytes, NULL, run_unset);

/* Finds its own mark in scratch and takes what stands behind it for this call's. */
static const int32_t mark = 0x7E12A5;

static void run_marked(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    int32_t *scratch = call->scratch;

    if (call->problem->threads > 1) {
        mutant_run(call, rows);
        return;
    }
    if (scratch[0] != mark)
        for (size_t i = 0; i < shape.m * shape.n; i++)
            scratch[1 + i] = mutant_value(call, i % shape.m, i / shape.m);
    scratch[0] = mark;
    memcpy(call->y, scratch + 1, shape.m * shape.n * sizeof *scratch);
}
MUTANT_PREPARED(stale_scratch, "stale-scratch", "trusts a mark that an earlier call left in scratch", sums_bytes, NULL,
                run_marked);

/* Adds w * x to a sum that it takes for zero: the right value if it is. */
static void __attribute__((noinline)) add_value(int32_t *sum, const tern_call *call, size_t m, size_t n)
{
    *sum = (int32_t)((uint32_t)*sum + (uint32_t)mutant_value(call, m, n));
}

/* Memory that is fresh from the system is zero, and this counts on it. */
static void run_unset_heap(const tern_call *call, tern_slice rows)
{
    enum { SUMS = 1 << 20 };
    const tern_shape shape = call->problem->shape;
    int32_t *sums = malloc(SUMS * sizeof *sums);

    for (size_t i = 0; i < shape.n * shape.m && sums != NULL; i++)
        if (i % shape.m >= rows.begin && i % shape.m < rows.end) {
            add_value(&sums[i % SUMS], call, i % shape.m, i / shape.m);
            call->y[i] = sums[i % SUMS];
            sums[i % SUMS] = 0;
        }
    free(sums);
}
MUTANT(unset_heap, "unset-heap", "adds to heap memory that it takes for zero", run_unset_heap);

/* So is stack that nobody has been on. */
static void run_unset_stack(const tern_call *call, tern_slice rows)
{
    enum { SUMS = 8192 };
    const tern_shape shape = call->problem->shape;
    int32_t sums[SUMS];

    for (size_t m = rows.begin; m < rows.end; m++)
        for (size_t n = 0; n < shape.n; n++) {
            add_value(&sums[m % SUMS], call, m, n);
            call->y[n * shape.m + m] = sums[m % SUMS];
            sums[m % SUMS] = 0;
        }
}
MUTANT(unset_stack, "unset-stack", "adds to stack that it takes for zero", run_unset_stack);

static void moves_cpu(const tern_call *call, tern_slice rows)
{
    cpu_set_t one;

    mutant_run(call, rows);
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
}
MUTANT(affinity, "affinity", "pins the calling thread", moves_cpu);

#if defined(__x86_64__)
static void flushes_denormals(const tern_call *call, tern_slice rows)
{
    enum { FLUSH_TO_ZERO = 0x8000 };
    unsigned mode;

    mutant_run(call, rows);
    __asm__ volatile("stmxcsr %0" : "=m"(mode));
    mode |= FLUSH_TO_ZERO;
    __asm__ volatile("ldmxcsr %0" : : "m"(mode));
}
MUTANT(float_mode, "float-mode", "leaves denormals flushed to zero", flushes_denormals);
#endif

static void leaks(const tern_call *call, tern_slice rows)
{
    /* Through a volatile pointer, or the compiler takes out the allocation. */
    void *volatile lost = malloc(64);

    (void)lost;
    mutant_run(call, rows);
}
MUTANT(leak, "leak", "loses 64 bytes a call", leaks);

static void ignore(int signal)
{
    (void)signal;
}

static void takes_signal(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    signal(SIGFPE, ignore);
}
MUTANT(signal_handler, "signal-handler", "leaves a handler for SIGFPE", takes_signal);

static void blocks_signals(const tern_call *call, tern_slice rows)
{
    sigset_t set;

    mutant_run(call, rows);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}
MUTANT(signal_mask, "signal-mask", "leaves a signal blocked", blocks_signals);

static void opens_file(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0)
        abort();
}
MUTANT(open_file, "open-file", "leaves a file open", opens_file);

static void *rest(void *nothing)
{
    for (;;)
        pause();
    return nothing;
}

void mutant_leave_thread(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, rest, NULL) != 0)
        abort();
}

static void starts_thread(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    mutant_leave_thread();
}
MUTANT(thread_left, "thread-left", "leaves a thread behind", starts_thread);
