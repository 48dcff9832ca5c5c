/*
 * fuzz.h - what the fuzz targets share: an input as a file or a text, and what must hold of every refusal.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "base/error.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t bytes);

/* Whatever is wrong is told in a sentence. Returns whether it went well. */
static inline bool fuzz_is_ok(tern_status status, tern_error *error)
{
    if ((status == TERN_OK) != (error->text[0] == '\0'))
        abort(); /* refused without a sentence, or a sentence without refusal */
    error->text[0] = '\0';
    return status == TERN_OK;
}

/* The path of a file that holds the input, for readers of files. */
static inline const char *fuzz_file(const uint8_t *input, size_t bytes)
{
    static char path[64];
    static int fd = -1;

    if (fd < 0) {
        fd = memfd_create("input", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, input, bytes, 0) != (ssize_t)bytes)
        abort();
    return path;
}

/* The input as a text that ends at its first zero byte. To be freed. */
static inline char *fuzz_text(const uint8_t *input, size_t bytes)
{
    char *text = malloc(bytes + 1);

    if (text == NULL)
        abort();
    memcpy(text, input, bytes);
    text[bytes] = '\0';
    return text;
}

#endif
