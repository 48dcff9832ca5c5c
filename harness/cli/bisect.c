/*
 * ternbench bisect GOOD..BAD SUITE...: which commit made a kernel slower, and which of its toggles.
 */
#include "run/bisect.h"

#include "base/text.h"
#include "cli/announce.h"
#include "cli/command.h"
#include "cli/settings.h"
#include "cli/sides.h"
#include "cli/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REVISION_BYTES = 512 };

/* The two ends of a range, as git writes it. */
typedef struct range {
    char good[REVISION_BYTES], bad[REVISION_BYTES];
} range;

static tern_status parse_range(range *r, const char *text, tern_error *error)
{
    const char *dots = strstr(text, "..");

    if (dots == NULL || dots == text || dots[2] == '.' || strlen(text) >= REVISION_BYTES)
        return tern_error_set(error, TERN_USAGE, "'%s' is no range of commits; write GOOD..BAD", text);
    tern_text_copy(r->good, (size_t)(dots - text) + 1, text);
    tern_text_copy(r->bad, sizeof r->bad, dots[2] != '\0' ? dots + 2 : "HEAD");
    return TERN_OK;
}

/* In full, before anything takes time. */
static void announce_cases(const tern_options *options, const tern_sides_setup *setup)
{
    char id[TERN_ID_BYTES];

    if (options->quiet)
        return;
    tern_terminal_say(stderr, "%s (%.12s) to %s (%.12s):", setup->sides.base.text, setup->sides.base.commit,
                      setup->session.side.text, setup->session.side.commit);
    for (size_t i = 0; i < setup->plan.count; i++)
        tern_terminal_say(stderr, "  %s", tern_case_id(&setup->plan.cases[i].c, id, sizeof id));
}

static tern_status expect_revisions(const tern_sides_setup *setup, tern_error *error)
{
    const tern_side *ends[] = {&setup->sides.base, &setup->session.side};

    for (size_t i = 0; i < 2; i++)
        if (ends[i]->kind != TERN_SIDE_REVISION)
            return tern_error_set(error, TERN_USAGE, "'%s' is no revision; a bisect goes from commit to commit",
                                  ends[i]->text);
    return TERN_OK;
}

static int run_bisect(const tern_options *given, tern_sides_setup *setup, tern_error *error)
{
    tern_options options = *given;
    tern_recording recording = {0};

    tern_options_settle(&options, tern_report_find("bisect"), 0.0);
    announce_cases(&options, setup);
    const tern_gate_settings settings = tern_settings_gate(&options);
    const int ran =
        tern_bisect_run(&recording, &settings, &setup->session, &setup->sides, &setup->plan, &setup->observer, error);
    return tern_announce_close(&options, &recording, ran, error);
}

/* Not which commit, but which optimisation: an ablation of both ends. */
static int ablate(const tern_options *given, const range *r, tern_error *error)
{
    const size_t suites = given->arguments.count - 1;
    const char **argument = calloc(2 + suites, sizeof *argument);
    tern_options options = *given;

    if (argument == NULL)
        return (int)tern_error_memory(error, "suites", (double)((2 + suites) * sizeof *argument));
    argument[0] = r->good;
    argument[1] = r->bad;
    memcpy(&argument[2], &given->arguments.item[1], suites * sizeof *argument);
    options.arguments = (tern_argument_list){argument, 2 + suites};
    const int exit_status = tern_command_ablate(&options, error);
    free(argument);
    return exit_status;
}

int tern_command_bisect(const tern_options *options, tern_error *error)
{
    const char *const *argument = options->arguments.item;
    tern_sides_setup setup = {0};
    range r;
    tern_status status = parse_range(&r, argument[0], error);

    if (status == TERN_OK && options->optimisation)
        return ablate(options, &r, error);
    if (status == TERN_OK)
        status = tern_sides_open(&setup, options, r.good, r.bad, argument + 1, options->arguments.count - 1, error);
    if (status == TERN_OK)
        status = tern_sides_expect_kernels(&setup, error);
    if (status == TERN_OK)
        status = expect_revisions(&setup, error);
    const int exit_status = status == TERN_OK ? run_bisect(options, &setup, error) : (int)status;
    tern_sides_close(&setup);
    return exit_status;
}
