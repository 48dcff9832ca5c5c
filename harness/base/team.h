/*
 * team.h - a team of threads that waits for work by spinning, so that a fork and join costs well under a microsecond
 * when every thread has a CPU of its own, and yields the CPU when it has not.
 *
 * The calling thread is thread 0. A team belongs to the thread that made it.
 */
#ifndef TERN_TEAM_H
#define TERN_TEAM_H

#include "base/error.h"
#include "kernel.h"

#include <stdint.h>

/* Linux numbers no more tasks than that (PID_MAX_LIMIT): who asks for more threads has mistyped. */
enum { TERN_THREADS_LINUX = 1 << 22 };

typedef struct tern_team tern_team;

/* Work for one thread of the team; thread < threads. */
typedef void tern_team_fn(void *argument, uint32_t thread, uint32_t threads);

/* Starts threads - 1 threads. Free with tern_team_free(). */
tern_status tern_team_new(tern_team **team, uint32_t threads, tern_error *error);
void tern_team_free(tern_team *team);

uint32_t tern_team_threads(const tern_team *team);

/* Calls fn once in every thread and returns when all have returned. All writes made before are seen after. */
void tern_team_run(tern_team *team, tern_team_fn *fn, void *argument);

/* Inside fn: waits until every thread of the team has come here. */
void tern_team_barrier(tern_team *team);

/* The part of thread `thread` of `units` units: as even as possible, possibly none. */
tern_slice tern_slice_of(size_t units, uint32_t thread, uint32_t threads);

#endif
