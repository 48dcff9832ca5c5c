#include "base/outfile.h"

#include "base/interrupt.h"
#include "base/special_file.h"
#include "base/writer_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is open, so that nothing is written twice, and nothing is left behind. */
typedef struct slot {
    tern_outfile *file;
    /* Of it, what a signal handler may look at: */
    const char *volatile temporary;
    const char *volatile created; /* the place, when what has the name is empty and ours */
} slot;

static slot opened[TERN_OUTFILES_MAX];

static tern_status cannot_open(const char *path, tern_error *error)
{
    const int reason = errno;

    return tern_error_set(error, tern_error_of_file(reason), "cannot write %s: %s", path, strerror(reason));
}

/* The stream of a descriptor, if there is one; a descriptor without a stream is closed. */
static FILE *stream_of(int fd, const char *mode)
{
    FILE *stream = fd < 0 ? NULL : fdopen(fd, mode);
    const int reason = errno;

    if (fd >= 0 && stream == NULL)
        close(fd);
    errno = reason;
    return stream;
}

tern_status tern_outfile_failed(const char *path, tern_error *error)
{
    const int reason = errno;
    const bool is_full = reason == ENOSPC || reason == EDQUOT;

    return tern_error_set(error, TERN_ENVIRONMENT, "cannot write %s: %s%s", path,
                          reason != 0 ? strerror(reason) : "it took not all of it",
                          is_full           ? "; make room"
                          : reason == EFBIG ? "; files may not grow so large here, see ulimit -f"
                                            : "");
}

static slot *slot_of(const tern_outfile *file)
{
    for (size_t i = 0; i < TERN_OUTFILES_MAX; i++)
        if (opened[i].file == file)
            return &opened[i];
    return NULL;
}

static tern_status keep(tern_outfile *file, tern_error *error)
{
    slot *free_slot = slot_of(NULL);

    if (free_slot == NULL)
        return tern_error_set(error, TERN_USAGE, "cannot write %s: more than %d files are written", file->path,
                              TERN_OUTFILES_MAX);
    *free_slot = (slot){file, file->temporary, file->created ? file->place : NULL};
    tern_interrupt_at_end(tern_outfile_remove_all);
    return TERN_OK;
}

static void forget(const tern_outfile *file)
{
    slot *own = slot_of(file);

    if (own != NULL)
        *own = (slot){NULL, NULL, NULL};
}

void tern_outfile_remove_all(void)
{
    struct stat there;

    for (size_t i = 0; i < TERN_OUTFILES_MAX; i++) {
        if (opened[i].temporary != NULL)
            unlink(opened[i].temporary);
        if (opened[i].created != NULL && stat(opened[i].created, &there) == 0 && there.st_size == 0)
            unlink(opened[i].created);
    }
}

static bool is_same(const struct stat *a, FILE *stream)
{
    struct stat b;

    return stream != NULL && fstat(fileno(stream), &b) == 0 && a->st_dev == b.st_dev && a->st_ino == b.st_ino;
}

/* Whether this process writes the file under another of its names, or the same. */
static bool is_open_already(const struct stat *found)
{
    for (size_t i = 0; i < TERN_OUTFILES_MAX; i++)
        if (opened[i].file != NULL && (is_same(found, opened[i].file->found) || is_same(found, opened[i].file->stream)))
            return true;
    return false;
}

/* Opens what has the name, makes it if there is nothing, and locks it. */
static tern_status find(tern_outfile *file, tern_error *error)
{
    enum { TRIES = 16 };

    for (int i = 0; i < TRIES; i++) {
        struct stat before, now;
        file->created = stat(file->path, &before) != 0;
        const int fd = open(file->path, O_RDWR | O_CREAT | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, 0666);
        file->found = stream_of(fd, "r+");
        if (file->found == NULL)
            return cannot_open(file->path, error);
        if (fstat(fd, &now) == 0 && is_open_already(&now)) {
            file->created = false;
            return tern_error_set(error, TERN_USAGE, "two outputs go to %s", file->path);
        }
        const tern_status status = tern_writer_lock(file->found, file->path, error);
        if (status != TERN_OK) {
            file->created = false; /* it is somebody else's, even if it was not there a moment ago */
            return status;
        }
        /* Who had the lock before may have put another file in this one's place. */
        if (stat(file->path, &now) == 0 && is_same(&now, file->found)) {
            file->as_found = now;
            return TERN_OK;
        }
        fclose(file->found);
        file->found = NULL;
    }
    return tern_error_set(error, TERN_ENVIRONMENT, "cannot write %s: others replace it all the time", file->path);
}

