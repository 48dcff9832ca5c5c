#include "run/picker.h"

#include "measure/pick.h"

static const double deadline_s = 120.0;

tern_status tern_picker_pick(const tern_session *session, tern_environment *environment, tern_activity *activity,
                             const tern_case *c, const tern_kernel **kernel, char *reason, size_t bytes,
                             tern_error *error)
{
    const tern_child_options child = tern_activity_child(activity, deadline_s);
    tern_pick_request request = {.shape = c->shape, .data = c->data, .threads = c->threads, .isa = session->isa};
    const tern_roof *roof;
    const tern_status status = tern_environment_roof(environment, c->threads, activity, &roof, error);

    if (status != TERN_OK)
        return status;
    request.pin = tern_environment_pin(environment, c->threads);
    request.read_gbps = roof != NULL && c->cache == TERN_COLD ? roof->read_gbps : 0.0;
    tern_activity_say(activity, "timing the kernels");
    return tern_pick_kernel(session->registry, &request, &child, kernel, reason, bytes, error);
}
