/*
 * shared_path.h - where the files are that belong to the program and are read at run time: suites, plots, the contract.
 */
#ifndef TERN_SHARED_PATH_H
#define TERN_SHARED_PATH_H

#include <stddef.h>

typedef enum tern_shared_folder {
    TERN_SHARED_SUITES,   /* suites, models, expectations */
    TERN_SHARED_PLOTS,    /* scripts for gnuplot */
    TERN_SHARED_SIDE,     /* the project that builds the kernels of a side */
    TERN_SHARED_CONTRACT, /* kernel.h */
    TERN_SHARED_FOLDERS
} tern_shared_folder;

/*
 * Writes the path of `name` in that folder, "" for the folder itself. An installed program finds it beside itself,
 * wherever the whole was moved to; one in a build tree, in the sources it was built from. That it is there is not
 * looked at. Returns path.
 */
char *tern_shared_path(tern_shared_folder folder, const char *name, char *path, size_t bytes);

#endif
