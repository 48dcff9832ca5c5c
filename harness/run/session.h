/*
 * session.h - what every command that runs kernels stands on: kernels, plug-ins, the instruction sets that they may
 * use, and the fingerprint of the run.
 */
#ifndef TERN_SESSION_H
#define TERN_SESSION_H

#include "plan/registry.h"
#include "record/run.h"
#include "run/side.h"

typedef struct tern_session_settings {
    const char *command; /* as it was typed, for the fingerprint */
    const char *const *plugin;
    size_t plugins;
    const char *isa;  /* the cap, as tern_isa_cap() takes it */
    const char *side; /* whose kernels stand in place of the built-in ones, as side.h says; NULL: the built-in ones */
    const tern_side_watcher *watcher; /* of the making of the side; may be NULL */
} tern_session_settings;

typedef struct tern_session {
    tern_registry *registry;
    uint32_t isa;         /* TERN_ISA_ bits that kernels may use */
    uint32_t threads_all; /* every CPU that the program may use */
    tern_side side;       /* of the settings; its text is empty when there is none */
    tern_run run;
} tern_session;

/*
 * Makes the side if there is one, loads plug-ins (those of the settings, then of TERNBENCH_PLUGIN_PATH), applies the
 * cap, describes the run. Close with tern_session_close(), whatever is returned.
 */
tern_status tern_session_open(tern_session *session, const tern_session_settings *settings, tern_error *error);

/* Another side that is held against this one: a part of the fingerprint, by its bytes. */
void tern_session_note(tern_session *session, const tern_side *base);

/* TERN_ENVIRONMENT when the kernel needs instructions that processor or cap exclude. */
tern_status tern_session_permit(const tern_session *session, const tern_kernel *kernel, tern_error *error);

void tern_session_close(tern_session *session);

#endif
