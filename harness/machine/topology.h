/*
 * topology.h - the processor as the operating system sees it: sockets, cores, their threads, caches, memory nodes.
 */
#ifndef TERN_TOPOLOGY_H
#define TERN_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TERN_CACHES_MAX = 8, TERN_CORE_KINDS_MAX = 8 };

typedef struct tern_cpu {
    int32_t id;           /* as the operating system numbers it */
    int32_t socket, core; /* from 0, each counted through the whole machine */
    int32_t sibling;      /* which thread of its core it is, from 0 */
    int32_t node;         /* of memory, as the operating system numbers it */
    uint32_t kind;        /* of core: index in the topology's list */
    bool allowed;
} tern_cpu;

/* Cores of one design or speed, where a processor has several. */
typedef struct tern_core_kind {
    char name[24]; /* "IntelCore", "IntelAtom", "capacity512", or "kind1" where the system has no name */
    uint32_t cpus; /* online */
} tern_core_kind;

typedef enum tern_cache_kind { TERN_CACHE_DATA, TERN_CACHE_INSTRUCTION, TERN_CACHE_UNIFIED } tern_cache_kind;

/* All caches of one level and kind. */
typedef struct tern_cpu_cache {
    uint32_t level;
    tern_cache_kind kind;
    uint64_t bytes;         /* of one; the largest where they differ */
    uint64_t total_bytes;   /* of all */
    uint64_t allowed_bytes; /* of those that an allowed CPU uses */
    uint32_t line_bytes;
    uint32_t shared_by; /* CPUs to a cache, at most */
    uint32_t instances;
} tern_cpu_cache;

typedef struct tern_topology {
    const char *source;  /* "hwloc", "/sys", "sysconf" */
    const char *told_by; /* the variable of the environment that tells hwloc of another machine; NULL: it is this one */
    tern_cpu *cpu;       /* those online, by id */
    uint32_t cpus, allowed;
    uint32_t sockets, cores, nodes;
    uint32_t empty_nodes;                     /* of those nodes: they have CPUs and no memory */
    uint32_t threads_per_core;                /* at most */
    tern_core_kind kind[TERN_CORE_KINDS_MAX]; /* the fastest first */
    uint32_t kinds;                           /* 1 where all cores are alike, or nothing tells */
    tern_cpu_cache cache[TERN_CACHES_MAX];
    uint32_t caches;
    uint64_t llc_bytes; /* last-level cache that allowed CPUs use, all instances together; 0 when not known */
} tern_topology;

void tern_topology_free(tern_topology *topology);

/* NULL when no CPU of that number is online. */
const tern_cpu *tern_topology_find(const tern_topology *topology, int32_t id);

/* The kind of that name, in capitals or not; NULL when there is none. */
const tern_core_kind *tern_topology_find_kind(const tern_topology *topology, const char *name);

/* "L1d", "L2", ... Returns text. */
char *tern_cpu_cache_name(const tern_cpu_cache *cache, char *text, size_t bytes);

#endif
