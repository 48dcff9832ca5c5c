/*
 * libraries.h - shared objects of plug-ins, and the tables of kernels that they export.
 */
#ifndef TERN_LIBRARIES_H
#define TERN_LIBRARIES_H

#include "base/error.h"
#include "kernel.h"

#include <stddef.h>

typedef struct tern_library {
    void *handle;
    int copy; /* the file in memory that it was loaded from; -1: from a file of its own */
} tern_library;

/* Open ones, in the order in which they were opened. Starts as zeros. */
typedef struct tern_libraries {
    tern_library *library;
    size_t count;
} tern_libraries;

/*
 * Opens a shared object and gives its table, which lasts as long as it is open: until tern_libraries_close().
 * TERN_USAGE or TERN_ENVIRONMENT: there is no such file, it cannot be loaded, or has no table of this version of the
 * contract.
 */
tern_status tern_libraries_open(tern_libraries *libraries, const char *path, const tern_plugin **plugin,
                                tern_error *error);

/* The same of a copy of the file in memory: beside another copy of it, it has code and data of its own. */
tern_status tern_libraries_open_copy(tern_libraries *libraries, const char *path, const tern_plugin **plugin,
                                     tern_error *error);

/* Closes all, and frees the list. */
void tern_libraries_close(tern_libraries *libraries);

#endif
