/*
 * ternbench kernels: what there is to run, and whether it can run here.
 */
#include "cli/kernels.h"

#include "base/interrupt.h"
#include "base/text.h"
#include "cli/activity_line.h"
#include "cli/command.h"
#include "cli/settings.h"
#include "cli/terminal.h"
#include "machine/isa.h"
#include "run/picker.h"

#include <stdio.h>
#include <string.h>

static void print_toggles(const tern_toggle *toggle)
{
    for (; toggle != NULL && toggle->name != NULL; toggle++)
        tern_terminal_say(stdout, "    %-12s %s (%d, %d..%d%s%s)", toggle->name, toggle->summary, toggle->initial,
                          toggle->low, toggle->high, toggle->needs == NULL ? "" : ", with ",
                          toggle->needs == NULL ? "" : toggle->needs);
}

static void print_kernel(const tern_kernel *kernel, const char *source, uint32_t isa)
{
    char needs[64], more[512] = "";

    tern_terminal_say(stdout, "%s: %s", kernel->name, kernel->summary);
    if (kernel->multiple.m * kernel->multiple.k * kernel->multiple.n != 1)
        tern_text_append(more, sizeof more, "; M, K, N multiples of %zu, %zu, %zu", kernel->multiple.m,
                         kernel->multiple.k, kernel->multiple.n);
    if (kernel->refines != NULL)
        tern_text_append(more, sizeof more, "; refines %s", kernel->refines);
    if (kernel->formerly != NULL)
        tern_text_append(more, sizeof more, "; formerly %s", kernel->formerly);
    if (kernel->isa & ~isa)
        tern_text_append(more, sizeof more, "; not on this processor or under this cap");
    tern_terminal_say(stdout, "    %s; %.3g bits a weight; %s%s", tern_isa_text(kernel->isa, needs, sizeof needs),
                      kernel->bits_per_weight, source, more);
    if (kernel->lacks != NULL)
        tern_terminal_say(stdout, "    not available: %s", kernel->lacks);
    print_toggles(kernel->toggles);
}

/* The fastest kernel for a shape whose W comes from memory, with all CPUs. */
static tern_status pick(tern_session *session, const tern_options *options, tern_error *error)
{
    const tern_environment_settings settings = tern_settings_environment(options);
    tern_activity_line progress;
    const tern_observer observer = tern_activity_line_observer(&progress, options->quiet);
    tern_case c = {
        .shape = {.n = 1}, .data = {.p0 = 0.42, .seed = 1}, .threads = session->threads_all, .cache = TERN_COLD};
    const tern_demand demand = {.timed = true, .threads = c.threads, .cold = true};
    tern_activity activity = {.observer = &observer};
    tern_environment environment;
    const tern_picker picker = {.session = session, .environment = &environment, .activity = &activity};
    char reason[256], kernel[TERN_ID_BYTES];

    if (!tern_shape_parse(options->pick, &c.shape))
        return tern_error_set(error, TERN_USAGE, "--pick takes MxK or MxKxN, not '%s'", options->pick);
    tern_status status = tern_environment_open(&environment, &settings, &demand, session->isa, &session->run, error);
    if (status == TERN_OK)
        status = tern_picker_pick_case(&picker, &c, reason, sizeof reason, error);
    tern_activity_line_clear(&progress);
    if (status == TERN_OK && tern_interrupt_signal() == 0)
        tern_terminal_say(stdout, "%s: %s", tern_case_kernel(&c, kernel, sizeof kernel), reason);
    tern_environment_close(&environment);
    return status;
}

static void list_text(const tern_session *session)
{
    for (size_t i = 0; i < tern_registry_count(session->registry); i++)
        print_kernel(tern_registry_kernel(session->registry, i), tern_registry_source(session->registry, i),
                     session->isa);
}

/* For scripts: what can run here, one a line. */
static void list_names(const tern_session *session)
{
    for (size_t i = 0; i < tern_registry_count(session->registry); i++) {
        const tern_kernel *kernel = tern_registry_kernel(session->registry, i);
        if ((kernel->isa & ~session->isa) == 0 && kernel->lacks == NULL)
            printf("%s\n", kernel->name);
    }
}

static tern_status list(const tern_session *session, const tern_options *options, tern_error *error)
{
    const char *form = options->form == NULL ? "text" : options->form;

    if (strcmp(form, "json") == 0)
        return tern_kernels_json(stdout, session->registry, session->isa, options->isa, error);
    if (strcmp(form, "names") == 0)
        list_names(session);
    else
        list_text(session);
    return TERN_OK;
}

int tern_command_kernels(const tern_options *options, tern_error *error)
{
    const tern_session_settings settings = tern_settings_session(options);
    tern_session session;

    tern_interrupt_install();
    tern_status status = tern_session_open(&session, &settings, error);
    if (status == TERN_OK)
        status = options->pick != NULL ? pick(&session, options, error) : list(&session, options, error);
    tern_session_close(&session);
    return (int)status;
}
