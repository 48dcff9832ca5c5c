#include "run/environment.h"

#include "base/cpu_mask.h"
#include "base/text.h"
#include "machine/topology_read.h"
#include "machine/warnings.h"

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

static bool can_bind(void)
{
    cpu_set_t *mask = tern_cpu_mask_get();
    const bool can = mask != NULL && tern_cpu_mask_set(mask) == 0;

    free(mask);
    return can;
}

/* Unless it is said where threads go, a machine that lets nobody bind threads is no error, but it is told. */
static tern_status choose_places(tern_environment *environment, tern_run *run, tern_error *error)
{
    const char *how = environment->settings->pin;

    if (how == NULL && !can_bind()) {
        how = "none";
        warn(run, "threads cannot be bound to CPUs here and may move while they are timed; allow sched_setaffinity in "
                  "the container");
    }
    if (how == NULL)
        how = "compact";
    const tern_status status = tern_places_choose(&environment->places, how, &environment->topology, error);
    if (status == TERN_OK && environment->places.cpus == 0 && strcmp(how, "none") != 0)
        warn(run,
             "the topology has none of the CPUs that this program may use, so that threads are not bound; name them "
             "with --pin CPULIST, or none");
    return status;
}

/* Of the cores that threads are bound to. */
static uint32_t count_kinds(const tern_topology *topology, const tern_pin *pin)
{
    bool used[TERN_CORE_KINDS_MAX] = {false};
    uint32_t kinds = 0;

    for (uint32_t i = 0; i < pin->cpus; i++) {
        const tern_cpu *cpu = tern_topology_find(topology, pin->cpu[i]);
        if (cpu != NULL && !used[cpu->kind]) {
            used[cpu->kind] = true;
            kinds++;
        }
    }
    return kinds;
}

/* Under `strict` the first warning of the worst kind is an error. */
static tern_status list_warnings(const tern_environment *environment, const tern_demand *demand, tern_run *run,
                                 tern_error *error)
{
    const tern_pin pin = tern_environment_pin(environment, demand->threads);
    tern_warning warning[TERN_WARNINGS_MAX];
    tern_noise noise;
    const tern_run before = *run; /* warnings are added to the other while this one is read */

    tern_noise_read(&noise, &before, &environment->topology, demand->threads,
                    pin.cpus > 0 ? pin.cpus : environment->topology.allowed, demand->cold);
    noise.kinds = count_kinds(&environment->topology, &pin);
    const size_t count = tern_warning_list(&noise, warning);
    for (size_t i = 0; i < count; i++) {
        if (environment->settings->strict && warning[i].severity == TERN_REFUSAL)
            return tern_error_set(error, TERN_ENVIRONMENT, "--strict refuses this machine: %s", warning[i].text);
        if (warning[i].severity != TERN_NOTE || environment->settings->notes)
            warn(run, warning[i].text);
    }
    return TERN_OK;
}

tern_status tern_environment_open(tern_environment *environment, const tern_environment_settings *settings,
                                  const tern_demand *demand, uint32_t isa, tern_run *run, tern_error *error)
{
    tern_status status;

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
    /* A wrong --pin is told before anything runs. */
    if ((status = choose_places(environment, run, error)) != TERN_OK)
        return status;
    return list_warnings(environment, demand, run, error);
}

tern_pin tern_environment_pin(const tern_environment *environment, uint32_t threads)
{
    return tern_places_pin(&environment->places, threads);
}

/* NULL: not measured yet. */
static const tern_roof *find_roof(const tern_environment *environment, uint32_t threads)
{
    for (size_t i = 0; i < environment->roofs.count; i++)
        if (environment->roofs.item[i]->threads == threads)
            return environment->roofs.item[i];
    return NULL;
}

static tern_status measure_roof(tern_environment *environment, uint32_t threads, tern_activity *activity,
                                tern_error *error)
{
    const tern_child_options child = tern_activity_child(activity, roof_deadline_s);
    const tern_pin pin = tern_environment_pin(environment, threads);
    tern_roof *roof = malloc(sizeof *roof);

    if (roof == NULL)
        return tern_error_memory(error, "a roof", sizeof *roof);
    tern_activity_say(activity, "measuring the limits of the machine");
    tern_status status =
        tern_roof_measure(roof, &pin, threads, environment->isa, environment->topology.llc_bytes, &child, error);
    if (status == TERN_OK)
        status = tern_list_make_room(&environment->roofs.list, sizeof *environment->roofs.item, error);
    if (status == TERN_OK)
        environment->roofs.item[environment->roofs.count++] = roof;
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
    if (find_roof(environment, threads) == NULL)
        status = measure_roof(environment, threads, activity, error);
    *roof = find_roof(environment, threads);
    return status;
}

static void fill_roofs(const tern_roof *roof, uint32_t isa, tern_measure_options *options)
{
    const tern_peak *peak = tern_roof_peak(roof, isa);

    options->roof_read_gbps = roof->read_gbps;
    options->roof_ipc = roof->ipc;
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
    options->counters = tern_counters_any(&environment->counters) ? &environment->counters : NULL;
    options->pin = tern_environment_pin(environment, threads);
    if ((status = tern_environment_roof(environment, threads, activity, &roof, error)) != TERN_OK)
        return status;
    if (roof != NULL)
        fill_roofs(roof, isa, options);
    return TERN_OK;
}

void tern_environment_forget_roofs(tern_environment *environment)
{
    for (size_t i = 0; i < environment->roofs.count; i++)
        free(environment->roofs.item[i]);
    environment->roofs.count = 0;
}

void tern_environment_close(tern_environment *environment)
{
    tern_environment_forget_roofs(environment);
    free(environment->roofs.item);
    tern_places_free(&environment->places);
    tern_topology_free(&environment->topology);
}
