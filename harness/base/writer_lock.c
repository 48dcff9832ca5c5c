#include "base/writer_lock.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
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

/* Says who has the lock that is asked for. */
static tern_status refuse(int file, struct flock *asked, const char *path, tern_error *error)
{
    const bool is_reader = asked->l_type == F_RDLCK;
    char other[128] = "another process";

    if (fcntl(file, F_GETLK, asked) == 0 && asked->l_type != F_UNLCK && asked->l_pid > 0)
        name_process(asked->l_pid, other, sizeof other);
    return tern_error_set(error, TERN_ENVIRONMENT, "cannot %s %s: %s is %s it; wait for it, or name another file",
                          is_reader ? "read" : "write", path, other, asked->l_type == F_RDLCK ? "reading" : "writing");
}

/*
 * The lock goes with the process, however it ends. A file system that knows no locks is none that two write to by
 * mistake often enough to refuse it.
 */
static bool is_locked(int file, struct flock *whole)
{
    return fcntl(file, F_SETLK, whole) == 0 || (errno != EAGAIN && errno != EACCES);
}

tern_status tern_writer_lock(FILE *stream, const char *path, tern_error *error)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    return is_locked(fileno(stream), &whole) ? TERN_OK : refuse(fileno(stream), &whole, path, error);
}

tern_status tern_writer_lock_wait(int file, bool exclusive, const char *path, double longest_s, tern_error *error)
{
    static const struct timespec pause = {.tv_nsec = 5000000};
    struct flock whole = {.l_type = exclusive ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET};
    const double end_ns = tern_clock_ns() + 1e9 * longest_s;

    while (!is_locked(file, &whole)) {
        if (tern_clock_ns() > end_ns)
            return refuse(file, &whole, path, error);
        nanosleep(&pause, NULL);
    }
    return TERN_OK;
}
