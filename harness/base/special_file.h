/*
 * special_file.h - what has the name of a file and is none: devices, pipes, and the descriptors of this process.
 */
#ifndef TERN_SPECIAL_FILE_H
#define TERN_SPECIAL_FILE_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether it is /dev/stdout, /dev/fd/3 or the like, which may stand for a file. */
bool tern_special_file_is_descriptor(const char *path);

/*
 * Opens it to be written to; mode is its st_mode. A pipe waits for a reader until the program is asked to end. Returns
 * a descriptor, or -1 and errno.
 */
int tern_special_file_open(const char *path, mode_t mode);

#endif
