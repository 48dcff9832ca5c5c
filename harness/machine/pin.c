#include "machine/pin.h"

#include "machine/allowed.h"
#include "machine/cpulist.h"

#include <errno.h>
#include <omp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

/* A CPU and what it is sorted by, the first key first. */
typedef struct place {
    int32_t cpu;
    int32_t key[3];
} place;

static int by_keys(const void *a, const void *b)
{
    const place *left = a, *right = b;

    for (size_t i = 0; i < sizeof left->key / sizeof *left->key; i++)
        if (left->key[i] != right->key[i])
            return left->key[i] < right->key[i] ? -1 : 1;
    return (left->cpu > right->cpu) - (left->cpu < right->cpu);
}

/* How many of the allowed CPUs of its core come before it. */
static int32_t sibling_rank(const tern_topology *topology, const tern_cpu *cpu)
{
    int32_t before = 0;

    for (const tern_cpu *other = topology->cpu; other < cpu; other++)
        before += other->allowed && other->core == cpu->core;
    return before;
}

/* Turns {sibling, node, core} into {sibling, how many of the same sibling and node come before, node}. */
static void deal_nodes_in_turn(place *places, size_t count)
{
    int32_t before = 0, node = -1, sibling = -1;

    for (size_t i = 0; i < count; i++) {
        place *p = &places[i];
        before = p->key[0] == sibling && p->key[1] == node ? before + 1 : 0;
        sibling = p->key[0];
        node = p->key[1];
        p->key[1] = before;
        p->key[2] = node;
    }
    qsort(places, count, sizeof *places, by_keys);
}

static tern_status choose_by_topology(tern_pin *pin, bool spread, const tern_topology *topology, uint32_t threads,
                                      tern_error *error)
{
    place *places = calloc(topology->cpus, sizeof *places);
    size_t count = 0;

    if (places == NULL)
        return tern_error_memory(error, "the order of CPUs", (double)(topology->cpus * sizeof *places));
    for (uint32_t i = 0; i < topology->cpus; i++) {
        const tern_cpu *cpu = &topology->cpu[i];
        if (cpu->allowed)
            places[count++] = (place){cpu->id, {sibling_rank(topology, cpu), cpu->node, cpu->core}};
    }
    qsort(places, count, sizeof *places, by_keys);
    if (spread)
        deal_nodes_in_turn(places, count);
    for (pin->cpus = 0; pin->cpus < count && pin->cpus < threads; pin->cpus++)
        pin->cpu[pin->cpus] = places[pin->cpus].cpu;
    free(places);
    return TERN_OK;
}

static tern_status check_listed(const tern_topology *topology, const int32_t *cpu, size_t index, tern_error *error)
{
    const tern_cpu *known = tern_topology_find(topology, cpu[index]);

    if (known == NULL)
        return tern_error_set(error, TERN_USAGE, "--pin: there is no CPU %d online; `ternbench machine` lists them",
                              cpu[index]);
    if (!known->allowed)
        return tern_error_set(error, TERN_ENVIRONMENT,
                              "--pin: this program may not use CPU %d (taskset, container or batch system); name one "
                              "that `ternbench machine` lists as allowed",
                              cpu[index]);
    for (size_t i = 0; i < index; i++)
        if (cpu[i] == cpu[index])
            return tern_error_set(error, TERN_USAGE, "--pin: CPU %d is listed twice", cpu[index]);
    return TERN_OK;
}

static tern_status choose_by_list(tern_pin *pin, const char *list, const tern_topology *topology, uint32_t threads,
                                  tern_error *error)
{
    int32_t cpu[TERN_MAX_THREADS];
    size_t count;

    if (!tern_cpulist_parse(list, cpu, TERN_MAX_THREADS, &count))
        return tern_error_set(error, TERN_USAGE,
                              "--pin: '%s' is neither compact, spread, none nor a list of at most %d CPUs like 0-3,8",
                              list, TERN_MAX_THREADS);
    for (size_t i = 0; i < count; i++) {
        const tern_status status = check_listed(topology, cpu, i, error);
        if (status != TERN_OK)
            return status;
    }
    pin->cpus = count < threads ? (uint32_t)count : threads;
    memcpy(pin->cpu, cpu, pin->cpus * sizeof *cpu);
    return TERN_OK;
}

