/*
 * What the other functions of the contract leave behind or touch: bind(), pack(), prepare(), facts(), and those that
 * tell sizes. A check of run() alone does not see it, or blames run().
 */
#include "mutant.h"

#include <fcntl.h>
#include <fenv.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void lose_memory(void)
{
    void *volatile lost = malloc(64);

    (void)lost;
}

static void open_file(void)
{
    if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0)
        abort();
}

static void pin_here(void)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
}

static void ignore(int number)
{
    (void)number;
}

static void take_signal(void)
{
    signal(SIGUSR2, ignore);
}

static void block_signal(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void round_down(void)
{
    fesetround(FE_DOWNWARD);
}

static void map_page(void)
{
    if (mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
        abort();
}

static void *rest(void *nothing)
{
    pause();
    return nothing;
}

static void start_thread(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, rest, NULL) != 0)
        abort();
}

static void change_folder(void)
{
    if (chdir("/") != 0)
        abort();
}

/* In bind(). */
#define MUTANT_BIND_LEAVES(symbol, its_name, its_summary, leave)                                                       \
    static const char *bind_##symbol(const tern_problem *problem, tern_stages *stages)                                 \
    {                                                                                                                  \
        (void)problem;                                                                                                 \
        leave();                                                                                                       \
        stages->run = mutant_run;                                                                                      \
        return NULL;                                                                                                   \
    }                                                                                                                  \
    const tern_kernel mutant_##symbol = {MUTANT_FRAME(1, 4),     .name = its_name,                                     \
                                         .summary = its_summary, .packed_bytes = mutant_packed_bytes,                  \
                                         .pack = mutant_pack,    .bind = bind_##symbol}

MUTANT_BIND_LEAVES(bind_leaks, "bind-leaks", "loses 64 bytes in bind()", lose_memory);
MUTANT_BIND_LEAVES(bind_opens, "bind-opens-file", "leaves a file open in bind()", open_file);
MUTANT_BIND_LEAVES(bind_pins, "bind-pins", "pins the thread that calls bind()", pin_here);
MUTANT_BIND_LEAVES(bind_signal, "bind-takes-signal", "leaves a signal handler in bind()", take_signal);
MUTANT_BIND_LEAVES(bind_rounds, "bind-rounds-down", "leaves another rounding mode in bind()", round_down);
MUTANT_BIND_LEAVES(bind_threads, "bind-starts-thread", "leaves a thread in bind()", start_thread);
MUTANT_BIND_LEAVES(bind_folder, "bind-changes-cwd", "goes to another folder in bind()", change_folder);

