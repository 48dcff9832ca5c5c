#include "run/session.h"

#include "base/text.h"
#include "machine/isa.h"
#include "run/side_cache.h"
#include "run/side_load.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A shared object, or a C file, which is compiled first. */
static tern_status load_plugin(tern_session *session, const tern_session_settings *settings, const char *path,
                               tern_error *error)
{
    char built[PATH_MAX + 16];
    bool apart;
    const char *end = strrchr(path, '.');

    if (end == NULL || strcmp(end, ".c") != 0)
        return tern_registry_load(session->registry, path, error);
    const tern_status status = tern_side_compile(path, built, &apart, settings->watcher, error);
    tern_text_append(built, sizeof built, "/plugin.so");
    return status == TERN_OK ? tern_registry_load(session->registry, built, error) : status;
}

/* By its bytes: what was built again is another. */
static void note_plugin(tern_run *run, const char *path)
{
    uint64_t hash = 0;

    tern_side_content_hash(path, &hash);
    tern_text_append(run->plugins, sizeof run->plugins, "%s%s=%016" PRIx64, run->plugins[0] == '\0' ? "" : " ", path,
                     hash);
}

static tern_status load_plugins(tern_session *session, const tern_session_settings *settings, tern_error *error)
{
    tern_status status = TERN_OK;

    for (size_t i = 0; i < settings->plugins && status == TERN_OK; i++)
        status = load_plugin(session, settings, settings->plugin[i], error);
    return status;
}

/* *named: so many kernels there were before. */
static tern_status load_path(tern_session *session, size_t *named, tern_error *error)
{
    const char *path = getenv("TERNBENCH_PLUGIN_PATH");

    *named = tern_registry_count(session->registry);
    return path == NULL ? TERN_OK : tern_registry_load_path(session->registry, path, error);
}

/* Those that nobody named, each once: the kernels of one stand together. */
static void note_path(tern_session *session, size_t named)
{
    const char *last = "";

    for (size_t i = named; i < tern_registry_count(session->registry); i++) {
        const char *source = tern_registry_source(session->registry, i);
        if (strcmp(source, last) != 0)
            note_plugin(&session->run, source);
        last = source;
    }
}

/* Those built in, or those of a side. */
static tern_status load_kernels(tern_session *session, const tern_session_settings *settings, tern_error *error)
{
    return settings->side == NULL
               ? tern_registry_new(&session->registry, error)
               : tern_side_load(&session->side, &session->registry, settings->side, settings->watcher, error);
}

/* To the command that runs a case again. */
static void add_option(tern_run *run, const char *option, const char *value)
{
    tern_text_append_word(run->repro, sizeof run->repro, option);
    tern_text_append_word(run->repro, sizeof run->repro, value);
}

/* Fills the parts of the fingerprint that follow from the settings. */
static void describe(tern_session *session, const tern_session_settings *settings)
{
    tern_run *run = &session->run;

    tern_run_describe(run, settings->command);
    tern_isa_text(tern_isa_detect(), run->isa, sizeof run->isa);
    tern_isa_cap_text(settings->isa, run->isa_cap, sizeof run->isa_cap);
    tern_text_copy(run->repro, sizeof run->repro, "ternbench repro");
    if (settings->side != NULL) {
        add_option(run, "--side", settings->side);
        note_plugin(run, session->side.plugin);
    }
    for (size_t i = 0; i < settings->plugins; i++) {
        add_option(run, "--plugin", settings->plugin[i]);
        note_plugin(run, settings->plugin[i]);
    }
    session->threads_all = run->cpus_allowed;
}

tern_status tern_session_open(tern_session *session, const tern_session_settings *settings, tern_error *error)
{
    uint32_t cap;
    size_t named;
    tern_status status;

    memset(session, 0, sizeof *session);
    if ((status = tern_isa_cap(settings->isa, &cap, error)) != TERN_OK ||
        (status = load_kernels(session, settings, error)) != TERN_OK ||
        (status = load_plugins(session, settings, error)) != TERN_OK ||
        (status = load_path(session, &named, error)) != TERN_OK)
        return status;
    session->isa = cap & tern_isa_detect();
    describe(session, settings);
    note_path(session, named);
    return TERN_OK;
}

void tern_session_note(tern_session *session, const tern_side *base)
{
    note_plugin(&session->run, base->plugin);
}

tern_status tern_session_permit(const tern_session *session, const tern_kernel *kernel, tern_error *error)
{
    if ((kernel->isa & ~session->isa) == 0)
        return TERN_OK;
    char excluder[96];
    return tern_error_set(error, TERN_ENVIRONMENT, "kernel '%s' needs instructions that %s", kernel->name,
                          tern_run_excluder(&session->run, excluder, sizeof excluder));
}

void tern_session_close(tern_session *session)
{
    tern_registry_free(session->registry);
    session->registry = NULL;
}
