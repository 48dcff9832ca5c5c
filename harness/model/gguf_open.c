/*
 * GGUF files by their paths: one, or all parts of a model that llama-gguf-split cut, NAME-00001-of-00003.gguf. The
 * first part has the metadata of the model; each says which it is (split.no, from 0) of how many (split.count).
 */
#include "model/gguf.h"
#include "model/gguf_map.h"

#include "base/nearest_file.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEAST_FILE_BYTES = 24, SUFFIX_BYTES = 5 /* ".gguf" */, PATH_BYTES = 4096 };

static bool has_suffix(const char *path)
{
    const size_t length = strlen(path);

    return length > SUFFIX_BYTES && strcasecmp(path + length - SUFFIX_BYTES, ".gguf") == 0;
}

/* -1 and errno when it cannot be opened. */
static int open_file(const char *path, struct stat *info)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe would wait */

    if (file < 0 || fstat(file, info) == 0)
        return file;
    const int reason = errno;
    close(file);
    errno = reason;
    return -1;
}

bool tern_gguf_is_file(const char *path)
{
    struct stat info;
    char magic[4] = "";

    if (has_suffix(path))
        return true;
    const int file = open_file(path, &info);
    if (file < 0)
        return false;
    const bool begins = S_ISREG(info.st_mode) && read(file, magic, sizeof magic) == (ssize_t)sizeof magic &&
                        memcmp(magic, "GGUF", sizeof magic) == 0;
    close(file);
    return begins;
}

static tern_status open_one(tern_gguf *gguf, const char *path, const tern_gguf_options *options, tern_error *error)
{
    struct stat info;
    const int file = open_file(path, &info);

    memset(gguf, 0, sizeof *gguf);
    if (file < 0) {
        const tern_status status =
            tern_error_set(error, tern_error_of_file(errno), "cannot read %s: %s", path, strerror(errno));
        tern_nearest_file_suggest(path, ".gguf", ".", error);
        return status;
    }
    if (!S_ISREG(info.st_mode) || info.st_size < LEAST_FILE_BYTES) {
        close(file);
        return tern_error_set(error, TERN_USAGE, "%s: not a GGUF file: no regular file, or too short", path);
    }
    const uint8_t *map = tern_gguf_map(file, (size_t)info.st_size, path);
    const int reason = errno;
    close(file);
    if (map == NULL)
        return tern_error_set(error, tern_error_of_file(reason), "cannot map %s: %s", path, strerror(reason));
    const tern_status status = tern_gguf_parse(gguf, path, map, (size_t)info.st_size, options, error);
    gguf->mapped = true;
    return status;
}

/* Which part of how many; one of one where it does not say. */
typedef struct place {
    uint64_t number, count;
} place;

static place place_of(const tern_gguf *gguf)
{
    place p = {0, 1};

    if (!tern_gguf_whole(tern_gguf_find(gguf, "split.count"), &p.count) || p.count < 1)
        return (place){0, 1};
    tern_gguf_whole(tern_gguf_find(gguf, "split.no"), &p.number);
    return p;
}

/* The path of part `number` beside that of another one. False when its name is not as it must be. */
static bool part_path(const char *path, place this, uint64_t number, char out[PATH_BYTES])
{
    char tail[64];

    snprintf(tail, sizeof tail, "-%05" PRIu64 "-of-%05" PRIu64, this.number + 1, this.count);
    const size_t length = strlen(path), tail_length = strlen(tail);
    if (!has_suffix(path) || length < tail_length + SUFFIX_BYTES || length >= PATH_BYTES)
        return false;
    const size_t stem = length - SUFFIX_BYTES - tail_length;
    if (memcmp(path + stem, tail, tail_length) != 0)
        return false;
    snprintf(tail, sizeof tail, "-%05" PRIu64 "-of-%05" PRIu64, number + 1, this.count);
    return snprintf(out, PATH_BYTES, "%.*s%s%s", (int)stem, path, tail, path + length - SUFFIX_BYTES) < PATH_BYTES;
}

