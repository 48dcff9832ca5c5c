/*
 * Threads meet at one counting barrier: the last to come advances its phase, the others watch the phase. A fork is
 * one meeting, a join another. Spinning gives way to sched_yield() after a while, and at once where there are more
 * threads than CPUs: those that spin would keep the others from coming.
 */
#include "base/team.h"

#include "base/cache_line.h"
#include "base/cpu_mask.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SPINS_BEFORE_YIELD = 4000 };

typedef struct member {
    tern_team *team;
    pthread_t handle;
    uint32_t thread;
} member;

struct tern_team {
    _Alignas(TERN_CACHE_LINE) atomic_uint arrived;
    _Alignas(TERN_CACHE_LINE) atomic_uint phase;
    _Alignas(TERN_CACHE_LINE) uint32_t threads;
    unsigned spins; /* before a thread yields its CPU */
    tern_team_fn *fn;
    void *argument;
    bool ending;
    member *members;
};

static inline void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

void tern_team_barrier(tern_team *team)
{
    const unsigned phase = atomic_load_explicit(&team->phase, memory_order_relaxed);

    if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) + 1 == team->threads) {
        atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&team->phase, phase + 1, memory_order_release);
        return;
    }
    for (unsigned spins = 0; atomic_load_explicit(&team->phase, memory_order_acquire) == phase; spins++)
        if (spins < team->spins)
            relax();
        else
            sched_yield();
}

static void *serve(void *argument)
{
    const member *self = argument;
    tern_team *team = self->team;

    for (;;) {
        tern_team_barrier(team);
        if (team->ending)
            return NULL;
        team->fn(team->argument, self->thread, team->threads);
        tern_team_barrier(team);
    }
}

void tern_team_run(tern_team *team, tern_team_fn *fn, void *argument)
{
    if (team->threads == 1) {
        fn(argument, 0, 1);
        return;
    }
    team->fn = fn;
    team->argument = argument;
    tern_team_barrier(team);
    fn(argument, 0, team->threads);
    tern_team_barrier(team);
}

/* Ends the first `started` threads beside the caller. They wait at a barrier of that many and the caller. */
static void end(tern_team *team, uint32_t started)
{
    team->ending = true;
    tern_team_barrier(team);
    for (uint32_t i = 1; i <= started; i++)
        pthread_join(team->members[i].handle, NULL);
}

tern_status tern_team_new(tern_team **out, uint32_t threads, tern_error *error)
{
    tern_team *team = aligned_alloc(TERN_CACHE_LINE, sizeof *team);
    member *members = calloc(threads, sizeof *members);

    *out = NULL;
    if (team == NULL || members == NULL) {
        free(team);
        free(members);
        return tern_error_memory(error, "a thread team", (double)(threads * sizeof *members));
    }
    memset(team, 0, sizeof *team);
    team->members = members;
    team->threads = threads;
    team->spins = threads <= tern_cpu_mask_count() ? SPINS_BEFORE_YIELD : 0;
    for (uint32_t i = 1; i < threads; i++) {
        members[i] = (member){.team = team, .thread = i};
        const int code = pthread_create(&members[i].handle, NULL, serve, &members[i]);
        if (code != 0) {
            /* The threads that did start must meet a barrier of their own number. None can have passed it yet. */
            for (uint32_t missing = i; missing < threads; missing++)
                atomic_fetch_add(&team->arrived, 1);
            end(team, i - 1);
            free(members);
            free(team);
            return tern_error_set(error, TERN_ENVIRONMENT, "cannot start thread %u of %u: %s; ask for fewer threads",
                                  i + 1, threads, strerror(code));
        }
    }
    *out = team;
    return TERN_OK;
}

void tern_team_free(tern_team *team)
{
    if (team == NULL)
        return;
    if (team->threads > 1)
        end(team, team->threads - 1);
    free(team->members);
    free(team);
}

uint32_t tern_team_threads(const tern_team *team)
{
    return team->threads;
}

tern_slice tern_slice_of(size_t units, uint32_t thread, uint32_t threads)
{
    return (tern_slice){.begin = units * thread / threads, .end = units * (thread + 1) / threads, .thread = thread};
}