/* In pack(). */
#define MUTANT_PACK_LEAVES(symbol, its_name, its_summary, leave)                                                       \
    static size_t pack_##symbol(const tern_problem *problem, const int8_t *w, void *packed)                            \
    {                                                                                                                  \
        leave();                                                                                                       \
        return mutant_pack(problem, w, packed);                                                                        \
    }                                                                                                                  \
    MUTANT_PACKED(symbol, its_name, its_summary, mutant_packed_bytes, pack_##symbol, mutant_run)

MUTANT_PACK_LEAVES(pack_leaks, "pack-leaks", "loses 64 bytes in pack()", lose_memory);
MUTANT_PACK_LEAVES(pack_maps, "pack-leaves-mapping", "leaves a page mapped in pack()", map_page);
MUTANT_PACK_LEAVES(pack_masks, "pack-blocks-signal", "leaves a signal blocked in pack()", block_signal);
MUTANT_PACK_LEAVES(pack_signal, "pack-takes-signal", "leaves a signal handler in pack()", take_signal);
MUTANT_PACK_LEAVES(pack_rounds, "pack-rounds-down", "leaves another rounding mode in pack()", round_down);
MUTANT_PACK_LEAVES(pack_opens, "pack-opens-file", "leaves a file open in pack()", open_file);

/* In pack_rows(), which uses no heap and may be called by any thread. */
static void pack_rows_leaking(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    lose_memory();
    memcpy((int8_t *)packed + rows.begin * problem->shape.k, w, (rows.end - rows.begin) * problem->shape.k);
}
MUTANT_BIND(pack_rows_leaks, NULL, mutant_run)
const tern_kernel mutant_pack_rows_leaks = {MUTANT_FRAME(1, 4),
                                            .name = "pack-rows-leaks",
                                            .summary = "loses 64 bytes in pack_rows()",
                                            .packed_bytes = mutant_packed_bytes,
                                            .pack_rows = pack_rows_leaking,
                                            .bind = bind_pack_rows_leaks};

/* In prepare(). */
static size_t few_bytes(const tern_problem *problem)
{
    (void)problem;
    return 64;
}

#define MUTANT_PREPARE_LEAVES(symbol, its_name, its_summary, leave)                                                    \
    static void prepare_##symbol(const tern_call *call, tern_slice tokens)                                             \
    {                                                                                                                  \
        (void)call, (void)tokens;                                                                                      \
        leave();                                                                                                       \
    }                                                                                                                  \
    MUTANT_PREPARED(symbol, its_name, its_summary, few_bytes, prepare_##symbol, mutant_run)

MUTANT_PREPARE_LEAVES(prepare_leaks, "prepare-leaks", "loses 64 bytes in prepare()", lose_memory);
MUTANT_PREPARE_LEAVES(prepare_pins, "prepare-pins", "pins the threads that call prepare()", pin_here);
MUTANT_PREPARE_LEAVES(prepare_rounds, "prepare-rounds-down", "leaves another rounding mode in prepare()", round_down);

static void prepare_past_scratch(const tern_call *call, tern_slice tokens)
{
    (void)tokens;
    ((volatile int8_t *)call->scratch)[64] = 0;
}
MUTANT_PREPARED(prepare_overruns, "prepare-writes-past-scratch", "writes past scratch in prepare()", few_bytes,
                prepare_past_scratch, mutant_run);

static void prepare_before_scratch(const tern_call *call, tern_slice tokens)
{
    (void)tokens;
    ((volatile int8_t *)call->scratch)[-1] = 0;
}
MUTANT_PREPARED(prepare_underruns, "prepare-writes-before-scratch", "writes before scratch in prepare()", few_bytes,
                prepare_before_scratch, mutant_run);

static void prepare_past_x(const tern_call *call, tern_slice tokens)
{
    (void)tokens;
    (void)*(const volatile int8_t *)mutant_x(call, call->problem->shape.n);
}
MUTANT_PREPARED(prepare_reads_past, "prepare-reads-past-x", "reads past X in prepare()", few_bytes, prepare_past_x,
                mutant_run);

/* In the functions that tell sizes. */
static size_t leaking_packed_bytes(const tern_problem *problem)
{
    lose_memory();
    return mutant_packed_bytes(problem);
}
MUTANT_PACKED(packed_bytes_leaks, "packed-bytes-leaks", "loses 64 bytes in packed_bytes()", leaking_packed_bytes,
              mutant_pack, mutant_run);

static size_t opening_scratch_bytes(const tern_problem *problem)
{
    open_file();
    return few_bytes(problem);
}
MUTANT_PREPARED(scratch_bytes_opens, "scratch-bytes-opens-file", "leaves a file open in scratch_bytes()",
                opening_scratch_bytes, NULL, mutant_run);

/* In facts(). */
#define MUTANT_FACTS(symbol, its_name, its_summary, ...)                                                               \
    static size_t facts_##symbol(const tern_problem *problem, const void *packed, tern_fact *fact, size_t max)         \
    {                                                                                                                  \
        (void)problem, (void)packed;                                                                                   \
        __VA_ARGS__;                                                                                                   \
        if (max == 0)                                                                                                  \
            return 0;                                                                                                  \
        *fact = (tern_fact){.name = "rows", .unit = "", .value = 1.0};                                                 \
        return 1;                                                                                                      \
    }                                                                                                                  \
    MUTANT_BIND(symbol, NULL, mutant_run)                                                                              \
    const tern_kernel mutant_##symbol = {                                                                              \
        MUTANT_FRAME(1, 4),  .name = its_name,      .summary = its_summary, .packed_bytes = mutant_packed_bytes,       \
        .pack = mutant_pack, .bind = bind_##symbol, .facts = facts_##symbol}

MUTANT_FACTS(facts_leaks, "facts-leaks", "loses 64 bytes in facts()", lose_memory());
MUTANT_FACTS(facts_opens, "facts-opens-file", "leaves a file open in facts()", open_file());
MUTANT_FACTS(facts_writes, "facts-writes-w", "marks packed W in facts() and restores it",
             volatile int8_t *w = (int8_t *)(uintptr_t)packed;
             const int8_t first = *w; *w = 2; *w = first);
MUTANT_FACTS(facts_reads_past, "facts-reads-past-w", "reads past packed W in facts()",
             (void)((const volatile int8_t *)packed)[mutant_packed_bytes(problem)]);
