#include "measure/plausible.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

/* The best moment of a kernel over the best moments of the probes. */
static const double slack = 1.1;

/* The peak is a best of several; with as many tries, the load of a busy machine lets one of them alone. */
enum { TRIES = 3 };

double tern_plausible_share(const int8_t *values, size_t count)
{
    size_t others = 0;

    for (size_t i = 0; i < count; i++)
        others += values[i] != 0;
    return count == 0 ? 0.0 : (double)others / (double)count;
}

/* Of all threads together, when those of the team are not all that the case has. */
static double peak_again(const tern_fixture *fixture, const tern_measure_options *options, const tern_timing *timing,
                         double enough_gmacs)
{
    double best = 0.0;

    for (int i = 0; i < TRIES && best < enough_gmacs; i++)
        best = fmax(best, options->peak_gmacs(fixture->team) * timing->threads / tern_team_threads(fixture->team));
    return best;
}

bool tern_plausible_check(const tern_fixture *fixture, const tern_measure_options *options, const tern_timing *timing,
                          tern_finding *finding)
{
    if (options->roof_gmacs <= 0.0 || options->peak_gmacs == NULL ||
        (double)timing->macs / timing->median_ns <= slack * options->roof_gmacs)
        return true;
    const tern_shape shape = fixture->shape;
    const double share = tern_plausible_share(fixture->weights->w, shape.m * shape.k) *
                         tern_plausible_share(fixture->x, shape.n * shape.k);
    const double needed_gmacs = share * (double)timing->macs / timing->median_ns;
    const double peak_gmacs = peak_again(fixture, options, timing, needed_gmacs / slack);
    if (needed_gmacs <= slack * peak_gmacs)
        return true;
    memset(finding, 0, sizeof *finding);
    finding->verdict = TERN_IMPOSSIBLE;
    tern_text_append(
        finding->reason, sizeof finding->reason,
        "right, but in a time that takes %.4g GMAC/s without the zeros, where no instruction of this machine "
        "reaches more than %.4g: something is kept from call to call",
        needed_gmacs, peak_gmacs);
    return false;
}
