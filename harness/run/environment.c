#include "run/environment.h"

#include "base/text.h"
#include "machine/warnings.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

/* Once, however often it is found. */
static void warn(tern_run *run, const char *sentence)
{
    for (uint32_t i = 0; i < run->warnings; i++)
        if (strcmp(run->warning[i], sentence) == 0)
            return;
    if (run->warnings < TERN_RUN_WARNINGS)
        tern_text_copy(run->warning[run->warnings++], sizeof run->warning[0], sentence);
}

/* Without --pin a machine that lets nobody bind threads is no error, but it is told. */
static void choose_pin(tern_environment *environment)
{
    cpu_set_t mask;

    environment->pin = environment->session->options->pin;
    if (environment->pin != NULL)
        return;
    environment->pin = "compact";
    if (sched_getaffinity(0, sizeof mask, &mask) == 0 && sched_setaffinity(0, sizeof mask, &mask) == 0)
        return;
    environment->pin = "none";
    warn(&environment->session->run, "threads cannot be bound to CPUs here and may move while they are timed; allow "
                                     "sched_setaffinity in the container");
}

/* The most threads that a case uses, and whether a case is cold. */
static uint32_t find_extremes(const tern_plan *plan, bool *cold)
{
    uint32_t most = 1;

    *cold = false;
    for (size_t i = 0; i < plan->count; i++) {
        most = plan->cases[i].c.threads > most ? plan->cases[i].c.threads : most;
        *cold = *cold || plan->cases[i].c.cache == TERN_COLD;
    }
    return most;
}

/* Notes are for --verbose; under --strict the first caution of the worst kind is an error. */
static tern_status list_cautions(tern_environment *environment, const tern_pin *pin, tern_error *error)
{
    tern_session *session = environment->session;
    tern_warning caution[TERN_CAUTIONS_MAX];
    tern_noise noise;
    bool cold;
    const uint32_t threads = find_extremes(&session->plan, &cold);
    const tern_run run = session->run; /* warnings are added to the other while this one is read */

    tern_noise_read(&noise, &run, &environment->topology, threads,
                    pin->cpus > 0 ? pin->cpus : environment->topology.allowed, cold);
    const size_t count = tern_warning_list(&noise, caution);
    for (size_t i = 0; i < count; i++) {
        if (session->options->strict && caution[i].severity == TERN_REFUSAL)
            return tern_error_set(error, TERN_ENVIRONMENT, "--strict refuses this machine: %s", caution[i].text);
        if (caution[i].severity != TERN_NOTE || session->options->verbose > 0)
            warn(&session->run, caution[i].text);
    }
    return TERN_OK;
}

tern_status tern_environment_open(tern_environment *environment, tern_session *session, tern_error *error)
{
    tern_pin pin;
    bool cold;

    memset(environment, 0, sizeof *environment);
    environment->session = session;
    if (!session->plan.timed)
        return TERN_OK;
    tern_status status = tern_topology_read(&environment->topology, error);
    if (status != TERN_OK)
        return status;
    session->run.llc_bytes = environment->topology.llc_bytes;
    if (session->options->counters != NULL &&
        (status = tern_counters_parse(&environment->counters, session->options->counters, error)) != TERN_OK)
        return status;
    choose_pin(environment);
    /* A wrong --pin is told before anything runs. */
    if ((status = tern_pin_choose(&pin, environment->pin, &environment->topology, find_extremes(&session->plan, &cold),
                                  error)) != TERN_OK)
        return status;
    return list_cautions(environment, &pin, error);
}

static tern_status measure_roof(tern_environment *environment, const tern_pin *pin, uint32_t threads,
                                const tern_child_options *child, tern_error *error)
{
    tern_roof *roof = malloc(sizeof *roof);

    if (roof == NULL)
        return tern_error_memory(error, "a roof", sizeof *roof);
    const tern_status status = tern_roof_measure(roof, pin, threads, environment->session->plan.isa,
                                                 environment->topology.llc_bytes, child, error);
    if (status == TERN_OK)
        environment->roof[threads] = roof;
    else
        free(roof);
    return status;
}

static void fill_roofs(const tern_roof *roof, const tern_kernel *kernel, tern_measure_options *options)
{
    const tern_peak *peak = tern_roof_peak(roof, kernel->isa);

    options->roof_read_gbps = roof->read_gbps;
    options->roof_reader = roof->reader;
    options->roof_read_ahead_bytes = roof->read_ahead_bytes;
    if (peak == NULL)
        return;
    options->roof_gmacs = peak->gmacs;
    options->roof_instruction = peak->instruction;
    options->roof_multiplier = peak->probe;
}

tern_status tern_environment_fill(tern_environment *environment, const tern_case *c, tern_measure_options *options,
                                  const tern_child_options *child, tern_error *error)
{
    tern_status status;

    options->llc_bytes = environment->topology.llc_bytes;
    options->counters = environment->counters.events > 0 || environment->counters.step ? &environment->counters : NULL;
    status = tern_pin_choose(&options->pin, environment->pin, &environment->topology, c->threads, error);
    if (status != TERN_OK || environment->session->options->no_roofs)
        return status;
    if (environment->roof[c->threads] == NULL)
        status = measure_roof(environment, &options->pin, c->threads, child, error);
    if (status == TERN_OK)
        fill_roofs(environment->roof[c->threads], c->kernel, options);
    return status;
}

void tern_environment_forget_roofs(tern_environment *environment)
{
    for (size_t i = 0; i <= TERN_MAX_THREADS; i++) {
        free(environment->roof[i]);
        environment->roof[i] = NULL;
    }
}

void tern_environment_close(tern_environment *environment)
{
    tern_environment_forget_roofs(environment);
    tern_topology_free(&environment->topology);
}
