/*
 * gguf_map.h - a file in memory that may get shorter while it is read. What is missing then reads as zeros, and the
 * mapping remembers it, instead of ending the process.
 */
#ifndef TERN_GGUF_MAP_H
#define TERN_GGUF_MAP_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Maps the first bytes of an open file to be read. Returns NULL and errno when that fails. path is its name in
 * messages.
 */
const uint8_t *tern_gguf_map(int file, size_t bytes, const char *path);
void tern_gguf_unmap(const uint8_t *base);

/* TERN_USAGE when any file that was mapped in this process got shorter while it was read; the sentence names it. */
tern_status tern_gguf_map_whole(tern_error *error);

#endif
