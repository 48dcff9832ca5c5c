/*
 * Right kernels that do unusual things, all of them allowed: memory, threads, output and packing of their own. A check
 * that rejects one of these is wrong itself.
 */
#include "mutant.h"

#include <fcntl.h>
#include <omp.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* Any field of a right kernel that is to be another one; the last one of a name counts. */
#define RIGHT(symbol, its_name, its_summary, prepare_function, run_function, ...)                                      \
    MUTANT_BIND(symbol, prepare_function, run_function)                                                                \
    RIGHT_BOUND(symbol, its_name, its_summary, __VA_ARGS__)

#define RIGHT_BOUND(symbol, its_name, its_summary, ...)                                                                \
    const tern_kernel mutant_##symbol = {TERN_KERNEL_HEAD,       .name = its_name,                                     \
                                         .summary = its_summary, .tile = {MUTANT_ROWS, MUTANT_GROUP, MUTANT_TOKENS},   \
                                         .bind = bind_##symbol,  __VA_ARGS__}

#define ANY_SHAPE .multiple = {1, 1, 1}, .row_step = 1
#define ANY_PLACE .packed_align = 1, .x_align = 1, .y_align = 4
#define INT8_ROWS .bits_per_weight = 8.0, .packed_bytes = mutant_packed_bytes, .pack = mutant_pack

/* A matrix of int32 in scratch, of the size of Y. */
static size_t y_bytes(const tern_problem *problem)
{
    return problem->shape.m * problem->shape.n * sizeof(int32_t);
}

static void must(int failed)
{
    if (failed)
        abort();
}

/* Threads. */
static void run_own_team(const tern_call *call, tern_slice rows)
{
    const size_t m = rows.end, threads = call->problem->threads;

#pragma omp parallel num_threads((int)threads)
    {
        const size_t thread = (size_t)omp_get_thread_num();
        mutant_run(call, (tern_slice){m * thread / threads, m * (thread + 1) / threads, (uint32_t)thread});
    }
}
RIGHT(right_team, "right-own-team", "right: has an OpenMP team of its own", NULL, run_own_team, ANY_SHAPE, ANY_PLACE,
      INT8_ROWS, .flags = TERN_KERNEL_OWNS_TEAM);

/* A worker that says that it is done, and has a file open for a moment, as the C library has on behalf of threads. */
static void *dawdle(void *argument)
{
    const struct timespec while_open = {.tv_nsec = 10 * 1000 * 1000};
    const int file = open("/dev/null", O_RDONLY | O_CLOEXEC);

    sem_post(argument);
    nanosleep(&while_open, NULL);
    close(file);
    return NULL;
}

static void run_with_dawdler(const tern_call *call, tern_slice rows)
{
    enum { OFTEN_ENOUGH = 4 };
    static atomic_int started;
    static sem_t done[OFTEN_ENOUGH]; /* a worker may be about to leave its own when the call returns */
    pthread_t worker;
    int number;

    if (call->problem->threads > 1 && (number = atomic_fetch_add(&started, 1)) < OFTEN_ENOUGH) {
        must(sem_init(&done[number], 0, 0) != 0);
        must(pthread_create(&worker, NULL, dawdle, &done[number]) != 0);
        pthread_detach(worker);
        sem_wait(&done[number]);
    }
    mutant_run(call, rows);
}
RIGHT(right_dawdler, "right-file-for-a-moment", "right: a thread of its team has a file open for a moment after a call",
      NULL, run_with_dawdler, ANY_SHAPE, ANY_PLACE, INT8_ROWS, .flags = TERN_KERNEL_OWNS_TEAM);

typedef struct helper {
    const tern_call *call;
    tern_slice rows;
} helper;

static void *help(void *argument)
{
    const helper *h = argument;

    mutant_run(h->call, h->rows);
    return NULL;
}

