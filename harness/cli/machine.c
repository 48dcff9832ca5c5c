/*
 * ternbench machine: what the figures stand on.
 */
#include "cli/machine.h"

#include "base/interrupt.h"
#include "base/text.h"
#include "cli/command.h"
#include "run/environment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool not_interrupted(void *context)
{
    (void)context;
    return tern_interrupt_signal() == 0;
}

/* Every number of threads up to eight, then doubled, then all. */
static uint32_t next_threads(uint32_t threads, uint32_t all)
{
    const uint32_t next = threads < 8 ? threads + 1 : 2 * threads;

    return next < all || threads == all ? next : all;
}

static tern_status measure_roofs(tern_machine *machine, const tern_environment *environment, tern_error *error)
{
    const tern_child_options child = {.deadline_s = 120.0, .tick = not_interrupted};
    const tern_session *session = environment->session;
    const tern_topology *topology = machine->topology;
    const uint32_t all = topology->allowed < TERN_MAX_THREADS ? topology->allowed : (uint32_t)TERN_MAX_THREADS;
    tern_status status = TERN_OK;
    tern_pin pin;

    for (uint32_t threads = 1; threads <= all && machine->roofs < TERN_MACHINE_ROOFS && status == TERN_OK;
         threads = next_threads(threads, all)) {
        if (!session->options->quiet)
            fprintf(stderr, "measuring with %u of %u threads\n", threads, all);
        status = tern_pin_choose(&pin, environment->pin, topology, threads, error);
        if (status == TERN_OK)
            status = tern_roof_measure(&machine->roof[machine->roofs], &pin, threads, session->plan.isa,
                                       topology->llc_bytes, &child, error);
        machine->roofs += status == TERN_OK;
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

static tern_status describe(tern_machine *machine, const tern_environment *environment, tern_error *error)
{
    machine->run = environment->session->run;
    machine->topology = &environment->topology;
    const tern_status status = try_counters(machine, error);
    return status != TERN_OK || environment->session->options->no_roofs ? status
                                                                        : measure_roofs(machine, environment, error);
}

int tern_command_machine(const tern_options *options, tern_error *error)
{
    tern_session session;
    tern_environment environment = {0};
    tern_machine *machine = calloc(1, sizeof *machine);

    if (machine == NULL)
        return (int)tern_error_memory(error, "the machine", sizeof *machine);
    tern_interrupt_install();
    tern_status status = tern_session_open(&session, options, true, error);
    if (status == TERN_OK)
        status = tern_environment_open(&environment, &session, error);
    if (status == TERN_OK)
        status = describe(machine, &environment, error);
    if (status == TERN_OK && options->form != NULL && strcmp(options->form, "json") == 0)
        status = tern_machine_json(stdout, machine, error);
    else if (status == TERN_OK)
        tern_machine_text(stdout, machine);
    tern_environment_close(&environment);
    tern_session_close(&session);
    free(machine);
    return (int)status;
}
