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

/* What the files gave. */
typedef struct adding {
    tern_results points;
    tern_gate_points became;
    const char *useless; /* the first file of which no case is kept, as its CAND was no commit; NULL: none */
} adding;

static tern_status read_file(adding *a, const tern_options *options, const char *path, tern_error *error)
{
    const tern_gate_points before = a->became;
    tern_results gates = {0};
    tern_status status = tern_results_read(&gates, path, NULL, error);

    if (status == TERN_OK)
        status = tern_gate_points_add(&a->points, &gates, &a->became, error);
    const size_t uncommitted = a->became.uncommitted - before.uncommitted;
    if (status == TERN_OK && uncommitted > 0) {
        tern_terminal_say(stderr, "%s: %s: CAND was not a commit ('%s'); its cases are not kept", options->program,
                          path, a->became.side);
        if (a->became.points == before.points && a->useless == NULL)
            a->useless = path;
    }
    tern_results_free(&gates);
    return status;
}

/* A sentence that says why, where there is not all that was asked for. */
static tern_status judge(const adding *a, tern_error *error)
{
    if (a->useless != NULL)
        return tern_error_set(error, TERN_USAGE,
                              "nothing of %s was added; gate a commit against the anchor, as `ternbench gate ANCHOR "
                              "HEAD` does",
                              a->useless);
    if (a->became.points > 0)
        return TERN_OK;
    return a->became.noisy > 0
               ? tern_error_set(error, TERN_ENVIRONMENT, "nothing was added: the machine was too noisy")
               : tern_error_set(error, TERN_NOTHING, "nothing was added: the files hold no case that a gate has timed");
}

int tern_command_history_add(const tern_options *options, tern_error *error)
{
    adding a = {.useless = NULL};
    size_t there = 0;
    tern_status status = TERN_OK;

    for (size_t i = 0; i < options->arguments.count && status == TERN_OK; i++)
        status = read_file(&a, options, options->arguments.item[i], error);
    if (status == TERN_OK && a.became.points > 0)
        status = tern_history_append(options->history, &a.points, &there, error);
    if (status == TERN_OK)
        say_what_became(options, &a.became, there);
    if (status == TERN_OK)
        status = judge(&a, error);
    tern_results_free(&a.points);
    return (int)status;
}
