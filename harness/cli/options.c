#include "cli/options.h"

#include "base/team.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

void tern_options_init(tern_options *options)
{
    *options = (tern_options){
        .isa = "native",
        .deadline_s = 10.0,
        .budget_s = (double)NAN,
        .min_samples = 15,
        .delta_percent = 2.0,
        .history = "history",
        .step_percent = 3.0,
        .model = "bitnet-7b",
        .kernel = "auto",
        .threads = "all",
        .type = tern_block_format_named("tq2_0"),
        .prompt = TERN_UNSAID,
        .tokens = TERN_UNSAID,
        .sequences = 1,
        .block = 256,
        .repetitions = 1,
        .seed = 1,
        .p0 = 0.42,
        .choice = {.top_p = 1.0},
    };
}

void tern_options_settle(tern_options *options, const tern_report *format, double budget_s)
{
    if (options->format == NULL)
        options->format = format != NULL ? format : tern_report_find("table");
    if (isnan(options->budget_s))
        options->budget_s = budget_s > 0.0 ? budget_s : 1.0;
}

tern_status tern_options_threads(const tern_options *options, uint32_t all, uint32_t *threads, tern_error *error)
{
    uint64_t value = all;

    if (strcmp(options->threads, "all") != 0 && !tern_text_u64(options->threads, 1, TERN_THREADS_LINUX, &value))
        return tern_error_set(error, TERN_USAGE, "--threads takes 'all' or a number up to %d, not '%s'",
                              TERN_THREADS_LINUX, options->threads);
    *threads = (uint32_t)value;
    return TERN_OK;
}
