#include "base/whole_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool tern_whole_file_write(int file, const void *data, size_t bytes)
{
    const char *from = data;

    for (size_t put = 0; put < bytes;) {
        const ssize_t more = write(file, from + put, bytes - put);
        if (more == 0)
            errno = EIO;
        if (more <= 0 && errno != EINTR)
            return false;
        put += more > 0 ? (size_t)more : 0;
    }
    return true;
}

char *tern_whole_file_read(const char *path, size_t most, size_t *bytes)
{
    FILE *stream = fopen(path, "re");
    char *data = NULL;
    long size = -1;

    *bytes = 0;
    if (stream == NULL)
        return NULL;
    if (fseek(stream, 0, SEEK_END) == 0)
        size = ftell(stream);
    if (size > 0 && (size_t)size <= most && fseek(stream, 0, SEEK_SET) == 0)
        data = malloc((size_t)size + 1);
    if (data != NULL && fread(data, 1, (size_t)size, stream) != (size_t)size) {
        free(data);
        data = NULL;
    }
    fclose(stream);
    if (data == NULL)
        return NULL;
    *bytes = (size_t)size;
    data[size] = '\0';
    return data;
}
