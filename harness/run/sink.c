#include "run/sink.h"

#include "cli/output.h"
#include "record/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static bool is_line_by_line(const tern_output *output)
{
    return output->format->line_by_line;
}

/*
 * Takes over the records of an earlier part and leaves the file open after its last whole line, closing line removed.
 */
static tern_status reopen(tern_sink *sink, size_t index, tern_error *error)
{
    const char *path = sink->options->outputs.item[index].path;
    bool cut;
    tern_status status = tern_results_read(&sink->results, path, &cut, error);

    if (status != TERN_OK)
        return status;
    /* Rewritten whole: the records so far without a closing line and without what was cut off. */
    const size_t lines = sink->results.order.count;
    tern_results_reopen(&sink->results);
    sink->stream[index] = fopen(path, "r+");
    if (sink->stream[index] == NULL)
        return tern_error_set(error, TERN_USAGE, "cannot write %s: %s", path, strerror(errno));
    if (sink->results.order.count == lines && !cut) {
        fseek(sink->stream[index], 0, SEEK_END);
        return TERN_OK;
    }
    tern_report_jsonl(sink->stream[index], &sink->results);
    if (fflush(sink->stream[index]) != 0 || ftruncate(fileno(sink->stream[index]), ftell(sink->stream[index])) != 0)
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot rewrite %s: %s", path, strerror(errno));
    return TERN_OK;
}

static tern_status open_output(tern_sink *sink, size_t index, const tern_run *run, tern_error *error)
{
    const char *path = sink->options->outputs.item[index].path;

    if (sink->options->resume && access(path, F_OK) == 0)
        return reopen(sink, index, error);
    sink->stream[index] = fopen(path, "w");
    if (sink->stream[index] == NULL)
        return tern_error_set(error, TERN_USAGE, "cannot write %s: %s", path, strerror(errno));
    return tern_file_write(sink->stream[index], TERN_LINE_RUN, run, error);
}

tern_status tern_sink_open(tern_sink *sink, const tern_options *options, const tern_run *run, tern_error *error)
{
    bool has_jsonl = false;
    tern_status status = TERN_OK;

    memset(sink, 0, sizeof *sink);
    sink->options = options;
    for (size_t i = 0; i < options->outputs.count && status == TERN_OK; i++)
        if (is_line_by_line(&options->outputs.item[i])) {
            if (options->resume && has_jsonl)
                return tern_error_set(error, TERN_USAGE, "--resume goes with one --out jsonl:FILE");
            has_jsonl = true;
            status = open_output(sink, i, run, error);
        }
    if (status == TERN_OK && options->resume && !has_jsonl)
        return tern_error_set(error, TERN_USAGE, "--resume needs --out jsonl:FILE, the file to go on with");
    if (status == TERN_OK && sink->results.runs.count == 0)
        status = tern_results_add(&sink->results, TERN_LINE_RUN, run, error);
    return status;
}

bool tern_sink_has(const tern_sink *sink, const char *id)
{
    size_t cursor = 0;

    return tern_results_find(&sink->results, TERN_LINE_CASE, id, &cursor) != NULL;
}

tern_status tern_sink_add(tern_sink *sink, tern_line line, const void *value, tern_error *error)
{
    tern_status status = tern_results_add(&sink->results, line, value, error);

    for (size_t i = 0; i < sink->options->outputs.count && status == TERN_OK; i++)
        if (sink->stream[i] != NULL)
            status = tern_file_write(sink->stream[i], line, value, error);
    return status;
}

tern_status tern_sink_close(tern_sink *sink, const tern_run_end *end, tern_error *error)
{
    tern_status status = tern_results_add(&sink->results, TERN_LINE_END, end, error);

    for (size_t i = 0; i < sink->options->outputs.count && status == TERN_OK; i++)
        status = sink->stream[i] != NULL ? tern_file_write(sink->stream[i], TERN_LINE_END, end, error)
                                         : tern_output_write(&sink->options->outputs.item[i], &sink->results, error);
    const tern_status shown = tern_report_write(sink->options->format, stdout, &sink->results, error);
    fflush(stdout);
    return status == TERN_OK ? shown : status;
}

void tern_sink_free(tern_sink *sink)
{
    for (size_t i = 0; sink->options != NULL && i < sink->options->outputs.count; i++)
        if (sink->stream[i] != NULL)
            fclose(sink->stream[i]);
    tern_results_free(&sink->results);
}