/* A place is absolute. The caller frees it. */
static char *folder_of(const char *place)
{
    const char *slash = strrchr(place, '/');
    const size_t length = slash == NULL ? 0 : (size_t)(slash - place);

    return strndup(place, length > 0 ? length : 1);
}

/* A name in the same folder that nothing has; XXXXXX are for mkostemp(). The caller frees it. */
static char *name_beside(const char *place)
{
    const char *name = strrchr(place, '/') + 1;
    char *text;

    return asprintf(&text, "%.*s.%.200s.%ld.XXXXXX", (int)(name - place), place, name, (long)getpid()) < 0 ? NULL
                                                                                                           : text;
}

static tern_status make_temporary(tern_outfile *file, tern_error *error)
{
    char *folder = folder_of(file->place), proc[64];
    struct stat found;
    int fd = folder == NULL ? -1 : open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    free(folder);
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
    if (fd >= 0 && access(proc, F_OK) != 0) {
        close(fd);
        fd = -1;
    }
    if (fd < 0) {
        file->temporary = name_beside(file->place);
        fd = file->temporary == NULL ? -1 : mkostemp(file->temporary, O_CLOEXEC);
    }
    if (fd < 0) {
        const tern_status status = cannot_open(file->path, error);
        free(file->temporary);
        file->temporary = NULL;
        return status;
    }
    /* As the file that it replaces, or one that was made in the common way. */
    if (fstat(fileno(file->found), &found) == 0) {
        (void)!fchown(fd, found.st_uid, found.st_gid);
        (void)!fchmod(fd, found.st_mode & 07777);
    }
    file->stream = stream_of(fd, "w+");
    return file->stream == NULL ? cannot_open(file->path, error) : keep(file, error);
}

static tern_status write_through(tern_outfile *file, mode_t mode, tern_error *error)
{
    if (S_ISBLK(mode))
        return tern_error_set(error, TERN_USAGE, "cannot write %s: it is a disk, not a file", file->path);
    const int fd = tern_special_file_open(file->path, mode);
    file->stream = stream_of(fd, "w");
    return file->stream == NULL ? cannot_open(file->path, error) : keep(file, error);
}

static bool is_replaceable(const char *path, mode_t *mode)
{
    struct stat there;
    const bool exists = stat(path, &there) == 0;

    *mode = exists ? there.st_mode : S_IFREG;
    return !tern_special_file_is_descriptor(path) && (S_ISREG(*mode) || S_ISDIR(*mode));
}

tern_status tern_outfile_open(tern_outfile *file, const char *path, tern_error *error)
{
    mode_t mode;
    tern_status status;

    *file = (tern_outfile){.path = path};
    if (!is_replaceable(path, &mode))
        return write_through(file, mode, error);
    status = find(file, error);
    if (status == TERN_OK && (file->place = realpath(path, NULL)) == NULL)
        status = cannot_open(path, error);
    if (file->place != NULL)
        status = make_temporary(file, error);
    if (status != TERN_OK)
        tern_outfile_drop(file);
    return status;
}

tern_status tern_outfile_continue(tern_outfile *file, const char *path, tern_error *error)
{
    mode_t mode;

    *file = (tern_outfile){.path = path};
    if (!is_replaceable(path, &mode))
        return tern_error_set(error, TERN_USAGE, "cannot go on with %s: it is no file", path);
    tern_status status = find(file, error);
    if (status == TERN_OK)
        status = keep(file, error);
    if (status != TERN_OK) {
        tern_outfile_drop(file);
        return status;
    }
    file->stream = file->found;
    file->found = NULL;
    file->created = false;
    return TERN_OK;
}

