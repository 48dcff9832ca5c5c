#include "run/picks.h"

#include "base/cache_folder.h"
#include "base/outfile.h"
#include "run/side_cache.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <xxhash.h>

/* Raised when the search changes so that it would choose otherwise. */
enum { METHOD = 1 };

static uint64_t chain(uint64_t hash, const void *data, size_t bytes)
{
    return XXH3_64bits_withSeed(data, bytes, hash);
}

static bool add_code(const tern_registry *registry, uint64_t *hash)
{
    const char *last = "";
    uint64_t code;

    if (!tern_side_content_hash("/proc/self/exe", &code))
        return false;
    *hash = chain(*hash, &code, sizeof code);
    for (size_t i = 0; i < tern_registry_count(registry); i++) {
        const char *source = tern_registry_source(registry, i), *name = tern_registry_kernel(registry, i)->name;
        *hash = chain(*hash, name, strlen(name));
        if (strchr(source, '/') == NULL || strcmp(source, last) == 0)
            continue;
        if (!tern_side_content_hash(source, &code))
            return false;
        *hash = chain(*hash, &code, sizeof code);
        last = source;
    }
    return true;
}

bool tern_picks_key(const tern_session *session, const tern_environment *environment, const tern_workload *workload,
                    uint64_t *key)
{
    const uint64_t parts[] = {METHOD, session->isa, tern_workload_hash(workload)};
    const tern_pin pin = tern_environment_pin(environment, workload->problem[0].threads);

    *key = chain(0, parts, sizeof parts);
    *key = chain(*key, session->run.machine_class_hash, strlen(session->run.machine_class_hash));
    *key = chain(*key, pin.cpu, pin.cpus * sizeof *pin.cpu);
    return add_code(session->registry, key);
}

static tern_status file_of(uint64_t key, char path[PATH_MAX], tern_error *error)
{
    const tern_status status = tern_cache_folder("picks", path, error);
    struct stat kept;

    if (status != TERN_OK)
        return status;
    sprintf(path + strlen(path), "/%016llx.jsonl", (unsigned long long)key);
    /* A pipe of that name would be waited for. */
    if (stat(path, &kept) == 0 && !S_ISREG(kept.st_mode))
        return tern_error_set(error, TERN_ENVIRONMENT, "%s is no file but a folder, a device or a pipe; remove it",
                              path);
    return TERN_OK;
}

bool tern_picks_find(uint64_t key, const tern_workload *workload, tern_tried *chosen)
{
    tern_results results = {0};
    char path[PATH_MAX];
    bool found = false;

    if (file_of(key, path, NULL) != TERN_OK)
        return false;
    if (tern_results_read(&results, path, NULL, NULL) == TERN_OK)
        for (size_t i = 0; i < results.tried.count; i++)
            if (results.tried.item[i].chosen && strcmp(results.tried.item[i].id, workload->id) == 0) {
                *chosen = results.tried.item[i];
                found = true;
            }
    tern_results_free(&results);
    return found;
}

tern_status tern_picks_keep(uint64_t key, const tern_results *tried, tern_error *error)
{
    tern_outfile file = {0};
    char path[PATH_MAX];
    tern_status status;

    if ((status = file_of(key, path, error)) != TERN_OK || (status = tern_outfile_open(&file, path, error)) != TERN_OK)
        return status;
    if ((status = tern_results_write(tried, file.stream, error)) == TERN_OK)
        return tern_outfile_close(&file, error);
    tern_outfile_drop(&file);
    return status;
}
