#include "run/side_cache.h"

#include "base/cache_folder.h"
#include "base/program.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <xxhash.h>

const char *tern_side_compiler(void)
{
    const char *named = getenv("CC");

    return named != NULL && named[0] != '\0' ? named : TERN_COMPILER;
}

tern_status tern_side_compiler_hash(uint64_t *hash, tern_error *error)
{
    static const char *const flags[] = {"CFLAGS", "LDFLAGS", "CMAKE_BUILD_TYPE"}; /* that CMake takes from there */
    char version[4096];
    int exit_status;
    const char *const argv[] = {tern_side_compiler(), "--version", NULL};
    const tern_program program = {.argv = argv, .output = version, .output_bytes = sizeof version};
    const tern_status status = tern_program_run(&program, &exit_status, error);

    if (status == TERN_OK && exit_status != 0)
        return tern_error_set(error, TERN_ENVIRONMENT, "%s --version ended with status %d", argv[0], exit_status);
    if (status != TERN_OK)
        return status;
    *hash = XXH3_64bits(version, strlen(version));
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        const char *named = getenv(flags[i]), *value = named != NULL ? named : "";
        *hash = XXH3_64bits_withSeed(value, strlen(value), *hash);
    }
    return TERN_OK;
}

static bool add_file(XXH3_state_t *state, const char *path)
{
    char block[1 << 16];
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    if (file < 0)
        return false;
    while ((got = read(file, block, sizeof block)) > 0)
        XXH3_64bits_update(state, block, (size_t)got);
    close(file);
    return got == 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* The file of a built folder that has the hash of all others, so that a folder that was spoiled is built anew. */
static const char sum_name[] = "sum";

/* All files below a folder, and what links point at, but for the one named `except`, or all when that is "". */
static bool add_tree(XXH3_state_t *state, const char *path, const char *except)
{
    char *const roots[] = {(char *)path, NULL};
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    bool whole = tree != NULL;

    for (FTSENT *entry; whole && (entry = fts_read(tree)) != NULL;) {
        const char *below = entry->fts_path + strlen(path);
        if (entry->fts_info == FTS_F && strcmp(entry->fts_name, except) != 0) {
            XXH3_64bits_update(state, below, strlen(below) + 1);
            whole = add_file(state, entry->fts_accpath);
        } else if (entry->fts_info == FTS_ERR || entry->fts_info == FTS_DNR || entry->fts_info == FTS_NS) {
            whole = false;
        }
    }
    if (tree != NULL)
        fts_close(tree);
    return whole;
}

static bool hash_except(const char *path, const char *except, uint64_t *hash)
{
    XXH3_state_t *state = XXH3_createState();
    struct stat what;

    if (state == NULL)
        return false;
    XXH3_64bits_reset(state);
    const bool whole =
        stat(path, &what) == 0 && (S_ISDIR(what.st_mode) ? add_tree(state, path, except) : add_file(state, path));
    *hash = XXH3_64bits_digest(state);
    XXH3_freeState(state);
    return whole;
}

bool tern_side_content_hash(const char *path, uint64_t *hash)
{
    return hash_except(path, "", hash);
}

static bool write_sum(const char *folder)
{
    char path[PATH_MAX + 8];
    uint64_t hash;

    snprintf(path, sizeof path, "%s/%s", folder, sum_name);
    if (!hash_except(folder, sum_name, &hash))
        return false;
    FILE *stream = fopen(path, "w");
    if (stream == NULL)
        return false;
    fprintf(stream, "%016" PRIx64 "\n", hash);
    return fclose(stream) == 0;
}

static bool is_as_built(const char *folder)
{
    char path[PATH_MAX + 8];
    uint64_t hash, written = 0;

    snprintf(path, sizeof path, "%s/%s", folder, sum_name);
    FILE *stream = fopen(path, "r");
    if (stream == NULL)
        return false;
    const bool read = fscanf(stream, "%16" SCNx64, &written) == 1;
    fclose(stream);
    return read && hash_except(folder, sum_name, &hash) && hash == written;
}

bool tern_side_cache_has(const char *folder)
{
    if (access(folder, F_OK) != 0)
        return false;
    if (is_as_built(folder))
        return true;
    tern_side_cache_remove(folder);
    return false;
}

tern_status tern_side_cache_folder(uint64_t key, char folder[PATH_MAX], tern_error *error)
{
    const tern_status status = tern_cache_folder("sides", folder, error);

    if (status == TERN_OK)
        sprintf(folder + strlen(folder), "/%016llx", (unsigned long long)key);
    return status;
}

/* What a process left that was killed while it built. No build takes a day. */
static void remove_left(const char *sides)
{
    char pattern[PATH_MAX + 16];
    glob_t left;
    struct stat what;
    const time_t now = time(NULL);

    snprintf(pattern, sizeof pattern, "%s/building.*", sides);
    if (glob(pattern, GLOB_NOSORT, NULL, &left) == 0)
        for (size_t i = 0; i < left.gl_pathc; i++)
            if (lstat(left.gl_pathv[i], &what) == 0 && now - what.st_mtime > 24 * 60 * 60)
                tern_side_cache_remove(left.gl_pathv[i]);
    globfree(&left);
}

tern_status tern_side_cache_scratch(char folder[PATH_MAX], tern_error *error)
{
    const tern_status status = tern_cache_folder("sides", folder, error);

    if (status != TERN_OK)
        return status;
    remove_left(folder);
    tern_text_append(folder, PATH_MAX, "/building.XXXXXX");
    return mkdtemp(folder) != NULL
               ? TERN_OK
               : tern_error_set(error, TERN_ENVIRONMENT, "cannot make the folder %s: %s", folder, strerror(errno));
}

void tern_side_cache_remove(const char *scratch)
{
    char *const roots[] = {(char *)scratch, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

    for (FTSENT *entry; tree != NULL && (entry = fts_read(tree)) != NULL;)
        if (entry->fts_info == FTS_DP)
            rmdir(entry->fts_accpath);
        else if (entry->fts_info != FTS_D)
            unlink(entry->fts_accpath);
    if (tree != NULL)
        fts_close(tree);
}

/* So that a power cut leaves no empty file under a name that means a whole one. */
static void put_on_disk(const char *built)
{
    char *const roots[] = {(char *)built, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

    for (FTSENT *entry; tree != NULL && (entry = fts_read(tree)) != NULL;) {
        const int file = entry->fts_info == FTS_F ? open(entry->fts_accpath, O_RDONLY | O_CLOEXEC) : -1;
        if (file >= 0) {
            (void)fsync(file);
            close(file);
        }
    }
    if (tree != NULL)
        fts_close(tree);
}

tern_status tern_side_cache_keep(const char *scratch, const char *name, const char *folder, tern_error *error)
{
    char built[PATH_MAX];
    tern_status status = TERN_OK;

    snprintf(built, sizeof built, "%s/%s", scratch, name);
    if (!write_sum(built))
        status = tern_error_set(error, TERN_ENVIRONMENT, "cannot write the hash of %s: %s", built, strerror(errno));
    put_on_disk(built);
    if (status == TERN_OK && rename(built, folder) != 0 && errno != EEXIST && errno != ENOTEMPTY)
        status = tern_error_set(error, TERN_ENVIRONMENT, "cannot keep %s as %s: %s", built, folder, strerror(errno));
    tern_side_cache_remove(scratch);
    return status;
}
