/*
 * whole_file.h - all bytes of a file, or none.
 */
#ifndef TERN_WHOLE_FILE_H
#define TERN_WHOLE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* Writes them where the descriptor stands, in as many parts as it takes. False, and errno, when not all are written. */
bool tern_whole_file_write(int file, const void *data, size_t bytes);

/*
 * Reads a file of at most `most` bytes. To be freed; a '\0' stands behind its bytes. NULL, and no bytes, when it is
 * empty or longer, or not all of it can be read.
 */
char *tern_whole_file_read(const char *path, size_t most, size_t *bytes);

#endif
