/*
 * ternbench history add, show and rebuild: points over time.
 */
#include "cli/history.h"

#include "analyse/gate_points.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "record/history_index.h"

#include <inttypes.h>
#include <stdio.h>

tern_status tern_history_open(const tern_options *options, tern_results *results, tern_error *error)
{
    tern_error why_not = {""};
    tern_filter filter;
    tern_status status = tern_filter_compile(&filter, options->filter, error);

    if (status == TERN_OK)
        status = tern_history_load(results, options->history, &filter, &why_not, error);
    tern_filter_free(&filter);
    if (status == TERN_OK && why_not.text[0] != '\0' && tern_history_index_is_built())
        tern_terminal_say(stderr, "%s: %s; the files are read instead", options->program, why_not.text);
    if (status == TERN_OK && options->filter != NULL && results->points.count == 0)
        status = tern_error_set(error, TERN_NOTHING, "no case of %s passes --filter '%s'", options->history,
                                options->filter);
    return status;
}

/* As the writer that the name of a format means; other formats are drawn from the lines. */
static tern_status show(const tern_options *options, const tern_results *results, tern_error *error)
{
    tern_document document = {.name = "history"};
    bool plain = options->format == NULL || tern_report_plain_writer(options->format) != NULL;
    tern_status status;

    for (size_t i = 0; i < options->outputs.count; i++)
        plain = plain && tern_report_plain_writer(options->outputs.item[i].format) != NULL;
    if (!plain)
        return tern_output_all(options, results, error);
    status = tern_history_build(&document, results, error);
    if (status == TERN_OK)
        status = tern_output_document(options, &document, error);
    tern_document_free(&document);
    return status;
}

int tern_command_history_show(const tern_options *given, tern_error *error)
{
    tern_options options = *given;
    tern_results results = {0};

    if (options.outputs.count == 0)
        tern_options_settle(&options, NULL, 0.0);
    tern_status status = tern_history_open(&options, &results, error);
    if (status == TERN_OK)
        status = show(&options, &results, error);
    tern_results_free(&results);
    return (int)status;
}

int tern_command_history_rebuild(const tern_options *options, tern_error *error)
{
    uint64_t points;
    const tern_status status = tern_history_index_rebuild(options->history, &points, error);

    if (status == TERN_OK)
        tern_terminal_say(stdout, "%s: the index holds %" PRIu64 " point%s", options->history, points,
                          tern_text_plural(points));
    return (int)status;
}

static void say_left_out(const tern_options *options, size_t count, const char *why)
{
    if (count > 0)
        tern_terminal_say(stdout, "%s: %zu case%s not taken: %s", options->history, count, tern_text_plural(count),
                          why);
}

/* there: how many of the points were so before. */
static void say_what_became(const tern_options *options, const tern_gate_points *became, size_t there)
{
    const size_t added = became->points - there;

    tern_terminal_say(stdout, "%s: %zu point%s added", options->history, added, tern_text_plural(added));
    if (there > 0)
        tern_terminal_say(stdout, "%s: %zu point%s there already, of the same gate", options->history, there,
                          there == 1 ? " is" : "s are");
    say_left_out(options, became->noisy, "the machine was too noisy");
    say_left_out(options, became->untimed, "wrong, refused, or not timed to the end");
    say_left_out(options, became->unnamed,
                 "an earlier version does not say which code the anchor is, or of which class the machine");
    if (became->unfinished)
        tern_terminal_say(stdout, "%s: a gate was cut off; --resume goes on, and what is added twice counts once",
                          options->history);
}

static tern_status add_points(const tern_options *options, const tern_results *gates, tern_error *error)
{
    tern_results points = {0};
    tern_gate_points became;
    size_t there = 0;
    tern_status status = tern_gate_points_add(&points, gates, &became, error);

    if (status == TERN_OK && became.points > 0)
        status = tern_history_append(options->history, &points, &there, error);
    if (status == TERN_OK)
        say_what_became(options, &became, there);
    if (status == TERN_OK && became.points == 0)
        status = became.noisy > 0
                     ? tern_error_set(error, TERN_ENVIRONMENT, "nothing was added: the machine was too noisy")
                     : tern_error_set(error, TERN_NOTHING,
                                      "nothing was added: the files hold no case that a gate has timed");
    tern_results_free(&points);
    return status;
}

int tern_command_history_add(const tern_options *options, tern_error *error)
{
    tern_results gates = {0};
    tern_status status = TERN_OK;

    for (size_t i = 0; i < options->arguments.count && status == TERN_OK; i++) {
        bool cut = false;
        status = tern_results_read(&gates, options->arguments.item[i], &cut, error);
    }
    if (status == TERN_OK)
        status = add_points(options, &gates, error);
    tern_results_free(&gates);
    return (int)status;
}