void mutant_run_with_helper(const tern_call *call, tern_slice rows)
{
    const size_t middle = rows.begin + (rows.end - rows.begin) / 2;
    helper h = {call, {middle, rows.end, rows.thread}};
    pthread_t thread;
    const bool started = pthread_create(&thread, NULL, help, &h) == 0;

    mutant_run(call, (tern_slice){rows.begin, started ? middle : rows.end, rows.thread});
    if (started)
        pthread_join(thread, NULL);
}
RIGHT(right_helper, "right-joined-thread", "right: starts a thread in each call and joins it", NULL,
      mutant_run_with_helper, ANY_SHAPE, ANY_PLACE, INT8_ROWS);

static void *help_with_heap(void *argument)
{
    /* An arena of the thread's own comes into being, and stays. */
    void *volatile block = malloc(1000);

    free(block);
    return help(argument);
}

static void run_with_pool(const tern_call *call, tern_slice rows)
{
    enum { POOL = 3 };
    helper h[POOL];
    pthread_t thread[POOL];
    const size_t count = rows.end - rows.begin;

    for (size_t i = 0; i < POOL; i++) {
        h[i] = (helper){call, {rows.begin + count * i / POOL, rows.begin + count * (i + 1) / POOL, rows.thread}};
        must(pthread_create(&thread[i], NULL, help_with_heap, &h[i]) != 0);
    }
    for (size_t i = 0; i < POOL; i++)
        pthread_join(thread[i], NULL);
}
RIGHT(right_pool, "right-joined-pool", "right: starts three threads that use the heap, and joins them", NULL,
      run_with_pool, ANY_SHAPE, ANY_PLACE, INT8_ROWS);

static const char *bind_right_refusing(const tern_problem *problem, tern_stages *stages)
{
    if (problem->threads > 1 && (problem->threads & (problem->threads - 1)) != 0)
        return "it shares its work among 1, 2, 4, 8 ... threads only";
    stages->run = mutant_run;
    return NULL;
}
RIGHT_BOUND(right_refusing, "right-powers-of-two", "right: refuses thread counts that are no power of two", ANY_SHAPE,
            ANY_PLACE, INT8_ROWS);

/* Alignment, slices and multiples. */
RIGHT(right_page, "right-aligned-to-4096", "right: wants everything aligned to a page", NULL, mutant_run, ANY_SHAPE,
      INT8_ROWS, .packed_align = 4096, .x_align = 4096, .y_align = 4096);
RIGHT(right_huge_page, "right-aligned-to-2-mib", "right: wants everything aligned to a huge page", NULL, mutant_run,
      ANY_SHAPE, INT8_ROWS, .packed_align = 2 << 20, .x_align = 2 << 20, .y_align = 2 << 20);
RIGHT(right_one_slice, "right-one-slice", "right: has one slice, whatever M is", NULL, mutant_run,
      .multiple = {1, 1, 1}, .row_step = (size_t)1 << 40, ANY_PLACE, INT8_ROWS);
RIGHT(right_step_7, "right-steps-of-seven", "right: wants slices of seven rows", NULL, mutant_run,
      .multiple = {1, 1, 1}, .row_step = 7, ANY_PLACE, INT8_ROWS);
RIGHT(right_multiples, "right-multiples-3-5-2", "right: wants multiples of 3, 5 and 2", NULL, mutant_run,
      .multiple = {3, 5, 2}, .row_step = 3, ANY_PLACE, INT8_ROWS);

/* All work is done in prepare(), a token a unit. */
static void prepare_all(const tern_call *call, tern_slice tokens)
{
    const size_t m_end = call->problem->shape.m;

    for (size_t n = tokens.begin; n < tokens.end; n++)
        for (size_t m = 0; m < m_end; m++)
            ((int32_t *)call->scratch)[n * m_end + m] = mutant_value(call, m, n);
}

static void run_copies(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    for (size_t n = 0; n < shape.n; n++)
        memcpy(call->y + n * shape.m + rows.begin, (const int32_t *)call->scratch + n * shape.m + rows.begin,
               (rows.end - rows.begin) * sizeof *call->y);
}
RIGHT(right_prepare, "right-all-in-prepare", "right: does all of its work in prepare()", prepare_all, run_copies,
      ANY_SHAPE, ANY_PLACE, INT8_ROWS, .scratch_bytes = y_bytes);

