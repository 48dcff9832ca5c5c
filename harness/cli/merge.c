#include "cli/merge.h"

#include "base/filter.h"
#include "base/text.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "record/file.h"

#include <stdio.h>

typedef struct merging {
    const tern_options *options;
    tern_fleet fleet;
    tern_filter filter;
    tern_held left_out; /* of the last run, by the filter */
} merging;

bool tern_merge_is(const tern_options *options)
{
    bool only_records = options->outputs.count > 0 && options->format == NULL;

    for (size_t i = 0; i < options->outputs.count; i++)
        only_records = only_records && options->outputs.item[i].format->line_by_line;
    return only_records;
}

/* The closing line of a run of which the filter leaves out results, so that the file counts what is in it. */
static tern_status take_end(merging *m, tern_run_end end, tern_error *error)
{
    tern_status status = TERN_OK;

    tern_held_leave_out(&m->left_out, &end);
    for (size_t i = 0; i < m->options->outputs.count && status == TERN_OK; i++)
        status = tern_file_write(m->options->files->file[i].stream, TERN_LINE_END, &end, error);
    return status == TERN_OK ? tern_fleet_add(&m->fleet, TERN_LINE_END, &end, error) : status;
}

/* A tern_file_take. */
static tern_status take(void *context, tern_line line, const void *value, const char *text, size_t length,
                        tern_error *error)
{
    merging *m = context;
    const size_t id = value == NULL ? 0 : tern_line_types[line].id;
    const bool passes = id == 0 || tern_filter_passes(&m->filter, (const char *)value + id);

    if (value != NULL && (!passes || line == TERN_LINE_RUN))
        tern_held_take(&m->left_out, line, value);
    if (!passes)
        return TERN_OK;
    if (value != NULL && line == TERN_LINE_END && m->left_out.counted.done > 0)
        return take_end(m, *(const tern_run_end *)value, error);
    for (size_t i = 0; i < m->options->outputs.count; i++) {
        FILE *stream = m->options->files->file[i].stream;
        if (fwrite(text, 1, length, stream) != length || putc('\n', stream) == EOF)
            return tern_outfile_failed(m->options->outputs.item[i].path, error);
    }
    return value == NULL ? TERN_OK : tern_fleet_add(&m->fleet, line, value, error);
}

/* A tern_fleet_say. */
static void say(void *stream, const char *sentence)
{
    tern_terminal_say(stream, "%s", sentence);
}

tern_status tern_merge_expect_whole(const tern_fleet *fleet, tern_error *error)
{
    const size_t lost = tern_fleet_lost(fleet);

    if (lost > 0)
        return tern_error_set(error, TERN_ENVIRONMENT,
                              "%zu result%s lost from the files: get the files again from where they were written, or "
                              "go on with each by the same command with --resume",
                              lost, lost == 1 ? " was" : "s were");
    return tern_fleet_tell(fleet, NULL, NULL)
               ? TERN_OK
               : tern_error_set(
                     error, TERN_ENVIRONMENT,
                     "not all shards are there and complete: name the files of all; `run --shard I/N --resume` "
                     "goes on with one that was cut off");
}

static tern_status copy_files(merging *m, tern_error *error)
{
    const tern_argument_list *files = &m->options->arguments;
    tern_status status = TERN_OK;
    bool cut;

    for (size_t i = 0; i < files->count && status == TERN_OK; i++) {
        status = tern_file_copy(files->item[i], take, m, &cut, error);
        if (status == TERN_OK && cut)
            tern_terminal_say(stderr, "%s: %s: the last line was cut off and is left out", m->options->program,
                              files->item[i]);
    }
    for (size_t i = 0; i < m->options->outputs.count && status == TERN_OK; i++)
        status = tern_outfile_close(&m->options->files->file[i], error);
    return status;
}

tern_status tern_merge_run(const tern_options *options, tern_error *error)
{
    merging m = {.options = options};
    tern_status status = tern_filter_compile(&m.filter, options->filter, error);

    if (status == TERN_OK)
        status = copy_files(&m, error);
    if (status == TERN_OK) {
        tern_fleet_tell(&m.fleet, say, stdout);
        printf("%zu file%s, %zu run%s, %zu case%s: %zu EXACT, %zu wrong, %zu skipped\n", options->arguments.count,
               tern_text_plural(options->arguments.count), m.fleet.runs.count, tern_text_plural(m.fleet.runs.count),
               m.fleet.cases, tern_text_plural(m.fleet.cases), m.fleet.exact, m.fleet.wrong, m.fleet.skipped);
        status = tern_merge_expect_whole(&m.fleet, error);
    }
    tern_filter_free(&m.filter);
    tern_fleet_free(&m.fleet);
    return status;
}
