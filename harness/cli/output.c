#include "cli/output.h"

#include "base/text.h"
#include "cli/terminal.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

tern_status tern_output_open(tern_output_files *files, tern_options *options, bool lines, tern_error *error)
{
    tern_status status = TERN_OK;

    options->files = files;
    for (size_t i = 0; i < options->outputs.count && status == TERN_OK; i++)
        if (files->file[i].stream == NULL && (lines || !options->outputs.item[i].format->line_by_line))
            status = tern_outfile_open(&files->file[i], options->outputs.item[i].path, error);
    return status;
}

void tern_output_close(tern_output_files *files)
{
    for (size_t i = 0; i < TERN_OPTION_LIST; i++)
        tern_outfile_drop(&files->file[i]);
}

/* What is to be written, as a report draws it or as it is drawn. */
typedef struct content {
    const tern_results *results;
    const tern_document *document; /* NULL: results are drawn */
} content;

static tern_status put(const content *what, const tern_report *format, FILE *stream, tern_report_lack *lack,
                       tern_error *error)
{
    tern_status status;

    *lack = (tern_report_lack){TERN_OK, {""}};
    if (what->document == NULL)
        status = tern_report_write(format, stream, what->results, lack, error);
    else
        status = tern_document_write(what->document, tern_report_plain_writer(format), stream, error);
    return status;
}

/* Adds to the sentence. The first status stays. */
static void blame(tern_status *first, tern_status status, const tern_error *cause, tern_error *error)
{
    if (status == TERN_OK)
        return;
    if (*first == TERN_OK)
        *first = status;
    tern_text_append(error->text, sizeof error->text, "%s%s", error->text[0] == '\0' ? "" : "; ", cause->text);
}

/* What was written, and lacks something: that is told, and is a failure where the lack is one. */
static void tell_lack(const tern_options *options, const char *path, const tern_report_lack *lack, tern_status *first,
                      tern_error *error)
{
    tern_error told = {""};

    if (lack->why.text[0] == '\0')
        return;
    snprintf(told.text, sizeof told.text, "%.300s has no pictures: %.600s", path, lack->why.text);
    if (lack->status == TERN_OK)
        tern_terminal_say(stderr, "%s: %s", options->program, told.text);
    else
        blame(first, lack->status, &told, error);
}

void tern_output_tell(const tern_options *options)
{
    for (size_t i = 0; i < options->outputs.count; i++)
        if (options->outputs.item[i].format->line_by_line || options->files->file[i].written)
            tern_terminal_say(stdout, "%s: %s", options->outputs.item[i].format->name, options->outputs.item[i].path);
}

static tern_status write_all(const tern_options *options, const content *what, tern_error *error)
{
    tern_status first = TERN_OK;
    tern_error cause = {""};
    tern_report_lack lack;

    for (size_t i = 0; i < options->outputs.count; i++) {
        tern_outfile *file = &options->files->file[i];
        if (file->stream == NULL)
            continue;
        tern_status status = put(what, options->outputs.item[i].format, file->stream, &lack, &cause);
        if (status == TERN_OK)
            status = tern_outfile_close(file, &cause);
        else
            tern_outfile_drop(file);
        blame(&first, status, &cause, error);
        tell_lack(options, options->outputs.item[i].path, &lack, &first, error);
    }
    if (options->format == NULL) {
        tern_output_tell(options);
        return first;
    }
    const tern_status shown = put(what, options->format, stdout, &lack, &cause);
    blame(&first, shown, &cause, error);
    tell_lack(options, "standard output", &lack, &first, error);
    return first;
}

tern_status tern_output_all(const tern_options *options, const tern_results *results, tern_error *error)
{
    return write_all(options, &(content){results, NULL}, error);
}

tern_status tern_output_expect_plain(const tern_options *options, tern_error *error)
{
    const tern_report *format = options->format;

    for (size_t i = 0; i < options->outputs.count && (format == NULL || tern_report_plain_writer(format) != NULL); i++)
        format = options->outputs.item[i].format;
    return tern_report_plain_writer(format) != NULL
               ? TERN_OK
               : tern_error_set(error, TERN_USAGE, "this is written as table, csv, md, html or json, not as %s",
                                format->name);
}

tern_status tern_output_document(const tern_options *options, const tern_document *document, tern_error *error)
{
    const tern_status status = tern_output_expect_plain(options, error);

    return status == TERN_OK ? write_all(options, &(content){NULL, document}, error) : status;
}

/* A reader that went away, `| head`, wanted no more. */
static bool has_no_reader(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};

    return poll(&out, 1, 0) > 0 && (out.revents & POLLERR) != 0;
}

tern_status tern_output_json(json_t *json, const char *what, FILE *stream, tern_error *error)
{
    /* In ASCII, so that a terminal takes no text of others for more than text. */
    static const size_t flags = JSON_INDENT(2) | JSON_REAL_PRECISION(9) | JSON_ENSURE_ASCII;
    const bool is_out_of_memory = json == NULL || (json_dumpf(json, stream, flags) != 0 && !ferror(stream));

    fputc('\n', stream);
    json_decref(json);
    return is_out_of_memory ? tern_error_memory(error, what, 0.0) : TERN_OK;
}

int tern_output_end(const char *program, int exit_status)
{
    tern_error error;

    if (tern_outfile_flush(stdout) || errno == EPIPE || has_no_reader())
        return exit_status;
    tern_outfile_failed("to standard output", &error);
    fprintf(stderr, "%s: %s\n", program, error.text);
    return exit_status == TERN_OK ? TERN_ENVIRONMENT : exit_status;
}