/* One thread does all of prepare(), and there are more units than tokens. */
static void prepare_by_one(const tern_call *call, tern_slice units)
{
    if (units.begin == 0 && units.end > 0)
        prepare_all(call, (tern_slice){0, call->problem->shape.n, units.thread});
}

static const char *bind_right_units(const tern_problem *problem, tern_stages *stages)
{
    (void)problem;
    stages->prepare = prepare_by_one;
    stages->prepare_units = 4099;
    stages->run = run_copies;
    return NULL;
}
RIGHT_BOUND(right_units, "right-4099-units", "right: has 4099 units of prepare() and needs one", ANY_SHAPE, ANY_PLACE,
            INT8_ROWS, .scratch_bytes = y_bytes);

/* Memory. */
static void run_maps(const tern_call *call, tern_slice rows)
{
    const size_t bytes = 64 * 1024;
    int8_t *space = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    must(space == MAP_FAILED);
    memset(space, 1, bytes / 16);
    mutant_run(call, rows);
    munmap(space, bytes);
}
RIGHT(right_maps, "right-maps-each-call", "right: maps memory in each call and unmaps it", NULL, run_maps, ANY_SHAPE,
      ANY_PLACE, INT8_ROWS);

/* The C library keeps what is freed, and trims its heap as it likes. */
static void run_allocates(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    int8_t *x = malloc(shape.k);
    void *volatile large = malloc(300 * 1000);
    tern_call copy = *call;

    must(x == NULL || large == NULL);
    copy.x = x;
    for (size_t n = 0; n < shape.n; n++) {
        memcpy(x, mutant_x(call, n), shape.k);
        for (size_t m = rows.begin; m < rows.end; m++)
            call->y[n * shape.m + m] = mutant_value(&copy, m, 0);
    }
    free(large);
    free(x);
}
RIGHT(right_allocates, "right-allocates", "right: takes memory from the heap in each call and frees it", NULL,
      run_allocates, ANY_SHAPE, ANY_PLACE, INT8_ROWS);

static void run_thread_local(const tern_call *call, tern_slice rows)
{
    enum { CHUNK = 16 * 1024 };
    static _Thread_local int8_t x[CHUNK];
    const tern_shape shape = call->problem->shape;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++) {
            int32_t sum = 0;
            for (size_t begin = 0; begin < shape.k; begin += CHUNK) {
                const size_t count = shape.k - begin < CHUNK ? shape.k - begin : CHUNK;
                memcpy(x, mutant_x(call, n) + begin, count);
                for (size_t k = 0; k < count; k++)
                    sum += x[k] * mutant_w(call, m)[begin + k];
            }
            call->y[n * shape.m + m] = sum;
        }
}
RIGHT(right_thread_local, "right-thread-local", "right: works in a buffer of the thread", NULL, run_thread_local,
      ANY_SHAPE, ANY_PLACE, INT8_ROWS);

static size_t much_scratch(const tern_problem *problem)
{
    (void)problem;
    return (size_t)64 << 20;
}

/* Its part of scratch begins where the thread's number says. */
static void run_in_scratch(const tern_call *call, tern_slice rows)
{
    const size_t part = ((size_t)64 << 20) / call->problem->threads;
    int8_t *mine = (int8_t *)call->scratch + rows.thread * part;

    for (size_t i = 0; i < part; i += part / 4)
        mine[i] = (int8_t)i;
    mutant_run(call, rows);
}
RIGHT(right_scratch, "right-64-mib-of-scratch", "right: wants 64 MiB of scratch", NULL, run_in_scratch, ANY_SHAPE,
      ANY_PLACE, INT8_ROWS, .scratch_bytes = much_scratch);