void tern_outfile_sync_folder(const char *folder)
{
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
}

static void sync_folder_of(const char *place)
{
    char *folder = folder_of(place);

    if (folder != NULL)
        tern_outfile_sync_folder(folder);
    free(folder);
}

/* Gives what has no name one that nothing has, so that it can be renamed. */
static bool name_it(tern_outfile *file)
{
    char proc[64];

    if (file->temporary != NULL)
        return true;
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", fileno(file->stream));
    char *name = name_beside(file->place);
    const int fd = name == NULL ? -1 : mkostemp(name, O_CLOEXEC);
    if (fd < 0 || close(fd) != 0 || unlink(name) != 0 ||
        linkat(AT_FDCWD, proc, AT_FDCWD, name, AT_SYMLINK_FOLLOW) != 0) {
        free(name);
        return false;
    }
    file->temporary = name;
    slot_of(file)->temporary = name;
    return true;
}

/* The reason is lost when it was an earlier write that failed: one more byte meets it again. */
bool tern_outfile_flush(FILE *stream)
{
    errno = 0;
    if (fflush(stream) == 0 && !ferror(stream))
        return true;
    if (errno == 0 && write(fileno(stream), "\n", 1) == 1)
        errno = 0;
    return false;
}

static bool flush_to_disk(FILE *stream)
{
    return tern_outfile_flush(stream) &&
           (fsync(fileno(stream)) == 0 || errno == EINVAL || errno == EROFS || errno == ENOSYS);
}

/* Whether what has the name is what was found there, with nothing added, or is gone. */
static bool is_as_found(const tern_outfile *file)
{
    const struct stat *then = &file->as_found;
    struct stat now;

    return stat(file->place, &now) != 0 ||
           (is_same(&now, file->found) && now.st_size == then->st_size && now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
            now.st_mtim.tv_nsec == then->st_mtim.tv_nsec);
}

tern_status tern_outfile_publish(tern_outfile *file, tern_error *error)
{
    if (!flush_to_disk(file->stream))
        return tern_outfile_failed(file->path, error);
    if (file->place == NULL)
        return TERN_OK;
    tern_status status = tern_writer_lock(file->found, file->path, error);
    if (status == TERN_OK)
        status = tern_writer_lock(file->stream, file->path, error);
    if (status != TERN_OK)
        return status;
    if (!is_as_found(file))
        return tern_error_set(error, TERN_ENVIRONMENT,
                              "cannot write %s: another process has written it in the meantime; run this again",
                              file->path);
    if (!name_it(file) || rename(file->temporary, file->place) != 0)
        return tern_outfile_failed(file->path, error);
    *slot_of(file) = (slot){file, NULL, NULL};
    sync_folder_of(file->place);
    free(file->temporary);
    free(file->place);
    fclose(file->found);
    file->temporary = file->place = NULL;
    file->found = NULL;
    file->created = false;
    return TERN_OK;
}

tern_status tern_outfile_close(tern_outfile *file, tern_error *error)
{
    const tern_status status = tern_outfile_publish(file, error);

    file->written = status == TERN_OK;
    tern_outfile_drop(file);
    return status;
}

/* The name that opening made is given up while it is locked, if nobody has put anything there. */
static void take_back(const tern_outfile *file)
{
    struct stat now;

    if (stat(file->place, &now) == 0 && now.st_size == 0 && is_same(&now, file->found))
        unlink(file->place);
}

void tern_outfile_drop(tern_outfile *file)
{
    if (file->temporary != NULL)
        unlink(file->temporary);
    forget(file);
    if (file->created && file->found != NULL && (file->place != NULL || (file->place = realpath(file->path, NULL))))
        take_back(file);
    if (file->found != NULL)
        fclose(file->found);
    if (file->stream != NULL)
        fclose(file->stream);
    free(file->temporary);
    free(file->place);
    *file = (tern_outfile){.path = file->path, .written = file->written};
}
