/*
 * cpu_mask.h - which CPUs the calling thread may run on, in masks as long as the system's own. A cpu_set_t ends at CPU
 * 1023, and the system refuses a mask that is shorter than its own.
 */
#ifndef TERN_CPU_MASK_H
#define TERN_CPU_MASK_H

#include <sched.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the system's masks, found out once; of a cpu_set_t where the system does not say. */
size_t tern_cpu_mask_bytes(void);

/* The CPUs of the calling thread; NULL when they cannot be told. free() it. */
cpu_set_t *tern_cpu_mask_get(void);

/* Back to a mask of tern_cpu_mask_get(). Returns 0 or an errno. */
int tern_cpu_mask_set(const cpu_set_t *mask);

/* Leaves the calling thread that CPU alone. Returns 0 or an errno. */
int tern_cpu_mask_bind(int32_t cpu);

/* How many CPUs the calling thread may run on; 0 when that cannot be told. */
uint32_t tern_cpu_mask_count(void);

#endif
