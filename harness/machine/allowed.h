/*
 * allowed.h - the CPUs that this program was given, as they were before any library could narrow them.
 *
 * OpenMP's run time binds the first thread when it is loaded, if OMP_PROC_BIND or the like asks for it, and after
 * that the thread's own mask no longer tells what the user, the container or the batch system allowed.
 */
#ifndef TERN_ALLOWED_H
#define TERN_ALLOWED_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the program may run on that CPU. */
bool tern_allowed_has(int32_t cpu);

uint32_t tern_allowed_count(void);

/* False where the system does not say, as in a container that forbids the question: then CPU 0 is taken for allowed. */
bool tern_allowed_is_known(void);

#endif
