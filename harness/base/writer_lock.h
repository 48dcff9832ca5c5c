/*
 * writer_lock.h - a file has one writer at a time.
 */
#ifndef TERN_WRITER_LOCK_H
#define TERN_WRITER_LOCK_H

#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * Locks a file that is open to be written, until the process closes it, or any other descriptor of it, or ends. path
 * stands in the message. TERN_ENVIRONMENT: another process has it, and the sentence names that one.
 */
tern_status tern_writer_lock(FILE *stream, const char *path, tern_error *error);

/*
 * The same for a descriptor, but waits for others: until nobody writes, or, when exclusive, nobody reads either. The
 * sentence of TERN_ENVIRONMENT names who had it all the time.
 */
tern_status tern_writer_lock_wait(int file, bool exclusive, const char *path, double longest_s, tern_error *error);

#endif
