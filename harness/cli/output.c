#include "cli/output.h"

#include <errno.h>
#include <string.h>

static tern_status open_file(const char *path, FILE **stream, tern_error *error)
{
    *stream = fopen(path, "w");
    return *stream != NULL ? TERN_OK : tern_error_set(error, TERN_USAGE, "cannot write %s: %s", path, strerror(errno));
}

/* status is what writing ended with. */
static tern_status close_file(const char *path, FILE *stream, tern_status status, tern_error *error)
{
    const bool failed = ferror(stream) != 0;

    if (fclose(stream) != 0 || failed)
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot write %s: %s", path, strerror(errno));
    return status;
}

tern_status tern_output_write(const tern_output *output, const tern_results *results, tern_error *error)
{
    FILE *stream;
    const tern_status status = open_file(output->path, &stream, error);

    if (status != TERN_OK)
        return status;
    return close_file(output->path, stream, tern_report_write(output->format, stream, results, error), error);
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

tern_status tern_output_write_document(const char *path, const tern_document *document, tern_writer *writer,
                                       tern_error *error)
{
    FILE *stream;
    const tern_status status = open_file(path, &stream, error);

    if (status != TERN_OK)
        return status;
    return close_file(path, stream, tern_document_write(document, writer, stream, error), error);
}
