#include "cli/surroundings.h"

#include "base/text.h"

#include <sched.h>
#include <string.h>

static void warn(tern_run *run, const char *sentence)
{
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

static void warn_of_threads(const tern_surroundings *surroundings)
{
    const tern_plan *plan = &surroundings->session->plan;
    uint32_t most = 0;
    char sentence[160] = "";

    for (size_t i = 0; i < plan->count; i++)
        most = plan->cases[i].c.threads > most ? plan->cases[i].c.threads : most;
    if (most <= surroundings->topology.allowed)
        return;
    tern_text_append(
        sentence, sizeof sentence,
        "up to %u threads share the %u CPUs that this program may use: their figures show waiting, not work; ask for "
        "fewer with -t",
        most, surroundings->topology.allowed);
    warn(&surroundings->session->run, sentence);
}

tern_status tern_surroundings_open(tern_surroundings *surroundings, tern_session *session, tern_error *error)
{
    tern_pin pin;

    memset(surroundings, 0, sizeof *surroundings);
    surroundings->session = session;
    if (!session->plan.timed)
        return TERN_OK;
    tern_status status = tern_topology_read(&surroundings->topology, error);
    if (status != TERN_OK)
        return status;
    session->run.llc_bytes = surroundings->topology.llc_bytes;
    choose_pin(surroundings);
    /* A wrong --pin is told before anything runs. */
    if ((status = tern_pin_choose(&pin, surroundings->pin, &surroundings->topology, 1, error)) != TERN_OK)
        return status;
    warn_of_threads(surroundings);
    return TERN_OK;
}

tern_status tern_surroundings_fill(tern_surroundings *surroundings, uint32_t threads, tern_measure_options *options,
                                   tern_error *error)
{
    options->llc_bytes = surroundings->topology.llc_bytes;
    return tern_pin_choose(&options->pin, surroundings->pin, &surroundings->topology, threads, error);
}

void tern_surroundings_close(tern_surroundings *surroundings)
{
    tern_topology_free(&surroundings->topology);
}