tern_status tern_pin_choose(tern_pin *pin, const char *how, const tern_topology *topology, uint32_t threads,
                            tern_error *error)
{
    memset(pin, 0, sizeof *pin);
    if (threads > TERN_MAX_THREADS)
        return tern_error_set(error, TERN_USAGE, "%u threads are more than the %d that can be pinned", threads,
                              TERN_MAX_THREADS);
    if (strcmp(how, "none") == 0)
        return TERN_OK;
    if (strcmp(how, "compact") == 0 || strcmp(how, "spread") == 0)
        return choose_by_topology(pin, how[0] == 's', topology, threads, error);
    return choose_by_list(pin, how, topology, threads, error);
}

/* What the threads are told and what they answer. */
typedef struct binding {
    const tern_pin *pin;
    int32_t *seen;
    int code[TERN_MAX_THREADS];
} binding;

/* Binds the calling thread. The set is as large as the largest CPU number asks for. */
static void bind_thread(void *argument, uint32_t thread, uint32_t threads)
{
    binding *b = argument;
    cpu_set_t set[TERN_ALLOWED_MAX / CPU_SETSIZE];
    const int32_t cpu = b->pin->cpu[thread % b->pin->cpus];

    (void)threads;
    memset(set, 0, sizeof set);
    CPU_SET_S((size_t)cpu, sizeof set, set);
    b->code[thread] = sched_setaffinity(0, sizeof set, set) == 0 ? 0 : errno;
    b->seen[thread] = sched_getcpu();
}

static tern_status judge(const binding *b, uint32_t threads, tern_error *error)
{
    for (uint32_t i = 0; i < threads; i++) {
        const int32_t wanted = b->pin->cpu[i % b->pin->cpus];
        if (b->code[i] != 0)
            return tern_error_set(error, TERN_ENVIRONMENT, "thread %u cannot be bound to CPU %d: %s; try --pin none", i,
                                  wanted, strerror(b->code[i]));
        if (b->seen[i] != wanted)
            return tern_error_set(error, TERN_ENVIRONMENT,
                                  "thread %u was bound to CPU %d but runs on CPU %d; try --pin none", i, wanted,
                                  b->seen[i]);
    }
    return TERN_OK;
}

static void forget(int32_t *seen, uint32_t threads)
{
    for (uint32_t i = 0; i < threads; i++)
        seen[i] = -1;
}

tern_status tern_pin_team(const tern_pin *pin, tern_team *team, int32_t seen[TERN_MAX_THREADS], tern_error *error)
{
    binding b = {.pin = pin, .seen = seen};

    forget(seen, tern_team_threads(team));
    if (pin->cpus == 0)
        return TERN_OK;
    tern_team_run(team, bind_thread, &b);
    return judge(&b, tern_team_threads(team), error);
}

tern_status tern_pin_openmp(const tern_pin *pin, uint32_t threads, int32_t seen[TERN_MAX_THREADS], tern_error *error)
{
    binding b = {.pin = pin, .seen = seen};
    uint32_t given = 0;

    forget(seen, threads);
    omp_set_dynamic(0);
#pragma omp parallel num_threads((int)threads)
    {
#pragma omp single
        given = (uint32_t)omp_get_num_threads();
        if (pin->cpus != 0)
            bind_thread(&b, (uint32_t)omp_get_thread_num(), threads);
    }
    if (given != threads)
        return tern_error_set(error, TERN_ENVIRONMENT,
                              "OpenMP gives %u threads where %u were asked for; unset OMP_THREAD_LIMIT", given,
                              threads);
    return pin->cpus == 0 ? TERN_OK : judge(&b, threads, error);
}
