#include "measure/paired_ratio.h"

#include "base/stats.h"
#include "base/text.h"

#include <math.h>

void tern_paired_ratio_to_roof(tern_timing *timing, const tern_series *series, double units_per_call, const char *name,
                               const tern_roof_arm *roof_arm, double *roof_sample)
{
    double ratios[TERN_MAX_SAMPLES];
    const double *roof_ns = roof_arm->series.sample_ns;
    const tern_estimate ratio = tern_stats_ratio(roof_ns, series->sample_ns, series->samples, ratios);
    const double scale = units_per_call / roof_arm->units_per_call;

    if (timing->roof_paired[0] != '\0' && scale * ratio.median <= timing->roof_paired_median)
        return;
    tern_text_copy(timing->roof_paired, sizeof timing->roof_paired, name);
    timing->roof_paired_median = scale * ratio.median;
    timing->roof_paired_low = scale * ratio.low;
    timing->roof_paired_high = scale * ratio.high;
    for (uint32_t i = 0; i < series->samples; i++)
        roof_sample[i] = roof_arm->units_per_call / roof_ns[i];
}

void tern_paired_ratio_to_baseline(tern_timing *timing, const tern_series *series, const tern_series *baseline)
{
    tern_estimate ratio = {(double)NAN, (double)NAN, (double)NAN};
    double ratios[TERN_MAX_SAMPLES];

    if (baseline != NULL)
        ratio = tern_stats_ratio(baseline->sample_ns, series->sample_ns, series->samples, ratios);
    timing->rounds = timing->samples;
    timing->ratio_median = ratio.median;
    timing->ratio_low = ratio.low;
    timing->ratio_high = ratio.high;
}
