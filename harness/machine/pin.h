/*
 * pin.h - which thread runs on which CPU. The harness is the only owner of affinity: it binds its own team and the
 * OpenMP team of a kernel that has one, and asks in every thread where it really runs.
 */
#ifndef TERN_PIN_H
#define TERN_PIN_H

#include "base/team.h"
#include "machine/topology.h"

/* Thread i runs on cpu[i % cpus]. cpus = 0: the operating system decides. The list is another's: see tern_places. */
typedef struct tern_pin {
    uint32_t cpus;
    const int32_t *cpu;
} tern_pin;

/*
 * All CPUs that threads may be bound to, in the order in which threads take them; none: the operating system decides.
 */
typedef struct tern_places {
    uint32_t cpus;
    int32_t *cpu;
} tern_places;

/*
 * Orders the CPUs, of which threads take the first ones:
 *     compact   neighbouring cores of one memory node, then of the next one
 *     spread    one core of each memory node in turn
 *     none      leaves it to the operating system
 *     CPULIST   "0-3,8": in that order
 * compact:KIND and spread:KIND take cores of one kind, as the topology names it; without, the fastest kind comes first.
 * compact and spread give every core one thread before any core gets a second. With more threads than CPUs they share.
 * Free with tern_places_free(), whatever is returned.
 * TERN_USAGE: no such CPU, or not a list. TERN_ENVIRONMENT: the CPU is there, but this program may not use it.
 */
tern_status tern_places_choose(tern_places *places, const char *how, const tern_topology *topology, tern_error *error);
void tern_places_free(tern_places *places);

/* The places of so many threads; the places must outlive it. */
tern_pin tern_places_pin(const tern_places *places, uint32_t threads);

/*
 * Binds every thread of the team and sets seen[i] to the CPU on which thread i then runs; -1 when pin->cpus is 0, and
 * nothing is bound. seen has room for as many as the team has threads, or is NULL: not wanted. TERN_ENVIRONMENT when a
 * thread cannot be bound, or runs elsewhere.
 */
tern_status tern_pin_team(const tern_pin *pin, tern_team *team, int32_t *seen, tern_error *error);

/* The same for the OpenMP team that a parallel region of that many threads has. */
tern_status tern_pin_openmp(const tern_pin *pin, uint32_t threads, int32_t *seen, tern_error *error);

#endif
