/*
 * tasks.h - the threads that this process has, those of a kernel's own team among them.
 */
#ifndef TERN_TASKS_H
#define TERN_TASKS_H

#include <stdint.h>
#include <sys/types.h>

typedef struct tern_tasks {
    pid_t *id;
    uint32_t count;
} tern_tasks;

/* Lists them; none where /proc does not tell, or memory ran out. Free with tern_tasks_free(). */
void tern_tasks_list(tern_tasks *tasks);
void tern_tasks_free(tern_tasks *tasks);

#endif
