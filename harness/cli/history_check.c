/*
 * ternbench history check: which series stepped? What looks like a slowdown is measured again before anybody hears of
 * it, and the answer is kept in the history.
 */
#include "analyse/history.h"
#include "analyse/planned_changes.h"
#include "base/interrupt.h"
#include "base/outfile.h"
#include "base/text.h"
#include "cli/activity_line.h"
#include "cli/command.h"
#include "cli/history.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "cli/terminal.h"
#include "history_steps.h"
#include "record/history_files.h"
#include "run/commits.h"
#include "run/remeasure.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* In one check; what is left is measured by the next one. */
enum { MOST_REMEASURED = 16 };

/* The file of planned changes that lies in the history itself. */
static const char planned_name[] = "planned.ini";

static tern_status read_planned(const tern_options *options, tern_planned_changes *planned, tern_error *error)
{
    char path[4096] = "";

    *planned = (tern_planned_changes){.count = 0};
    if (options->planned != NULL)
        return tern_planned_changes_read(planned, options->planned, error);
    tern_text_append(path, sizeof path, "%s/%s", options->history, planned_name);
    return access(path, F_OK) == 0 ? tern_planned_changes_read(planned, path, error) : TERN_OK;
}

/* What a check stands on. */
typedef struct check {
    const tern_options *options;
    tern_results *results;
    tern_history_rule rule;
    tern_planned_changes planned;
    tern_history history;
    tern_session_settings session;
    tern_gate_settings gate;
    char class_hash[20]; /* of this machine */
    size_t remeasured;
    tern_results again; /* what was measured again, to be kept in the history once it is told */
    size_t elsewhere;   /* steps that another class of machines has to measure again */
    size_t lost;        /* steps that cannot be measured again from this repository, however often it is tried */
    tern_error why;     /* of the first of these */
} check;

static bool is_elsewhere(const check *c, const tern_history_step *step)
{
    return strcmp(c->results->runs.item[step->after->run].machine_class_hash, c->class_hash) != 0;
}

/* An end of a step: a commit that is here. */
static tern_status expect_commit(const char *commit, tern_error *error)
{
    tern_error cause = {""};
    const tern_status status = commit[0] == '\0' ? tern_error_set(&cause, TERN_USAGE, "its points name no commits")
                                                 : tern_commit_expect(commit, &cause);

    return status == TERN_OK ? TERN_OK
                             : tern_error_set(error, status, "%s; %s--unconfirmed alerts without measuring", cause.text,
                                              status == TERN_USAGE && commit[0] != '\0' ? "fetch it, or " : "");
}

/* Whether the step can be measured again by this call; why not, otherwise. */
static bool is_measurable(check *c, const tern_history_step *step, tern_error *why)
{
    if (expect_commit(step->before->commit, why) != TERN_OK || expect_commit(step->after->commit, why) != TERN_OK) {
        if (c->lost++ == 0)
            c->why = *why;
        return false;
    }
    if (c->remeasured >= MOST_REMEASURED)
        tern_error_set(why, TERN_NOTHING, "so many others come first; check again");
    return c->remeasured < MOST_REMEASURED;
}

/* Among what is known of the history, and what is to be kept in it. */
static tern_status take(check *c, const tern_run *run, const tern_remeasured *line, tern_error *error)
{
    tern_results *const both[] = {c->results, &c->again};
    tern_status status = TERN_OK;

    for (size_t i = 0; i < sizeof both / sizeof *both && status == TERN_OK; i++) {
        status = tern_results_add(both[i], TERN_LINE_RUN, run, error);
        if (status == TERN_OK)
            status = tern_results_add(both[i], TERN_LINE_REMEASURED, line, error);
        if (status == TERN_OK)
            status = tern_history_end_run(both[i], error);
    }
    return status;
}

static tern_status remeasure(check *c, const tern_history_step *step, tern_error *error)
{
    tern_activity_line activity = {0};
    const tern_observer observer = tern_activity_line_observer(&activity, c->options->quiet);
    const tern_run *of = &c->results->runs.item[step->after->run];
    tern_remeasured line = {.run = 0};
    tern_error why = {""};
    tern_run run;
    bool done = false;

    tern_text_copy(line.id, sizeof line.id, step->after->id);
    tern_text_copy(line.anchor, sizeof line.anchor, step->after->anchor);
    tern_text_copy(line.before, sizeof line.before, step->before->commit);
    tern_text_copy(line.after, sizeof line.after, step->after->commit);
    tern_text_copy(line.machine_class_hash, sizeof line.machine_class_hash, of->machine_class_hash);
    if (is_measurable(c, step, &why)) {
        c->remeasured++;
        done = tern_remeasure(&line, &run, &c->session, &c->gate, &observer, &why) == TERN_OK;
        tern_activity_line_clear(&activity);
    }
    if (done)
        return take(c, &run, &line, error);
    tern_terminal_say(stderr, "%s: not measured again: %s: %s", c->options->program, line.id, why.text);
    return TERN_OK;
}

