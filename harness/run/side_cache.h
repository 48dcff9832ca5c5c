/*
 * side_cache.h - where what was built for a side is kept.
 */
#ifndef TERN_SIDE_CACHE_H
#define TERN_SIDE_CACHE_H

#include "base/error.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/* The C compiler for sides: $CC, or the one that built this program. */
const char *tern_side_compiler(void);

/* What the compiler says of its version, hashed. TERN_ENVIRONMENT when it cannot be run. */
tern_status tern_side_compiler_hash(uint64_t *hash, tern_error *error);

/* The hash of a file's bytes, or of all files below a folder with their names. False when something cannot be read. */
bool tern_side_content_hash(const char *path, uint64_t *hash);

/* Writes the folder of a key, which need not exist. */
tern_status tern_side_cache_folder(uint64_t key, char folder[PATH_MAX], tern_error *error);

/*
 * Whether the folder of a key is there as it was kept. One whose files have changed since, or that is not whole, is
 * removed, so that it is built anew.
 */
bool tern_side_cache_has(const char *folder);

/* Makes an empty folder beside those of keys, to build in. Removes what was left of builds a day ago. */
tern_status tern_side_cache_scratch(char folder[PATH_MAX], tern_error *error);

/*
 * Makes scratch/name the folder of a key; when another process was quicker, its folder stays. Then removes scratch with
 * all that is left in it.
 */
tern_status tern_side_cache_keep(const char *scratch, const char *name, const char *folder, tern_error *error);

/* Removes a folder and all that is in it. */
void tern_side_cache_remove(const char *scratch);

#endif
