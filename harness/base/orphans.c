/*
 * A process whose parent ends falls to the nearest ancestor that is a child subreaper, or else to the first process of
 * the system, which in a container often waits for nobody: its table of processes fills up.
 */
#include "base/orphans.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Those that fork faster than they are killed are left, after so many rounds. */
enum { MOST_ROUNDS = 100 };

/* One system call, where listing them reads a file of every process there is. */
bool tern_has_children(void)
{
    siginfo_t info;

    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 || errno != ECHILD;
}

/* 0 when the process is gone. */
static pid_t parent_of(pid_t process)
{
    char path[64], line[512] = "";
    int parent = 0;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    /* "pid (name) state parent"; the name may hold anything, parentheses too. */
    if (fgets(line, sizeof line, file) != NULL) {
        const char *after_name = strrchr(line, ')');
        if (after_name == NULL || sscanf(after_name, ") %*c %d", &parent) != 1)
            parent = 0;
    }
    fclose(file);
    return (pid_t)parent;
}

/* Returns how many; *children is allocated. Without /proc there are none. */
static size_t list_children(pid_t **children)
{
    DIR *processes = tern_has_children() ? opendir("/proc") : NULL;
    const pid_t self = getpid();
    size_t count = 0, room = 0;

    *children = NULL;
    for (const struct dirent *entry; processes != NULL && (entry = readdir(processes)) != NULL;) {
        const pid_t process = (pid_t)atoi(entry->d_name);
        if (process <= 0 || parent_of(process) != self)
            continue;
        if (count == room) {
            pid_t *larger = realloc(*children, (room = 2 * room + 16) * sizeof *larger);
            if (larger == NULL)
                break;
            *children = larger;
        }
        (*children)[count++] = process;
    }
    if (processes != NULL)
        closedir(processes);
    return count;
}

void tern_orphans_adopt(tern_orphans *orphans)
{
    int adopted = 0;

    prctl(PR_GET_CHILD_SUBREAPER, &adopted);
    orphans->adopted_before = adopted != 0;
    orphans->owns = list_children(&orphans->own);
    tern_orphans_keep();
}

void tern_orphans_keep(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1L);
}

static bool is_own(const tern_orphans *orphans, pid_t process)
{
    for (size_t i = 0; i < orphans->owns; i++)
        if (orphans->own[i] == process)
            return true;
    return false;
}

/* Returns how many were ended; their children are this process's now. */
static size_t end_once(const tern_orphans *orphans)
{
    pid_t *child;
    const size_t children = list_children(&child);
    size_t ended = 0;

    for (size_t i = 0; i < children; i++)
        if (!is_own(orphans, child[i]) && kill(child[i], SIGKILL) == 0)
            ended++;
    for (size_t i = 0; ended > 0 && i < children; i++)
        while (!is_own(orphans, child[i]) && waitpid(child[i], NULL, __WALL) < 0 && errno == EINTR) {
        }
    free(child);
    return ended;
}

void tern_orphans_end(tern_orphans *orphans)
{
    for (int round = 0; round < MOST_ROUNDS && end_once(orphans) > 0; round++) {
    }
    if (!orphans->adopted_before)
        prctl(PR_SET_CHILD_SUBREAPER, 0L);
    free(orphans->own);
    *orphans = (tern_orphans){0};
}
