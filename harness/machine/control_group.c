#include "machine/control_group.h"

#include "base/text.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ROOT "/sys/fs/cgroup"

/* Whether the name is one of those that commas separate. */
static bool is_listed(char *names, const char *name)
{
    for (const char *word; (word = tern_text_word(&names, ",")) != NULL;)
        if (strcmp(word, name) == 0)
            return true;
    return false;
}

static void climb(const char *root, const char *path, tern_control_group_visit *visit, void *context)
{
    char folder[PATH_MAX];
    const int length = snprintf(folder, sizeof folder, "%s%s", root, strcmp(path, "/") == 0 ? "" : path);

    if (length < 0 || (size_t)length >= sizeof folder)
        return;
    for (char *slash; strlen(folder) > strlen(root) && (slash = strrchr(folder, '/')) != NULL; *slash = '\0')
        visit(context, folder);
    visit(context, root);
}

void tern_control_group_walk(const char *controller, tern_control_group_visit *visit, void *context)
{
    FILE *groups = fopen("/proc/self/cgroup", "re");
    char line[PATH_MAX], version1[64];

    snprintf(version1, sizeof version1, ROOT "/%s", controller);
    if (groups == NULL) {
        visit(context, ROOT);
        visit(context, version1);
        return;
    }
    /* "0::/path" is version 2, "4:cpu,cpuacct:/path" version 1. */
    while (fgets(line, sizeof line, groups) != NULL) {
        char *names = strchr(line, ':'), *path = names == NULL ? NULL : strchr(names + 1, ':');
        if (path == NULL)
            continue;
        *path++ = '\0';
        path[strcspn(path, "\n")] = '\0';
        if (names[1] == '\0')
            climb(ROOT, path, visit, context);
        else if (is_listed(names + 1, controller))
            climb(version1, path, visit, context);
    }
    fclose(groups);
}
