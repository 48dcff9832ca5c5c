/*
 * Whether a kernel has changed the protection of its buffers, by the system's own list of mappings.
 */
#include "check/buffers.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What is wrong with one line of the list, "begin-end perms ...", or NULL. */
static const char *changed_by_line(const tern_buffers *buffers, const char *line)
{
    static const char permissions[][3] = {
        [TERN_GUARD_OPEN] = "rw", [TERN_GUARD_READ_ONLY] = "r-", [TERN_GUARD_CLOSED] = "--"};
    uintptr_t begin, end;
    char is[5];

    if (sscanf(line, "%lx-%lx %4s", &begin, &end, is) != 3)
        return NULL;
    for (int i = 0; i < TERN_BUFFERS; i++) {
        const tern_guard *guard = &buffers->guard[i];
        const uintptr_t object = (uintptr_t)guard->data;
        if (guard->map != NULL && guard->bytes > 0 && object < end && object + guard->bytes > begin &&
            memcmp(is, permissions[guard->access], 2) != 0)
            return guard->name;
    }
    return NULL;
}

const char *tern_buffers_access_changed(const tern_buffers *buffers)
{
    const int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    char text[8192 + 1];
    size_t kept = 0;
    const char *changed = NULL;

    for (ssize_t bytes;
         file >= 0 && changed == NULL && (bytes = read(file, text + kept, sizeof text - 1 - kept)) > 0;) {
        char *line = text, *end;
        text[kept + (size_t)bytes] = '\0';
        for (; changed == NULL && (end = strchr(line, '\n')) != NULL; line = end + 1)
            changed = changed_by_line(buffers, line);
        kept = strlen(line);
        memmove(text, line, kept);
    }
    if (file >= 0)
        close(file);
    return changed;
}
