/*
 * topology_read.h - finds out the topology: through hwloc where the build has it, from /sys otherwise. Each reader
 * gives CPUs and caches; the rest follows from those.
 */
#ifndef TERN_TOPOLOGY_READ_H
#define TERN_TOPOLOGY_READ_H

#include "base/error.h"
#include "machine/topology.h"

/* Free with tern_topology_free(). */
tern_status tern_topology_read(tern_topology *topology, tern_error *error);

/*
 * A reader makes topology->cpu and sets cpus, and in each CPU id, node, and for socket and core the lowest CPU number
 * in them; where cores are of several kinds, their names and the kind of each CPU. It hands each cache to
 * tern_topology_add_cache().
 */
typedef tern_status tern_topology_reader(tern_topology *topology, tern_error *error);

#ifdef HAVE_HWLOC
tern_topology_reader tern_topology_read_hwloc;
#endif

/* From the tree at root, which is /sys/devices/system unless a test brings its own. */
tern_status tern_topology_read_sys(tern_topology *topology, const char *root, tern_error *error);

/* Adds one cache, that the CPUs of `shared` (count of them) use. More levels than there is room for are left out. */
void tern_topology_add_cache(tern_topology *topology, uint32_t level, tern_cache_kind kind, uint64_t bytes,
                             uint32_t line_bytes, const int32_t *shared, size_t count);

/* Turns what a reader left into the numbers that topology.h promises. */
void tern_topology_finish(tern_topology *topology);

/* Makes room for CPUs. */
tern_status tern_topology_make_room(tern_topology *topology, size_t cpus, tern_error *error);

#endif
