/*
 * ternbench report: any format from any files of records.
 */
#include "cli/command.h"
#include "cli/output.h"
#include "record/results.h"

#include <stdio.h>

int tern_command_report(int argc, char **argv)
{
    tern_options options;
    tern_results results = {0};
    tern_error error = {""};
    tern_status status = TERN_OK;

    tern_options_init(&options);
    tern_options_parse(&options, argc, argv, "FILE...", "Draws a report from files of records.");
    for (size_t i = 0; i < options.arguments && status == TERN_OK; i++) {
        bool cut;
        status = tern_results_read(&results, options.argument[i], &cut, &error);
        if (status == TERN_OK && cut)
            fprintf(stderr, "%s: %s: the last line was cut off and is left out\n", argv[0], options.argument[i]);
    }
    for (size_t i = 0; i < options.outputs && status == TERN_OK; i++)
        status = tern_output_write(&options.output[i], &results, &error);
    if (status == TERN_OK)
        options.format->write(stdout, &results);
    else
        fprintf(stderr, "%s: %s\n", argv[0], error.text);
    tern_results_free(&results);
    return (int)status;
}
