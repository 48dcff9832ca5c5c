#include "run/picker.h"

#include "base/interrupt.h"
#include "measure/pick.h"

#include <string.h>

static const double roof_deadline_s = 120.0;

void tern_picker_init(tern_picker *picker, tern_session *session)
{
    memset(picker, 0, sizeof *picker);
    picker->session = session;
}

void tern_picker_close(tern_picker *picker)
{
    if (picker->open)
        tern_environment_close(&picker->environment);
}

static bool not_interrupted(void *context)
{
    (void)context;
    return tern_interrupt_signal() == 0;
}

static tern_status open(tern_picker *picker, tern_error *error)
{
    if (picker->open)
        return TERN_OK;
    picker->open = true;
    return tern_environment_open(&picker->environment, picker->session, error);
}

tern_status tern_picker_pick(void *context, const tern_case *c, const tern_kernel **kernel, char *reason, size_t bytes,
                             tern_error *error)
{
    tern_picker *picker = context;
    tern_session *session = picker->session;
    const tern_child_options child = {.deadline_s = roof_deadline_s, .tick = not_interrupted};
    tern_pick_request request = {.shape = c->shape, .data = c->data, .threads = c->threads, .isa = session->plan.isa};
    tern_measure_options how = {0};
    tern_case roofs_of = *c;
    tern_status status = open(picker, error);

    roofs_of.kernel = tern_registry_kernel(session->registry, 0);
    if (status == TERN_OK)
        status = tern_environment_fill(&picker->environment, &roofs_of, &how, &child, error);
    if (status != TERN_OK)
        return status;
    request.pin = how.pin;
    request.read_gbps = c->cache == TERN_COLD ? how.roof_read_gbps : 0.0;
    return tern_pick_kernel(session->registry, &request, &child, kernel, reason, bytes, error);
}
