#include "run/environment.h"

#include "base/text.h"
#include "machine/topology_read.h"
#include "machine/warnings.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

static const double roof_deadline_s = 120.0;

/* Once, however often it is found. */
static void warn(tern_run *run, const char *sentence)
{
    for (uint32_t i = 0; i < run->warnings; i++)
        if (strcmp(run->warning[i], sentence) == 0)
            return;
    if (run->warnings < TERN_RUN_WARNINGS)
        tern_text_copy(run->warning[run->warnings++], sizeof run->warning[0], sentence);
}

/* Unless it is said where threads go, a machine that lets nobody bind threads is no error, but it is told. */
static void choose_pin(tern_environment *environment, tern_run *run)
{
    cpu_set_t mask;

    environment->pin = environment->settings->pin;
    if (environment->pin != NULL)
        return;
    environment->pin = "compact";
    if (sched_getaffinity(0, sizeof mask, &mask) == 0 && sched_setaffinity(0, sizeof mask, &mask) == 0)
        return;
    environment->pin = "none";
    warn(run, "threads cannot be bound to CPUs here and may move while they are timed; allow sched_setaffinity in the "
              "container");
}

/* Under `strict` the first caution of the worst kind is an error. */
static tern_status list_cautions(const tern_environment *environment, const tern_demand *demand, const tern_pin *pin,
                                 tern_run *run, tern_error *error)
{
    tern_warning caution[TERN_CAUTIONS_MAX];
    tern_noise noise;
    const tern_run before = *run; /* warnings are added to the other while this one is read */

    tern_noise_read(&noise, &before, &environment->topology, demand->threads,
                    pin->cpus > 0 ? pin->cpus : environment->topology.allowed, demand->cold);
    const size_t count = tern_warning_list(&noise, caution);
    for (size_t i = 0; i < count; i++) {
        if (environment->settings->strict && caution[i].severity == TERN_REFUSAL)
            return tern_error_set(error, TERN_ENVIRONMENT, "--strict refuses this machine: %s", caution[i].text);
        if (caution[i].severity != TERN_NOTE || environment->settings->notes)
            warn(run, caution[i].text);
    }
    return TERN_OK;
}

tern_status tern_environment_open(tern_environment *environment, const tern_environment_settings *settings,
                                  const tern_demand *demand, uint32_t isa, tern_run *run, tern_error *error)
{
    tern_status status;
    tern_pin pin;

    memset(environment, 0, sizeof *environment);
    environment->settings = settings;
    environment->isa = isa;
    if (!demand->timed)
        return TERN_OK;
    if ((status = tern_topology_read(&environment->topology, error)) != TERN_OK)
        return status;
    run->llc_bytes = environment->topology.llc_bytes;
    if (settings->counters != NULL &&
        (status = tern_counters_parse(&environment->counters, settings->counters, error)) != TERN_OK)
        return status;
    choose_pin(environment, run);
    /* A wrong --pin is told before anything runs. */
    if ((status = tern_environment_pin(environment, demand->threads, &pin, error)) != TERN_OK)
        return status;
    return list_cautions(environment, demand, &pin, run, error);
}

tern_status tern_environment_pin(const tern_environment *environment, uint32_t threads, tern_pin *pin,
                                 tern_error *error)
{
    return tern_pin_choose(pin, environment->pin, &environment->topology, threads, error);
}

static tern_status measure_roof(tern_environment *environment, uint32_t threads, tern_activity *activity,
                                tern_error *error)
{
    const tern_child_options child = tern_activity_child(activity, roof_deadline_s);
    tern_roof *roof = malloc(sizeof *roof);
    tern_pin pin;

    if (roof == NULL)
        return tern_error_memory(error, "a roof", sizeof *roof);
    tern_activity_say(activity, "measuring the limits of the machine");
    tern_status status = tern_environment_pin(environment, threads, &pin, error);
    if (status == TERN_OK)
        status =
            tern_roof_measure(roof, &pin, threads, environment->isa, environment->topology.llc_bytes, &child, error);
    if (status == TERN_OK)
        environment->roof[threads] = roof;
    else
        free(roof);
    return status;
}

tern_status tern_environment_roof(tern_environment *environment, uint32_t threads, tern_activity *activity,
                                  const tern_roof **roof, tern_error *error)
{
    tern_status status = TERN_OK;

    *roof = NULL;
    if (!environment->settings->roofs)
        return TERN_OK;
    if (environment->roof[threads] == NULL)
        status = measure_roof(environment, threads, activity, error);
    *roof = environment->roof[threads];
    return status;
}

static void fill_roofs(const tern_roof *roof, uint32_t isa, tern_measure_options *options)
{
    const tern_peak *peak = tern_roof_peak(roof, isa);

    options->roof_read_gbps = roof->read_gbps;
    options->roof_reader = roof->reader;
    options->roof_read_ahead_bytes = roof->read_ahead_bytes;
    if (peak == NULL)
        return;
    options->roof_gmacs = peak->gmacs;
    options->roof_instruction = peak->instruction;
    options->roof_multiplier = peak->probe;
    options->peak_gmacs = tern_roof_peak_now;
}

tern_status tern_environment_fill(tern_environment *environment, uint32_t threads, uint32_t isa,
                                  tern_measure_options *options, tern_activity *activity, tern_error *error)
{
    const tern_roof *roof;
    tern_status status;

    options->llc_bytes = environment->topology.llc_bytes;
    options->counters = environment->counters.events > 0 || environment->counters.step ? &environment->counters : NULL;
    if ((status = tern_environment_pin(environment, threads, &options->pin, error)) != TERN_OK ||
        (status = tern_environment_roof(environment, threads, activity, &roof, error)) != TERN_OK)
        return status;
    if (roof != NULL)
        fill_roofs(roof, isa, options);
    return TERN_OK;
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
