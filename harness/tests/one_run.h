/*
 * one_run.h - results of one run, to which a test adds lines, and which are empty again before the next.
 */
#ifndef TERN_ONE_RUN_H
#define TERN_ONE_RUN_H

#include "record/results.h"

#include <string.h>

static tern_results results;

static int set_up(void **state)
{
    const tern_run run = {.host = "here", .machine_class_hash = "0123456789abcdef"};

    (void)state;
    memset(&results, 0, sizeof results);
    return (int)tern_results_add(&results, TERN_LINE_RUN, &run, NULL);
}

static int tear_down(void **state)
{
    (void)state;
    tern_results_free(&results);
    return 0;
}

#endif