static tern_status open_part(tern_gguf *gguf, const char *path, place this, uint64_t number,
                             const tern_gguf_options *options, tern_error *error)
{
    char name[PATH_BYTES];

    memset(gguf, 0, sizeof *gguf);
    if (!part_path(path, this, number, name))
        return tern_error_set(error, TERN_USAGE,
                              "%s: part %" PRIu64 " of %" PRIu64 " of a model, which must be named "
                              "NAME-%05" PRIu64 "-of-%05" PRIu64 ".gguf for the others to be found beside it",
                              path, this.number + 1, this.count, this.number + 1, this.count);
    if (access(name, R_OK) != 0)
        return tern_error_set(error, TERN_USAGE,
                              "%s: a model in %" PRIu64 " parts, and part %" PRIu64 " is not there: %s", path,
                              this.count, number + 1, name);
    const tern_status status = open_one(gguf, name, options, error);
    const place p = place_of(gguf);
    if (status != TERN_OK || (p.number == number && p.count == this.count))
        return status;
    return tern_error_set(error, TERN_USAGE,
                          "%s: its name says part %" PRIu64 " of %" PRIu64 ", and it says part %" PRIu64 " of %" PRIu64,
                          name, number + 1, this.count, p.number + 1, p.count);
}

/* Makes one list of the tensors of all parts. */
static tern_status join_tensors(tern_gguf *gguf, tern_error *error)
{
    size_t count = gguf->tensors;
    uint64_t claimed;

    for (size_t i = 0; i < gguf->parts; i++)
        count += gguf->part[i].tensors;
    tern_gguf_tensor *all = realloc(gguf->tensor, (count + 1) * sizeof *all);
    if (all == NULL)
        return tern_error_memory(error, "a directory of tensors", (double)(count * sizeof *all));
    gguf->tensor = all;
    for (size_t i = 0; i < gguf->parts; i++)
        for (size_t j = 0; j < gguf->part[i].tensors; j++)
            all[gguf->tensors++] = gguf->part[i].tensor[j];
    if (!tern_gguf_sort_tensors(gguf))
        return tern_error_set(error, TERN_USAGE, "%s: two parts of the model have the same tensor", gguf->path);
    if (tern_gguf_whole(tern_gguf_find(gguf, "split.tensors.count"), &claimed) && claimed != count)
        return tern_error_set(error, TERN_USAGE, "%s: its parts have %zu tensors together, and it says %" PRIu64,
                              gguf->path, count, claimed);
    return TERN_OK;
}

static tern_status open_others(tern_gguf *gguf, const char *path, place first, const tern_gguf_options *options,
                               tern_error *error)
{
    tern_status status = TERN_OK;

    gguf->part = calloc((size_t)first.count, sizeof *gguf->part);
    if (gguf->part == NULL)
        return tern_error_memory(error, "the parts of a model", (double)first.count * sizeof *gguf->part);
    for (uint64_t i = 1; i < first.count && status == TERN_OK; i++)
        status = open_part(&gguf->part[gguf->parts++], path, first, i, options, error);
    return status == TERN_OK ? join_tensors(gguf, error) : status;
}

static tern_status open_all(tern_gguf *gguf, const char *path, const tern_gguf_options *options, tern_error *error)
{
    tern_status status = open_one(gguf, path, options, error);
    const place named = place_of(gguf);

    if (status != TERN_OK || named.count == 1)
        return status;
    if (named.count > UINT16_MAX || named.number >= named.count)
        return tern_error_set(error, TERN_USAGE, "%s: part %" PRIu64 " of %" PRIu64 " of a model: it is damaged", path,
                              named.number + 1, named.count);
    if (named.number != 0) {
        tern_gguf_close(gguf);
        status = open_part(gguf, path, named, 0, options, error);
    }
    return status == TERN_OK ? open_others(gguf, path, named, options, error) : status;
}

tern_status tern_gguf_open(tern_gguf *gguf, const char *path, const tern_gguf_options *options, tern_error *error)
{
    const tern_status status = open_all(gguf, path, options, error);

    return tern_gguf_map_whole(error) == TERN_OK ? status : TERN_USAGE;
}
