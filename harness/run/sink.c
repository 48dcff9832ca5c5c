#include "run/sink.h"

#include "base/text.h"
#include "record/file.h"

#include <string.h>
#include <unistd.h>

/* Takes over the records of an earlier part. */
static tern_status take_up(tern_sink *sink, const char *path, tern_error *error)
{
    tern_file_extent extent;
    tern_status status = tern_outfile_continue(&sink->file[0], path, error);

    if (status != TERN_OK)
        return status;
    status = tern_results_read_stream(&sink->results, sink->file[0].stream, path, &extent, error);
    if (status == TERN_OK && extent.cut && extent.lines == 0 && !extent.begun)
        return tern_error_set(error, TERN_USAGE, "%s: not a file of ternbench records: no whole line in it", path);
    sink->whole_bytes = extent.whole_bytes;
    sink->cut = extent.cut;
    return status;
}

/* What is in a file took time to measure, and is not replaced. */
static tern_status open_empty(tern_outfile *file, const char *path, bool is_whole, tern_error *error)
{
    const tern_status status = tern_outfile_open(file, path, error);

    if (status != TERN_OK || file->as_found.st_size == 0)
        return status;
    return tern_error_set(error, TERN_USAGE, "%s is there already and not empty; name another file or remove it%s",
                          path, is_whole ? "" : ", or go on with a run that was cut off by --resume");
}

tern_status tern_sink_open(tern_sink *sink, const tern_sink_settings *settings, tern_error *error)
{
    tern_status status = TERN_OK;

    memset(sink, 0, sizeof *sink);
    sink->settings = settings;
    if (settings->resume && settings->paths == 0)
        return tern_error_set(error, TERN_USAGE, "--resume needs --out jsonl:FILE, the file to go on with");
    if (settings->resume && settings->paths > 1)
        return tern_error_set(error, TERN_USAGE, "--resume goes with one --out jsonl:FILE");
    if (settings->resume)
        return take_up(sink, settings->path[0], error);
    for (size_t i = 0; i < settings->paths && status == TERN_OK; i++)
        status = open_empty(&sink->file[i], settings->path[i], settings->is_whole, error);
    return status;
}

/* Whether the run that stands in the file last can go on. */
static tern_status compare_runs(const tern_sink *sink, tern_run *run, bool alone, bool *same, tern_error *error)
{
    const tern_run *earlier = &sink->results.runs.item[sink->results.runs.count - 1];
    char difference[600];

    *same = tern_run_difference(earlier, run, difference, sizeof difference)[0] == '\0';
    if (*same)
        return TERN_OK;
    if (alone)
        return tern_error_set(error, TERN_USAGE, "cannot go on with %s, which was begun with %s; name another file",
                              sink->settings->path[0], difference);
    if (run->warnings < TERN_RUN_WARNINGS)
        tern_text_append(run->warning[run->warnings++], sizeof run->warning[0], TERN_RUN_TOOK_UP ", since there is %s",
                         difference);
    return TERN_OK;
}

/* Behind the last whole line of the earlier part. */
static tern_status go_on(const tern_sink *sink, tern_error *error)
{
    FILE *stream = sink->file[0].stream;

    if (sink->cut && ftruncate(fileno(stream), (off_t)sink->whole_bytes) != 0)
        return tern_outfile_failed(sink->settings->path[0], error);
    return fseek(stream, 0, SEEK_END) == 0 ? TERN_OK : tern_outfile_failed(sink->settings->path[0], error);
}

tern_status tern_sink_begin(tern_sink *sink, tern_run *run, bool alone, tern_error *error)
{
    const bool resume = sink->settings->resume;
    bool same = false;
    tern_status status = TERN_OK;

    if (sink->results.runs.count > 0)
        status = compare_runs(sink, run, alone, &same, error);
    if (status == TERN_OK && resume)
        status = go_on(sink, error);
    if (status == TERN_OK && !same)
        status = tern_sink_add(sink, TERN_LINE_RUN, run, error);
    for (size_t i = 0; i < sink->settings->paths && status == TERN_OK && !resume; i++)
        status = tern_outfile_publish(&sink->file[i], error);
    return status;
}

const tern_record *tern_sink_find(const tern_sink *sink, const char *id)
{
    const tern_record *record;
    size_t cursor = 0;

    while ((record = tern_results_find(&sink->results, TERN_LINE_CASE, id, &cursor)) != NULL)
        if (record->finding.verdict != TERN_INTERRUPTED)
            break;
    return record;
}

tern_status tern_sink_add(tern_sink *sink, tern_line line, const void *value, tern_error *error)
{
    tern_status status = tern_results_add(&sink->results, line, value, error);

    for (size_t i = 0; i < sink->settings->paths; i++)
        if (sink->file[i].stream != NULL) {
            const tern_status written =
                tern_file_write(sink->file[i].stream, line, value, status == TERN_OK ? error : NULL);
            status = status == TERN_OK ? written : status;
        }
    return status;
}

tern_status tern_sink_finish(tern_sink *sink, tern_error *error)
{
    tern_status status = TERN_OK;

    for (size_t i = 0; i < sink->settings->paths; i++) {
        const tern_status closed = tern_outfile_close(&sink->file[i], status == TERN_OK ? error : NULL);
        status = status == TERN_OK ? closed : status;
    }
    return status;
}

void tern_sink_free(tern_sink *sink)
{
    for (size_t i = 0; sink->settings != NULL && i < sink->settings->paths; i++)
        tern_outfile_drop(&sink->file[i]);
    sink->settings = NULL;
    tern_results_free(&sink->results);
}
