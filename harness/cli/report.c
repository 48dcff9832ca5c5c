/*
 * ternbench report: any format from any files of records.
 */
#include "base/text.h"
#include "cli/command.h"
#include "cli/merge.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "compare.h"
#include "plan/registry.h"
#include "record/results.h"

#include <stdio.h>

/* Is a tern_name_today. */
static const char *name_today(const void *registry, const char *name)
{
    const tern_kernel *kernel = tern_registry_find(registry, name);

    return kernel == NULL ? name : kernel->name;
}

/* Of a file, what passes --filter. */
static tern_status read_file(const tern_options *options, const char *path, const tern_registry *registry,
                             tern_results *results, tern_error *error)
{
    tern_filter filter;
    bool cut = false;

    results->name_today = name_today;
    results->names = registry;
    tern_status status = tern_filter_compile(&filter, options->filter, error);
    if (status == TERN_OK)
        status = tern_results_read_chosen(results, path, &filter, &cut, error);
    tern_filter_free(&filter);
    if (status == TERN_OK && cut)
        tern_terminal_say(stderr, "%s: %s: the last line was cut off and is left out", options->program, path);
    return status;
}

/*
 * What is drawn of records where no format is named: of cases a table, of others what their command prints. NULL: there
 * are none.
 */
static const tern_report *usual_format(const tern_results *results)
{
    const struct {
        size_t count;
        const char *format;
    } usual[] = {
        {results->cases.count, "table"},    {results->decodes.count, "decode"},     {results->steps.count, "bisect"},
        {results->arms.count, "ablate"},    {results->compared.count, "gate"},      {results->tried.count, "tune"},
        {results->points.count, "history"}, {results->remeasured.count, "history"},
    };

    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (usual[i].count > 0)
            return tern_report_find(usual[i].format);
    return NULL;
}

/* What standard output gets where no format is named. NULL: no more than the names of the files that are written. */
static const tern_report *default_format(const tern_options *options, const tern_report *usual)
{
    return options->outputs.count > 0 ? NULL : usual != NULL ? usual : tern_report_find("table");
}

static tern_status expect_some(const tern_options *options, const tern_results *results, tern_error *error)
{
    return options->filter == NULL || usual_format(results) != NULL
               ? TERN_OK
               : tern_error_set(error, TERN_NOTHING, "no record of the files passes --filter '%s'", options->filter);
}

/* Exit status 1 when a case lost EXACT, whatever became of its time. */
static tern_status compare(const tern_options *options, const tern_results *before, const tern_results *after,
                           tern_error *error)
{
    static const double tolerance = 0.05;
    tern_document document = {0};
    tern_compare_outcome outcome;
    tern_status status = tern_compare_build(&document, before, after, tolerance, &outcome, error);

    if (status == TERN_OK)
        status = tern_output_document(options, &document, error);
    tern_document_free(&document);
    if (status != TERN_OK)
        return status;
    if (outcome.lost > 0)
        return tern_error_set(error, TERN_WRONG, "%zu case%s lost EXACT", outcome.lost, tern_text_plural(outcome.lost));
    if (!outcome.common)
        return tern_error_set(
            error, TERN_NOTHING,
            "the two files have nothing in common: %zu case%s in the first, and %zu other%s in the second",
            outcome.gone, tern_text_plural(outcome.gone), outcome.added, tern_text_plural(outcome.added));
    return outcome.timed > 0 ? TERN_OK
                             : tern_error_set(error, TERN_NOTHING, "the two files have no timed case in common");
}

static tern_status compare_files(const tern_options *given, const tern_registry *registry, tern_error *error)
{
    tern_options options = *given;
    tern_results before = {0}, after = {0};
    tern_status status;

    if (options.arguments.count != 2)
        return tern_error_set(error, TERN_USAGE, "--compare takes two files, the earlier first");
    if (options.format == NULL)
        options.format = default_format(&options, NULL);
    status = read_file(&options, options.arguments.item[0], registry, &before, error);
    if (status == TERN_OK)
        status = read_file(&options, options.arguments.item[1], registry, &after, error);
    if (status == TERN_OK)
        status = compare(&options, &before, &after, error);
    tern_results_free(&before);
    tern_results_free(&after);
    return status;
}

/* What is drawn is drawn, but it is not all. */
static tern_status expect_shards(const tern_results *results, tern_error *error)
{
    tern_fleet fleet = {0};
    tern_status status = tern_fleet_add_results(&fleet, results, error);

    if (status == TERN_OK)
        status = tern_merge_expect_whole(&fleet, error);
    tern_fleet_free(&fleet);
    return status;
}

/*
 * A report of lines that the files do not have says nothing, or has a head alone, which nobody should take for a
 * result: standard output gets none.
 */
static tern_status draw(tern_options *options, const tern_results *results, tern_error *error)
{
    const tern_report *format = options->format;
    bool shows = true;
    tern_status status = TERN_OK;

    if (format != NULL && format != usual_format(results))
        status = tern_report_shows(format, results, &shows, error);
    if (!shows)
        options->format = NULL;
    if (status == TERN_OK)
        status = tern_output_all(options, results, error);
    return status != TERN_OK || shows
               ? status
               : tern_error_set(error, TERN_NOTHING, "the files hold nothing that --format %s shows", format->name);
}

static tern_status draw_files(const tern_options *given, const tern_registry *registry, tern_error *error)
{
    tern_options options = *given;
    tern_results results = {0};
    tern_status status = TERN_OK;

    for (size_t i = 0; i < options.arguments.count && status == TERN_OK; i++)
        status = read_file(&options, options.arguments.item[i], registry, &results, error);
    if (status == TERN_OK)
        status = expect_some(&options, &results, error);
    if (options.format == NULL)
        options.format = default_format(&options, usual_format(&results));
    if (status == TERN_OK)
        status = draw(&options, &results, error);
    if (status == TERN_OK)
        status = expect_shards(&results, error);
    tern_results_free(&results);
    return status;
}

int tern_command_report(const tern_options *given, tern_error *error)
{
    const bool merges = !given->compare && tern_merge_is(given);
    tern_options options = *given;

    tern_registry *registry = NULL;
    tern_status status = tern_output_open(options.files, &options, true, error);
    if (status == TERN_OK && merges)
        return (int)tern_merge_run(&options, error);
    if (status == TERN_OK)
        status = tern_registry_new(&registry, error);
    if (status == TERN_OK)
        status = options.compare ? compare_files(&options, registry, error) : draw_files(&options, registry, error);
    tern_registry_free(registry);
    return (int)status;
}
