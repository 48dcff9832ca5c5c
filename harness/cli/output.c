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

tern_status tern_output_all(const tern_options *options, bool lines, const tern_results *results, tern_error *error)
{
    tern_status status = TERN_OK;

    for (size_t i = 0; i < options->outputs.count && status == TERN_OK; i++)
        if (lines || !options->outputs.item[i].format->line_by_line)
            status = tern_output_write(&options->outputs.item[i], results, error);
    const tern_status shown = tern_report_write(options->format, stdout, results, status == TERN_OK ? error : NULL);
    fflush(stdout);
    return status == TERN_OK ? shown : status;
}
