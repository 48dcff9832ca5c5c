/*
 * side.h - one side of a comparison: kernels of a revision, a folder, a plug-in or a single C file, made into a plug-in
 * that today's harness loads. So both sides are timed by the same harness, and any old revision can be.
 *
 *     REV      a git revision of the repository that the working directory is in: its kernels/
 *     DIR      a source tree, or its kernels/ folder, as it lies there
 *     FILE.so  a plug-in
 *     FILE.c   a kernel in one file; compiled with the flags that its `.isa` needs
 *
 * What is built is kept in $XDG_CACHE_HOME/ternbench/sides, under a hash of the sources, compiler, flags and the
 * project that builds them.
 */
#ifndef TERN_SIDE_H
#define TERN_SIDE_H

#include "base/error.h"
#include "run/side_watcher.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum tern_side_kind { TERN_SIDE_REVISION, TERN_SIDE_FOLDER, TERN_SIDE_PLUGIN, TERN_SIDE_SOURCE } tern_side_kind;

typedef struct tern_side {
    tern_side_kind kind;
    char text[PATH_MAX];    /* as it was given */
    char commit[48];        /* of a revision; "" otherwise */
    char plugin[PATH_MAX];  /* the shared object */
    char objects[PATH_MAX]; /* the folder with a shared object for each kernel; "" when the plug-in is all there is */
} tern_side;

/*
 * Finds out what text names and builds it, unless the cache has it. TERN_USAGE: no such thing, a folder without
 * kernels, sources that do not compile (the sentence has the compiler's first complaint and where all of them are).
 * TERN_ENVIRONMENT: no git, cmake or compiler, no room. TERN_NOTHING: ended by tick.
 */
tern_status tern_side_make(tern_side *side, const char *text, const tern_side_watcher *watcher, tern_error *error);

/* Whether the cache has the revision already, so that it costs nothing to make. */
bool tern_side_is_cached(const char *revision);

/*
 * The hash of what the linker takes for kernel `index` of the plug-in's table; of the whole plug-in where objects are
 * not apart. Equal hashes are equal code and constants. False when a file cannot be read.
 */
bool tern_side_kernel_hash(const tern_side *side, size_t index, uint64_t *hash);

/* The same of what is loaded of it alone: see loaded_code.h. */
bool tern_side_loaded_hash(const tern_side *side, size_t index, uint64_t *hash);

/*
 * Compiles one C file and sets folder, which has room for PATH_MAX bytes: the plug-in is plugin.so in it, and *apart
 * says whether there are objects of its kernels, too. As tern_side_make().
 */
tern_status tern_side_compile(const char *source, char *folder, bool *apart, const tern_side_watcher *watcher,
                              tern_error *error);

#endif
