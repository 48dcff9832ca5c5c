/*
 * orphans.h - the processes that a child process leaves behind, also those that went into a session of their own: they
 * are found and ended with it.
 */
#ifndef TERN_ORPHANS_H
#define TERN_ORPHANS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct tern_orphans {
    bool adopted_before; /* this process was the one that orphans fall to already */
    pid_t *own;          /* the children that this process had; allocated */
    size_t owns;
} tern_orphans;

/* From now on the orphans among this process's descendants become its children. */
void tern_orphans_adopt(tern_orphans *orphans);

/* Kills all children that were not there then, their children too, waits for them, and ends the adoption. */
void tern_orphans_end(tern_orphans *orphans);

/* Whether this process has any child, also one that has ended and was not waited for. */
bool tern_has_children(void);

/* In a process that may start others: what those leave behind becomes its own, for as long as it lives. */
void tern_orphans_keep(void);

#endif
