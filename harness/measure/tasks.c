#include "measure/tasks.h"

#include <dirent.h>
#include <stdlib.h>

void tern_tasks_list(tern_tasks *tasks)
{
    DIR *folder = opendir("/proc/self/task");
    const struct dirent *member;
    uint32_t room = 0;

    *tasks = (tern_tasks){0};
    while (folder != NULL && (member = readdir(folder)) != NULL) {
        if (member->d_name[0] == '.')
            continue;
        if (tasks->count == room) {
            room = room == 0 ? 16 : 2 * room;
            pid_t *more = realloc(tasks->id, room * sizeof *more);
            if (more == NULL) {
                tern_tasks_free(tasks);
                break;
            }
            tasks->id = more;
        }
        tasks->id[tasks->count++] = (pid_t)strtol(member->d_name, NULL, 10);
    }
    if (folder != NULL)
        closedir(folder);
}

void tern_tasks_free(tern_tasks *tasks)
{
    free(tasks->id);
    *tasks = (tern_tasks){0};
}
