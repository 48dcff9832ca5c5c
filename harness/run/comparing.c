#include "run/comparing.h"

#include "base/text.h"
#include "machine/memory.h"

#include "plan/sweep.h"

#include <string.h>

#include <xxhash.h>

/* What the slowest kernel does at least, with the check of what it did. */
static const double least_macs_per_s = 5e6;

/* And how fast the copies of W of a cold case are filled at least, on a machine that is busy with others. */
static const double least_fill_bytes_per_s = 1e7;

void tern_comparing_say(tern_comparing *comparing, const char *what, const char *id)
{
    comparing->label[0] = '\0';
    tern_text_append(comparing->label, sizeof comparing->label, "%s %s", what, id);
    tern_activity_say(&comparing->recording->activity, comparing->label);
}

tern_child_options tern_comparing_child(tern_comparing *comparing, const tern_case *c, double times)
{
    const double macs = tern_sweep_macs(c);
    const uint64_t llc_bytes = comparing->recording->environment.topology.llc_bytes;
    const double fill_s =
        c->cache == TERN_COLD ? (double)tern_memory_cold_bytes(llc_bytes) / least_fill_bytes_per_s : 0.0;

    return tern_activity_child(&comparing->recording->activity,
                               comparing->deadline_s + times * macs / least_macs_per_s + fill_s);
}

uint64_t tern_comparing_seed(const tern_comparing *comparing, const char *id, const char *series, uint64_t process)
{
    const uint64_t parts[] = {comparing->seed, XXH3_64bits(id, strlen(id)), XXH3_64bits(series, strlen(series)),
                              process};

    return XXH3_64bits(parts, sizeof parts) >> 1;
}

/* Copies of W are of no use to a case of another shape or kernel, and in its way. */
static void hold_stock_of(tern_comparing *comparing, tern_paired_request *request)
{
    char id[TERN_ID_BYTES];

    tern_case_id(&request->c[0], id, sizeof id);
    const uint64_t key = XXH3_64bits(id, strlen(id));
    if (comparing->stock.key != key)
        tern_ring_stock_free(&comparing->stock);
    comparing->stock.key = key;
    request->stock = &comparing->stock;
}

void tern_comparing_close(tern_comparing *comparing)
{
    tern_ring_stock_free(&comparing->stock);
    tern_case_weights_free(&comparing->weights);
}

tern_status tern_comparing_sample(tern_comparing *comparing, tern_paired_request *request, double times,
                                  tern_paired_samples *samples, tern_error *error)
{
    const tern_environment *environment = &comparing->recording->environment;
    const tern_child_options child = tern_comparing_child(comparing, &request->c[0], times);

    request->pin = tern_environment_pin(environment, request->c[0].threads);
    hold_stock_of(comparing, request);
    request->weights = tern_case_weights_keep(&comparing->weights, &request->c[0]);
    request->llc_bytes = environment->topology.llc_bytes;
    request->deadline_s = child.deadline_s;
    return tern_paired_sample(request, &child, samples, error);
}
