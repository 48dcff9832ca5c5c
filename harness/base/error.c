#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

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

tern_status tern_error_memory(tern_error *error, const char *what, double bytes)
{
    return tern_error_set(error, TERN_ENVIRONMENT, "out of memory: %.1f MiB for %s; free some memory or drop the shape",
                          bytes / (1024.0 * 1024.0), what);
}