/* Once for all of them: nothing is wrong here. first is one of them; NULL: there is none. */
static void say_elsewhere(const check *c, const tern_history_step *first)
{
    char others[64] = "";

    if (c->elsewhere > 1)
        tern_text_append(others, sizeof others, " and %zu other step%s", c->elsewhere - 1,
                         tern_text_plural(c->elsewhere - 1));
    if (first != NULL)
        tern_terminal_say(stderr,
                          "%s: not measured again: %s%s: this machine is of another class; one of theirs does it",
                          c->options->program, first->after->id, others);
}

static tern_status remeasure_all(check *c, tern_error *error)
{
    const tern_history *history = &c->history;
    const tern_history_step *elsewhere = NULL;
    tern_status status = TERN_OK;

    for (size_t i = 0; i < history->steps && status == TERN_OK && tern_interrupt_signal() == 0; i++) {
        const tern_history_step *step = &history->step[i];
        if (step->kind != TERN_STEP_SUSPECT)
            continue;
        if (!is_elsewhere(c, step))
            status = remeasure(c, step, error);
        else if (c->elsewhere++ == 0)
            elsewhere = step;
    }
    say_elsewhere(c, elsewhere);
    return status;
}

static tern_status judge(check *c, tern_error *error)
{
    tern_history_free(&c->history);
    return tern_history_new(&c->history, c->results, &c->rule, &c->planned, error);
}

static tern_status tell(const check *c, tern_error *error)
{
    tern_document document = {.name = "history", .title = "What stepped"};

    tern_history_add_steps(&document, &c->history);
    const tern_status status = tern_output_document(c->options, &document, error);
    tern_document_free(&document);
    return status;
}

/* What is kept is told no more, so that nothing is kept that nobody was told. */
static tern_status keep(const check *c, tern_error *error)
{
    static const char rest[] = "what was measured again is not kept, and the next check will measure and tell it again";
    tern_error cause = {""};
    size_t there;

    if (c->again.runs.count == 0)
        return TERN_OK;
    if (!tern_outfile_flush(stdout) && errno != EPIPE)
        return tern_error_set(error, TERN_ENVIRONMENT, "%s", rest);
    const tern_status status = tern_history_append(c->options->history, &c->again, &there, &cause);
    return status == TERN_OK ? TERN_OK : tern_error_set(error, status, "%s: %s", cause.text, rest);
}

/*
 * 3: an alert; 4: something is suspected that cannot be measured again in this repository, or, with --strict, that was
 * not for any other reason.
 */
static int status_of(const check *c, tern_error *error)
{
    const size_t alerts = tern_history_count(&c->history, TERN_STEP_ALERT);
    const size_t suspects = tern_history_count(&c->history, TERN_STEP_SUSPECT);

    if (alerts > 0)
        return (int)TERN_REGRESSED;
    if (c->lost > 0)
        return (int)tern_error_set(error, TERN_ENVIRONMENT, "%zu step%s cannot be measured again: %s", c->lost,
                                   tern_text_plural(c->lost), c->why.text);
    if (c->options->strict && suspects > 0)
        return (int)tern_error_set(error, TERN_ENVIRONMENT, "%zu step%s could not be measured again", suspects,
                                   tern_text_plural(suspects));
    if (c->history.judged == 0)
        return (int)tern_error_set(error, TERN_NOTHING, "nothing can be judged: no series has %d points yet",
                                   2 * TERN_CHANGE_SEGMENT);
    return (int)TERN_OK;
}

int tern_command_history_check(const tern_options *given, tern_error *error)
{
    tern_options options = *given;
    tern_results results = {0};
    check c = {.options = &options, .results = &results, .rule = tern_history_default_rule};
    tern_run here;

    tern_options_settle(&options, tern_report_find("table"), 0.0);
    tern_status status = tern_output_expect_plain(&options, error);
    if (status != TERN_OK)
        return (int)status;
    c.session = tern_settings_session(&options);
    c.gate = tern_settings_gate(&options);
    tern_run_describe(&here, options.command);
    tern_text_copy(c.class_hash, sizeof c.class_hash, here.machine_class_hash);
    tern_interrupt_install();
    status = read_planned(&options, &c.planned, error);
    if (status == TERN_OK)
        status = tern_history_open(&options, &results, error);
    c.rule.step = 0.01 * options.step_percent;
    c.rule.unconfirmed = options.unconfirmed;
    c.rule.told = (uint32_t)results.runs.count;
    if (status == TERN_OK)
        status = judge(&c, error);
    if (status == TERN_OK)
        status = remeasure_all(&c, error);
    if (status == TERN_OK && c.remeasured > 0)
        status = judge(&c, error);
    if (status == TERN_OK)
        status = tell(&c, error);
    int exit_status = status == TERN_OK ? status_of(&c, error) : (int)status;
    tern_error why_not = {""};
    const tern_status kept = status == TERN_OK ? keep(&c, &why_not) : TERN_OK;
    if (kept != TERN_OK)
        tern_terminal_say(stderr, "%s: %s", options.program, why_not.text);
    if (kept != TERN_OK && exit_status == TERN_OK)
        exit_status = (int)kept;
    tern_history_free(&c.history);
    tern_planned_changes_free(&c.planned);
    tern_results_free(&c.again);
    tern_results_free(&results);
    return exit_status;
}
