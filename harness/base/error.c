#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

tern_status tern_error_set(tern_error *error, tern_status status, const char *format, ...)
{
    va_list arguments;

    if (error == NULL)
        return status;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return status;
}

tern_status tern_error_of_file(int reason)
{
    static const int usage[] = {ENOENT, ENOTDIR, EISDIR, EACCES, ELOOP, ENAMETOOLONG,
                                ENXIO,  ETXTBSY, EPERM,  EINVAL, ENODEV};

    for (size_t i = 0; i < sizeof usage / sizeof *usage; i++)
        if (usage[i] == reason)
            return TERN_USAGE;
    return TERN_ENVIRONMENT;
}

#define OUT_OF_MEMORY "out of memory"

bool tern_error_is_memory(const char *sentence)
{
    return strncmp(sentence, OUT_OF_MEMORY, strlen(OUT_OF_MEMORY)) == 0;
}

tern_status tern_error_memory(tern_error *error, const char *what, double bytes)
{
    return tern_error_set(error, TERN_ENVIRONMENT,
                          OUT_OF_MEMORY ": %.1f MiB for %s; free some memory or drop the shape",
                          bytes / (1024.0 * 1024.0), what);
}
