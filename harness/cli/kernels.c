/*
 * ternbench kernels: what there is to run, and whether it can run here.
 */
#include "cli/kernels.h"

#include "base/interrupt.h"
#include "cli/command.h"
#include "machine/isa.h"
#include "run/picker.h"

#include <stdio.h>
#include <string.h>

static void print_toggles(const tern_toggle *toggle)
{
    for (; toggle != NULL && toggle->name != NULL; toggle++)
        printf("    %-12s %s (%d, %d..%d%s%s)\n", toggle->name, toggle->summary, toggle->initial, toggle->low,
               toggle->high, toggle->needs == NULL ? "" : ", with ", toggle->needs == NULL ? "" : toggle->needs);
}

static void print_kernel(const tern_kernel *kernel, const char *source, uint32_t isa)
{
    char needs[64];

    printf("%s: %s\n", kernel->name, kernel->summary);
    printf("    %s; %.3g bits a weight; %s", tern_isa_text(kernel->isa, needs, sizeof needs), kernel->bits_per_weight,
           source);
    if (kernel->multiple.m * kernel->multiple.k * kernel->multiple.n != 1)
        printf("; M, K, N multiples of %zu, %zu, %zu", kernel->multiple.m, kernel->multiple.k, kernel->multiple.n);
    if (kernel->refines != NULL)
        printf("; refines %s", kernel->refines);
    if (kernel->formerly != NULL)
        printf("; formerly %s", kernel->formerly);
    if (kernel->isa & ~isa)
        printf("; not on this processor or under this cap");
    printf("\n");
    print_toggles(kernel->toggles);
}

/* The fastest kernel for a shape whose W comes from memory, with all CPUs. */
static tern_status pick(tern_session *session, tern_error *error)
{
    tern_case c = {
        .shape = {.n = 1}, .data = {.p0 = 0.42, .seed = 1}, .threads = session->plan.threads_all, .cache = TERN_COLD};
    const tern_kernel *kernel;
    tern_picker picker;
    char reason[256];

    if (!tern_shape_parse(session->options->pick, &c.shape))
        return tern_error_set(error, TERN_USAGE, "--pick takes MxK or MxKxN, not '%s'", session->options->pick);
    tern_picker_init(&picker, session);
    const tern_status status = tern_picker_pick(&picker, &c, &kernel, reason, sizeof reason, error);
    if (status == TERN_OK)
        printf("%s: %s\n", kernel->name, reason);
    tern_picker_close(&picker);
    return status;
}

static tern_status list_text(const tern_session *session, tern_error *error)
{
    (void)error;
    for (size_t i = 0; i < tern_registry_count(session->registry); i++)
        print_kernel(tern_registry_kernel(session->registry, i), tern_registry_source(session->registry, i),
                     session->plan.isa);
    return TERN_OK;
}

/* For scripts: what can run here, one a line. */
static tern_status list_names(const tern_session *session, tern_error *error)
{
    (void)error;
    for (size_t i = 0; i < tern_registry_count(session->registry); i++) {
        const tern_kernel *kernel = tern_registry_kernel(session->registry, i);
        if ((kernel->isa & ~session->plan.isa) == 0)
            printf("%s\n", kernel->name);
    }
    return TERN_OK;
}

static tern_status list_json(const tern_session *session, tern_error *error)
{
    return tern_kernels_json(stdout, session->registry, session->plan.isa, session->options->isa, error);
}

static tern_status list(const tern_session *session, tern_error *error)
{
    const char *form = session->options->form;

    return form == NULL || strcmp(form, "text") == 0 ? list_text(session, error)
           : strcmp(form, "json") == 0               ? list_json(session, error)
                                                     : list_names(session, error);
}

int tern_command_kernels(const tern_options *options, tern_error *error)
{
    tern_session session;

    tern_interrupt_install();
    tern_status status = tern_session_open(&session, options, options->pick != NULL, error);
    if (status == TERN_OK)
        status = options->pick != NULL ? pick(&session, error) : list(&session, error);
    tern_session_close(&session);
    return (int)status;
}
