#include "cli/output.h"

#include <errno.h>
#include <string.h>

tern_status tern_output_write(const tern_output *output, const tern_results *results, tern_error *error)
{
    FILE *stream = fopen(output->path, "w");

    if (stream == NULL)
        return tern_error_set(error, TERN_USAGE, "cannot write %s: %s", output->path, strerror(errno));
    const tern_status status = tern_report_write(output->format, stream, results, error);
    const bool failed = ferror(stream) != 0;
    if (fclose(stream) != 0 || failed)
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot write %s: %s", output->path, strerror(errno));
    return status;
}
