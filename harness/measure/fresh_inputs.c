#include "measure/fresh_inputs.h"

#include "base/clock.h"
#include "base/stats.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

/* One fresh block that nothing disturbs acquits; on a busy machine most long ones are disturbed. */
enum { TRIES = 12, MOST_PAIRS = 12 };

/* Of all pairs of one try, unless a pair is longer. */
static const double try_ns = 6e6;

/* How much longer a block may take, and what the clock may add to it. */
static const double most_ratio = 1.5, slack_ns = 200.0;

static _Atomic int touched;

/* So that X is near to every thread, as it is when calls follow each other. */
static void touch_share(void *argument, uint32_t thread, uint32_t threads)
{
    const tern_inputs *inputs = argument;
    int sum = 0;

    (void)thread, (void)threads;
    for (uint32_t slot = 0; slot < inputs->slots; slot++)
        for (size_t i = 0; i < inputs->values; i += TERN_CACHE_LINE)
            sum += inputs->slot[slot][i];
    touched = sum;
}

/* One block, of as many calls as there are fresh slots, with W in cache as far as it fits. */
static double time_block(tern_bench *bench, bool fresh)
{
    tern_fixture *fixture = bench->fixture;
    const uint32_t usual_slots = fixture->inputs.slots;

    for (uint32_t i = 0; i < usual_slots; i++)
        tern_bench_call(bench, NULL);
    const tern_inputs known = fixture->inputs;
    if (fresh) {
        tern_inputs_renew(&fixture->fresh);
        fixture->inputs = fixture->fresh;
        tern_team_run(fixture->team, touch_share, &fixture->inputs);
    }
    const double start_ns = tern_clock_ns();
    for (uint32_t i = 0; i < fixture->fresh.slots; i++)
        tern_bench_call(bench, NULL);
    const double spent_ns = tern_clock_ns() - start_ns;
    if (fresh) {
        fixture->fresh = fixture->inputs;
        fixture->inputs = known;
    }
    return spent_ns;
}

/* Whether the fastest fresh block so far takes longer than the median of the usual ones allows. */
static bool is_slower(tern_bench *bench, double call_ns, double *usual_ns, double *fresh_ns)
{
    const double pair_ns = call_ns * 2.0 * (bench->fixture->fresh.slots + bench->fixture->inputs.slots);
    const int pairs = (int)fmin(fmax(try_ns / pair_ns, 1.0), MOST_PAIRS);
    double usual[MOST_PAIRS];

    for (int i = 0; i < pairs; i++) {
        usual[i] = time_block(bench, false);
        *fresh_ns = fmin(*fresh_ns, time_block(bench, true));
    }
    tern_stats_sort(usual, (size_t)pairs);
    *usual_ns = tern_stats_median(usual, (size_t)pairs);
    return *fresh_ns > most_ratio * *usual_ns + slack_ns;
}

bool tern_fresh_inputs_check(tern_bench *bench, double call_ns, tern_finding *finding)
{
    double usual_ns, fresh_ns = INFINITY;

    if (tern_case_owns_team(bench->c) && tern_inputs_are_felt(call_ns, bench->c->threads))
        return true;
    for (int i = 0; i < TRIES; i++)
        if (!is_slower(bench, call_ns, &usual_ns, &fresh_ns))
            return true;
    memset(finding, 0, sizeof *finding);
    finding->verdict = TERN_IMPOSSIBLE;
    tern_text_append(finding->reason, sizeof finding->reason,
                     "right, but %.3g times as fast where X is nearly that of the call before as where it is another "
                     "one: something is kept from call to call",
                     fresh_ns / usual_ns);
    return false;
}
