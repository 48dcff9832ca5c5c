/*
 * ternbench machine: what the figures stand on.
 */
#include "cli/machine.h"

#include "base/interrupt.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/settings.h"
#include "run/environment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Every number of threads up to eight, then doubled, then all. */
static uint32_t next_threads(uint32_t threads, uint32_t all)
{
    const uint32_t next = threads < 8 ? threads + 1 : 2 * threads;

    return next < all || threads == all ? next : all;
}

static tern_status measure_roofs(tern_machine *machine, tern_environment *environment, bool quiet, tern_error *error)
{
    static const tern_observer nobody = {0};
    const uint32_t all = machine->run.cpus_allowed;
    tern_activity activity = {.observer = &nobody};
    const tern_roof *roof = machine->roof;
    tern_status status = TERN_OK;

    for (uint32_t threads = 1;
         threads <= all && machine->roofs < TERN_MACHINE_ROOFS && status == TERN_OK && roof != NULL;
         threads = next_threads(threads, all)) {
        if (!quiet && environment->settings->roofs)
            fprintf(stderr, "measuring with %u of %u thread%s\n", threads, all, tern_text_plural(all));
        status = tern_environment_roof(environment, threads, &activity, &roof, error);
        if (status == TERN_OK && roof != NULL)
            machine->roof[machine->roofs++] = *roof;
    }
    return status;
}

/* Opens each event alone, for this thread. */
static tern_status try_counters(tern_machine *machine, tern_error *error)
{
    const pid_t self = gettid();
    const tern_status status = tern_counters_parse(&machine->counters, "default,cache,branch", error);

    for (uint32_t i = 0; i < machine->counters.events && status == TERN_OK; i++) {
        tern_counter_group group;
        if (machine->counters.event[i].source == TERN_EVENT_RUSAGE)
            continue;
        tern_counter_group_open(&group, &tern_perf_system, &machine->counters.event[i], 1, &self, 1);
        tern_text_copy(machine->counter_reason[i], sizeof machine->counter_reason[i], group.reason[0]);
        tern_counter_group_close(&group);
    }
    return status;
}

static bool is_json(const tern_options *options)
{
    return options->form != NULL && strcmp(options->form, "json") == 0;
}

static tern_status put_class(const tern_run *run, const tern_options *options, tern_error *error)
{
    if (is_json(options))
        return tern_machine_class_json(stdout, run, error);
    tern_machine_class_put(stdout, run);
    return TERN_OK;
}

static tern_status describe(tern_machine *machine, tern_session *session, const tern_options *options,
                            tern_error *error)
{
    const tern_environment_settings settings = tern_settings_environment(options);
    const tern_demand demand = {.timed = true, .threads = 1};
    tern_environment environment;
    tern_status status = tern_environment_open(&environment, &settings, &demand, session->isa, &session->run, error);

    machine->run = session->run;
    machine->topology = &environment.topology; /* cppcheck-suppress autoVariables; nobody looks at it afterwards */
    if (status == TERN_OK)
        status = try_counters(machine, error);
    if (status == TERN_OK)
        status = measure_roofs(machine, &environment, options->quiet, error);
    if (status == TERN_OK && is_json(options))
        status = tern_machine_json(stdout, machine, error);
    else if (status == TERN_OK)
        tern_machine_text(stdout, machine);
    tern_environment_close(&environment);
    return status;
}

int tern_command_machine(const tern_options *options, tern_error *error)
{
    const tern_session_settings settings = tern_settings_session(options);
    tern_machine *machine = calloc(1, sizeof *machine);
    tern_session session;

    if (machine == NULL)
        return (int)tern_error_memory(error, "the machine", sizeof *machine);
    tern_interrupt_install();
    tern_status status = tern_session_open(&session, &settings, error);
    if (status == TERN_OK)
        status = options->machine_class ? put_class(&session.run, options, error)
                                        : describe(machine, &session, options, error);
    tern_session_close(&session);
    free(machine);
    return (int)status;
}
