#include "cli/surroundings.h"

#include "base/text.h"
#include "measure/caution.h"

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
static void choose_pin(tern_surroundings *surroundings)
{
    cpu_set_t mask;

    surroundings->pin = surroundings->session->options->pin;
    if (surroundings->pin != NULL)
        return;
    surroundings->pin = "compact";
    if (sched_getaffinity(0, sizeof mask, &mask) == 0 && sched_setaffinity(0, sizeof mask, &mask) == 0)
        return;
    surroundings->pin = "none";
    warn(&surroundings->session->run, "threads cannot be bound to CPUs here and may move while they are timed; allow "
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
static tern_status list_cautions(tern_surroundings *surroundings, const tern_pin *pin, tern_error *error)
{
    tern_session *session = surroundings->session;
    tern_caution caution[TERN_CAUTIONS_MAX];
    tern_noise noise;
    bool cold;
    const uint32_t threads = find_extremes(&session->plan, &cold);
    const tern_run run = session->run; /* warnings are added to the other while this one is read */

    tern_noise_read(&noise, &run, &surroundings->topology, threads,
                    pin->cpus > 0 ? pin->cpus : surroundings->topology.allowed, cold);
    const size_t count = tern_caution_list(&noise, caution);
    for (size_t i = 0; i < count; i++) {
        if (session->options->strict && caution[i].severity == TERN_REFUSAL)
            return tern_error_set(error, TERN_ENVIRONMENT, "--strict refuses this machine: %s", caution[i].text);
        if (caution[i].severity != TERN_NOTE || session->options->verbose > 0)
            warn(&session->run, caution[i].text);
    }
    return TERN_OK;
}

tern_status tern_surroundings_open(tern_surroundings *surroundings, tern_session *session, tern_error *error)
{
    tern_pin pin;
    bool cold;

    memset(surroundings, 0, sizeof *surroundings);
    surroundings->session = session;
    if (!session->plan.timed)
        return TERN_OK;
    tern_status status = tern_topology_read(&surroundings->topology, error);
    if (status != TERN_OK)
        return status;
    session->run.llc_bytes = surroundings->topology.llc_bytes;
    if (session->options->counters != NULL &&
        (status = tern_counters_parse(&surroundings->counters, session->options->counters, error)) != TERN_OK)
        return status;
    choose_pin(surroundings);
    /* A wrong --pin is told before anything runs. */
    if ((status = tern_pin_choose(&pin, surroundings->pin, &surroundings->topology,
                                  find_extremes(&session->plan, &cold), error)) != TERN_OK)
        return status;
    return list_cautions(surroundings, &pin, error);
}

static tern_status measure_roof(tern_surroundings *surroundings, const tern_pin *pin, uint32_t threads,
                                const tern_child_options *child, tern_error *error)
{
    tern_roof *roof = malloc(sizeof *roof);

    if (roof == NULL)
        return tern_error_memory(error, "a roof", sizeof *roof);
    const tern_status status = tern_roof_measure(roof, pin, threads, surroundings->session->plan.isa,
                                                 surroundings->topology.llc_bytes, child, error);
    if (status == TERN_OK)
        surroundings->roof[threads] = roof;
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

tern_status tern_surroundings_fill(tern_surroundings *surroundings, const tern_case *c, tern_measure_options *options,
                                   const tern_child_options *child, tern_error *error)
{
    tern_status status;

    options->llc_bytes = surroundings->topology.llc_bytes;
    options->counters =
        surroundings->counters.events > 0 || surroundings->counters.step ? &surroundings->counters : NULL;
    status = tern_pin_choose(&options->pin, surroundings->pin, &surroundings->topology, c->threads, error);
    if (status != TERN_OK || surroundings->session->options->no_roofs)
        return status;
    if (surroundings->roof[c->threads] == NULL)
        status = measure_roof(surroundings, &options->pin, c->threads, child, error);
    if (status == TERN_OK)
        fill_roofs(surroundings->roof[c->threads], c->kernel, options);
    return status;
}

void tern_surroundings_forget_roofs(tern_surroundings *surroundings)
{
    for (size_t i = 0; i <= TERN_MAX_THREADS; i++) {
        free(surroundings->roof[i]);
        surroundings->roof[i] = NULL;
    }
}

void tern_surroundings_close(tern_surroundings *surroundings)
{
    tern_surroundings_forget_roofs(surroundings);
    tern_topology_free(&surroundings->topology);
}