static void run_in_frame(const tern_call *call, tern_slice rows)
{
    volatile int8_t frame[1 << 20];

    for (size_t i = 0; i < sizeof frame; i += 4096)
        frame[i] = 1;
    mutant_run(call, rows);
}
RIGHT(right_frame, "right-frame-of-1-mib", "right: has a stack frame of 1 MiB", NULL, run_in_frame, ANY_SHAPE,
      ANY_PLACE, INT8_ROWS);

/* Its own rows of Y hold sums of halves on the way. */
static void run_in_y(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++) {
            int32_t *y = &call->y[n * shape.m + m];
            *y = 0;
            for (size_t k = 0; k < shape.k; k++)
                *y += mutant_x(call, n)[k] * mutant_w(call, m)[k];
        }
}
RIGHT(right_in_y, "right-works-in-y", "right: adds in Y, in rows of its slice", NULL, run_in_y, ANY_SHAPE, ANY_PLACE,
      INT8_ROWS);

/* Arithmetic. */
static int32_t in_long_double(const tern_call *call, size_t m, size_t n)
{
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    long double sum = 0.0L;

    for (size_t k = 0; k < call->problem->shape.k; k++)
        sum += (long double)(x[k] * w[k]);
    return (int32_t)sum;
}

static void run_in_long_double(const tern_call *call, tern_slice rows)
{
    for (size_t n = 0; n < call->problem->shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++)
            call->y[n * call->problem->shape.m + m] = in_long_double(call, m, n);
}
RIGHT(right_x87, "right-long-double", "right: adds in long double, which holds every sum", NULL, run_in_long_double,
      ANY_SHAPE, ANY_PLACE, INT8_ROWS);

static int32_t by_halves(const int8_t *w, const int8_t *x, size_t count)
{
    if (count == 1)
        return w[0] * x[0];
    return by_halves(w, x, count / 2) + by_halves(w + count / 2, x + count / 2, count - count / 2);
}

static void run_by_halves(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++)
            call->y[n * shape.m + m] = by_halves(mutant_w(call, m), mutant_x(call, n), shape.k);
}
RIGHT(right_recursion, "right-recursion", "right: halves K until one column is left", NULL, run_by_halves, ANY_SHAPE,
      ANY_PLACE, INT8_ROWS);

/* A table that is made when the object is loaded, and never changed. */
static int8_t product_of[3][256];

__attribute__((constructor)) static void fill_products(void)
{
    for (int w = -1; w <= 1; w++)
        for (int x = -127; x <= 127; x++)
            product_of[w + 1][x + 128] = (int8_t)(w * x);
}

static void run_by_table(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++) {
            const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
            int32_t sum = 0;
            for (size_t k = 0; k < shape.k; k++)
                sum += x[k] == -128 ? -128 * w[k] : product_of[w[k] + 1][x[k] + 128];
            call->y[n * shape.m + m] = sum;
        }
}
RIGHT(right_table, "right-table-of-constructor", "right: has a table that was made as it was loaded", NULL,
      run_by_table, ANY_SHAPE, ANY_PLACE, INT8_ROWS);

/* The process: what is changed is changed back. */
static void run_prints(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    if (rows.begin == 0)
        printf(".");
}
RIGHT(right_prints, "right-prints", "right: prints a dot in each call", NULL, run_prints, ANY_SHAPE, ANY_PLACE,
      INT8_ROWS);

static void run_blocks_signals(const tern_call *call, tern_slice rows)
{
    sigset_t all, old;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    mutant_run(call, rows);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}
RIGHT(right_mask, "right-restores-mask", "right: blocks signals in each call and restores the mask", NULL,
      run_blocks_signals, ANY_SHAPE, ANY_PLACE, INT8_ROWS);

static void run_naps(const tern_call *call, tern_slice rows)
{
    const struct timespec nap = {.tv_nsec = 20 * 1000};

    nanosleep(&nap, NULL);
    sched_yield();
    mutant_run(call, rows);
}
RIGHT(right_naps, "right-naps", "right: sleeps for 0.02 ms in each call, which is slow and not wrong", NULL, run_naps,
      ANY_SHAPE, ANY_PLACE, INT8_ROWS);
