/*
 * loaded_code.h - what of a shared object is loaded: code, constants, and what links them. Names of source files and
 * local symbols are no part of it, so that a copy of a file, whatever it is called, is the same code.
 */
#ifndef TERN_LOADED_CODE_H
#define TERN_LOADED_CODE_H

#include <stdbool.h>
#include <stdint.h>

/* False when the file cannot be read, or is no ELF file of 64 bits. */
bool tern_loaded_code_hash(const char *path, uint64_t *hash);

#endif
