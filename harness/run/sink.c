#include "run/sink.h"

#include "record/file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static tern_status cannot_write(const char *path, tern_error *error)
{
    return tern_error_set(error, TERN_USAGE, "cannot write %s: %s", path, strerror(errno));
}

/*
 * Takes over the records of an earlier part and leaves the file open after its last whole line, closing line removed.
 */
static tern_status reopen(tern_sink *sink, const char *path, tern_error *error)
{
    bool cut;
    tern_status status = tern_results_read(&sink->results, path, &cut, error);

    if (status != TERN_OK)
        return status;
    /* Rewritten whole: the records so far without a closing line and without what was cut off. */
    const size_t lines = sink->results.order.count;
    tern_results_reopen(&sink->results);
    FILE *stream = sink->stream[0] = fopen(path, "r+");
    if (stream == NULL)
        return cannot_write(path, error);
    if (sink->results.order.count == lines && !cut) {
        fseek(stream, 0, SEEK_END);
        return TERN_OK;
    }
    status = tern_results_write(&sink->results, stream, error);
    if (status == TERN_OK && (fflush(stream) != 0 || ftruncate(fileno(stream), ftell(stream)) != 0))
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot rewrite %s: %s", path, strerror(errno));
    return status;
}

/* A file that ended before its first line is begun anew. */
static bool has_lines(const char *path)
{
    struct stat file;

    return stat(path, &file) == 0 && file.st_size > 0;
}

tern_status tern_sink_open(tern_sink *sink, const tern_sink_settings *settings, tern_error *error)
{
    memset(sink, 0, sizeof *sink);
    sink->settings = settings;
    if (settings->resume && settings->paths == 0)
        return tern_error_set(error, TERN_USAGE, "--resume needs --out jsonl:FILE, the file to go on with");
    if (settings->resume && settings->paths > 1)
        return tern_error_set(error, TERN_USAGE, "--resume goes with one --out jsonl:FILE");
    if (settings->resume && has_lines(settings->path[0]))
        return reopen(sink, settings->path[0], error);
    /* What is in them stays until there is something to put in its place. */
    for (size_t i = 0; i < settings->paths; i++)
        if ((sink->stream[i] = fopen(settings->path[i], "a")) == NULL)
            return cannot_write(settings->path[i], error);
    return TERN_OK;
}

tern_status tern_sink_begin(tern_sink *sink, const tern_run *run, tern_error *error)
{
    if (sink->results.runs.count > 0)
        return TERN_OK;
    for (size_t i = 0; i < sink->settings->paths; i++)
        if (ftruncate(fileno(sink->stream[i]), 0) != 0 && errno != EINVAL) /* a pipe has nothing to be cut off */
            return cannot_write(sink->settings->path[i], error);
    return tern_sink_add(sink, TERN_LINE_RUN, run, error);
}

const tern_record *tern_sink_find(const tern_sink *sink, const char *id)
{
    size_t cursor = 0;

    return tern_results_find(&sink->results, TERN_LINE_CASE, id, &cursor);
}

tern_status tern_sink_add(tern_sink *sink, tern_line line, const void *value, tern_error *error)
{
    tern_status status = tern_results_add(&sink->results, line, value, error);

    for (size_t i = 0; i < sink->settings->paths && status == TERN_OK; i++)
        status = tern_file_write(sink->stream[i], line, value, error);
    return status;
}

void tern_sink_free(tern_sink *sink)
{
    for (size_t i = 0; sink->settings != NULL && i < sink->settings->paths; i++)
        if (sink->stream[i] != NULL)
            fclose(sink->stream[i]);
    sink->settings = NULL;
    tern_results_free(&sink->results);
}
