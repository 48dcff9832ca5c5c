#include "base/writer_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* "process 123 (ternbench)" */
static void name_process(pid_t pid, char *text, size_t bytes)
{
    char path[64], name[64] = "";

    snprintf(path, sizeof path, "/proc/%ld/comm", (long)pid);
    FILE *stream = fopen(path, "r");
    if (stream != NULL) {
        if (fgets(name, sizeof name, stream) != NULL)
            name[strcspn(name, "\n")] = '\0';
        fclose(stream);
    }
    snprintf(text, bytes, "process %ld%s%s%s", (long)pid, name[0] == '\0' ? "" : " (", name,
             name[0] == '\0' ? "" : ")");
}

/*
 * The lock goes with the process, however it ends. A file system that knows no locks is none that two write to by
 * mistake often enough to refuse it.
 */
tern_status tern_writer_lock(FILE *stream, const char *path, tern_error *error)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char writer[128] = "another process";

    if (fcntl(fileno(stream), F_SETLK, &whole) == 0 || (errno != EAGAIN && errno != EACCES))
        return TERN_OK;
    if (fcntl(fileno(stream), F_GETLK, &whole) == 0 && whole.l_type != F_UNLCK && whole.l_pid > 0)
        name_process(whole.l_pid, writer, sizeof writer);
    return tern_error_set(error, TERN_ENVIRONMENT,
                          "cannot write %s: %s is writing it; wait for it, or name another file", path, writer);
}
