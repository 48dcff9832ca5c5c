#include "machine/pin.h"

#include "base/cpu_mask.h"
#include "base/text.h"
#include "machine/cpulist.h"

#include <omp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

/* A CPU and what it is sorted by, the first key first. */
typedef struct place {
    int32_t cpu;
    int32_t key[4];
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

/* Turns {sibling, kind, node, core} into {sibling, kind, how many of the same three come before, node}. */
static void deal_nodes_in_turn(place *places, size_t count)
{
    place last = {.key = {-1}};
    int32_t before = 0;

    for (size_t i = 0; i < count; i++) {
        place *p = &places[i];
        before = memcmp(p->key, last.key, 3 * sizeof *p->key) == 0 ? before + 1 : 0;
        last = *p;
        p->key[2] = before;
        p->key[3] = last.key[2];
    }
    qsort(places, count, sizeof *places, by_keys);
}

/* only: the kind of core, or NULL for all. */
static tern_status choose_by_topology(tern_places *places, bool spread, const tern_core_kind *only,
                                      const tern_topology *topology, tern_error *error)
{
    place *sorted = calloc(topology->cpus, sizeof *sorted);
    size_t count = 0;

    places->cpu = calloc(topology->cpus, sizeof *places->cpu);
    if (sorted == NULL || places->cpu == NULL) {
        free(sorted);
        return tern_error_memory(error, "the order of CPUs", (double)(topology->cpus * sizeof *sorted));
    }
    for (uint32_t i = 0; i < topology->cpus; i++) {
        const tern_cpu *cpu = &topology->cpu[i];
        if (cpu->allowed && (only == NULL || only == &topology->kind[cpu->kind]))
            sorted[count++] = (place){cpu->id, {sibling_rank(topology, cpu), (int32_t)cpu->kind, cpu->node, cpu->core}};
    }
    qsort(sorted, count, sizeof *sorted, by_keys);
    if (spread)
        deal_nodes_in_turn(sorted, count);
    for (size_t i = 0; i < count; i++)
        places->cpu[places->cpus++] = sorted[i].cpu;
    free(sorted);
    return TERN_OK;
}

static tern_status check_listed(const tern_topology *topology, const int32_t *cpu, size_t index, tern_error *error)
{
    const tern_cpu *known = tern_topology_find(topology, cpu[index]);

    if (known == NULL && topology->told_by == NULL)
        return tern_error_set(error, TERN_USAGE, "--pin: there is no CPU %d online; `ternbench machine` lists them",
                              cpu[index]);
    if (known == NULL)
        return tern_error_set(error, TERN_USAGE,
                              "--pin: there is no CPU %d on the machine that %s tells hwloc of; unset %s to get at "
                              "those of this machine",
                              cpu[index], topology->told_by, topology->told_by);
    if (!known->allowed && topology->told_by != NULL)
        return tern_error_set(error, TERN_ENVIRONMENT,
                              "--pin: CPU %d is on the machine that %s tells hwloc of, and this program cannot use it "
                              "here; `ternbench machine` lists those that it can",
                              cpu[index], topology->told_by);
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

static tern_status choose_by_list(tern_places *places, const char *list, const tern_topology *topology,
                                  tern_error *error)
{
    size_t count;

    if (!tern_cpulist_parse(list, &places->cpu, &count))
        return tern_error_set(error, TERN_USAGE,
                              "--pin: '%s' is neither compact, spread, none nor a list of CPUs like 0-3,8", list);
    for (size_t i = 0; i < count; i++) {
        const tern_status status = check_listed(topology, places->cpu, i, error);
        if (status != TERN_OK)
            return status;
    }
    places->cpus = (uint32_t)count;
    return TERN_OK;
}

/* Tells the kinds there are. */
static tern_status refuse_kind(const tern_topology *topology, const char *name, tern_error *error)
{
    char names[160] = "";

    if (topology->kinds < 2)
        return tern_error_set(error, TERN_USAGE, "--pin: this machine has one kind of core, and none of the name '%s'",
                              name);
    for (uint32_t i = 0; i < topology->kinds; i++)
        tern_text_append(names, sizeof names, "%s%s", i == 0 ? "" : ", ", topology->kind[i].name);
    return tern_error_set(error, TERN_USAGE, "--pin: there is no kind of core '%s'; this machine has %s", name, names);
}

/* "compact", "spread", or one of them with a kind of core behind a colon. Returns false when it is something else. */
static bool take_order(const char *how, const char *order, const char **kind)
{
    const size_t length = strlen(order);

    if (strncmp(how, order, length) != 0 || (how[length] != '\0' && how[length] != ':'))
        return false;
    *kind = how[length] == ':' ? how + length + 1 : NULL;
    return true;
}

tern_status tern_places_choose(tern_places *places, const char *how, const tern_topology *topology, tern_error *error)
{
    const char *name = NULL;

    *places = (tern_places){0};
    if (strcmp(how, "none") == 0)
        return TERN_OK;
    if (!take_order(how, "compact", &name) && !take_order(how, "spread", &name))
        return choose_by_list(places, how, topology, error);
    const tern_core_kind *kind = name == NULL ? NULL : tern_topology_find_kind(topology, name);
    if (name != NULL && kind == NULL)
        return refuse_kind(topology, name, error);
    const tern_status status = choose_by_topology(places, how[0] == 's', kind, topology, error);
    if (status == TERN_OK && kind != NULL && places->cpus == 0)
        return tern_error_set(error, TERN_ENVIRONMENT, "--pin: this program may use no CPU of the kind %s", kind->name);
    return status;
}

void tern_places_free(tern_places *places)
{
    free(places->cpu);
    *places = (tern_places){0};
}

tern_pin tern_places_pin(const tern_places *places, uint32_t threads)
{
    return (tern_pin){.cpus = threads < places->cpus ? threads : places->cpus, .cpu = places->cpu};
}

/* What a thread answers. */
typedef struct bound {
    int code;    /* an errno */
    int32_t cpu; /* where it runs then */
} bound;

/* What the threads are told, and their answers. */
typedef struct binding {
    const tern_pin *pin;
    bound *bound;
} binding;

/* Binds the calling thread. */
static void bind_thread(void *argument, uint32_t thread, uint32_t threads)
{
    const binding *b = argument;

    (void)threads;
    b->bound[thread].code = tern_cpu_mask_bind(b->pin->cpu[thread % b->pin->cpus]);
    b->bound[thread].cpu = sched_getcpu();
}

static tern_status start(binding *b, const tern_pin *pin, uint32_t threads, tern_error *error)
{
    *b = (binding){.pin = pin, .bound = calloc(threads, sizeof *b->bound)};
    return b->bound != NULL ? TERN_OK : tern_error_memory(error, "binding threads", (double)(threads * sizeof(bound)));
}

static tern_status judge(const binding *b, uint32_t threads, int32_t *seen, tern_error *error)
{
    for (uint32_t i = 0; i < threads; i++) {
        const int32_t wanted = b->pin->cpu[i % b->pin->cpus];
        if (b->bound[i].code != 0)
            return tern_error_set(error, TERN_ENVIRONMENT, "thread %u cannot be bound to CPU %d: %s; try --pin none", i,
                                  wanted, strerror(b->bound[i].code));
        if (b->bound[i].cpu != wanted)
            return tern_error_set(error, TERN_ENVIRONMENT,
                                  "thread %u was bound to CPU %d but runs on CPU %d; try --pin none", i, wanted,
                                  b->bound[i].cpu);
        if (seen != NULL)
            seen[i] = wanted;
    }
    return TERN_OK;
}

static void forget(int32_t *seen, uint32_t threads)
{
    for (uint32_t i = 0; seen != NULL && i < threads; i++)
        seen[i] = -1;
}

tern_status tern_pin_team(const tern_pin *pin, tern_team *team, int32_t *seen, tern_error *error)
{
    const uint32_t threads = tern_team_threads(team);
    binding b;

    forget(seen, threads);
    if (pin->cpus == 0)
        return TERN_OK;
    tern_status status = start(&b, pin, threads, error);
    if (status == TERN_OK) {
        tern_team_run(team, bind_thread, &b);
        status = judge(&b, threads, seen, error);
    }
    free(b.bound);
    return status;
}

tern_status tern_pin_openmp(const tern_pin *pin, uint32_t threads, int32_t *seen, tern_error *error)
{
    uint32_t given = 0;
    binding b;
    tern_status status = start(&b, pin, threads, error);

    if (status != TERN_OK)
        return status;
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
        status =
            tern_error_set(error, TERN_ENVIRONMENT,
                           "OpenMP gives %u threads where %u were asked for; unset OMP_THREAD_LIMIT", given, threads);
    else if (pin->cpus != 0)
        status = judge(&b, threads, seen, error);
    free(b.bound);
    return status;
}
