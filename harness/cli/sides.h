/*
 * sides.h - what the commands that compare two sides have in common.
 */
#ifndef TERN_SIDES_H
#define TERN_SIDES_H

#include "cli/activity_line.h"
#include "cli/options.h"
#include "run/planning.h"
#include "run/two_sides.h"

/* A session of CAND's kernels, BASE beside it, a plan of cases, and who is told. */
typedef struct tern_sides_setup {
    tern_activity_line line;
    tern_observer observer;
    tern_activity activity;
    tern_session session;
    tern_two_sides sides;
    tern_plan plan;
    tern_plan unfiltered; /* what the plan would be without --filter, for commands that fill it */
} tern_sides_setup;

/*
 * The kernels without a plan. base is NULL where there is one side; cand is NULL for the built-in kernels, or those of
 * --side. setup is zeros; close it with tern_sides_close(), whatever is returned. TERN_USAGE: --side beside two sides.
 */
tern_status tern_sides_load(tern_sides_setup *setup, const tern_options *options, const char *base, const char *cand,
                            tern_error *error);

/* Fills a plan of the setup. suite are files. */
tern_status tern_sides_plan(tern_sides_setup *setup, tern_plan *plan, const tern_options *options, const char *filter,
                            const char *const *suite, size_t suites, tern_error *error);

/* The kernels and the plan. */
tern_status tern_sides_open(tern_sides_setup *setup, const tern_options *options, const char *base, const char *cand,
                            const char *const *suite, size_t suites, tern_error *error);

/* TERN_USAGE where a case says `auto`: what is compared has names. */
tern_status tern_sides_expect_kernels(const tern_sides_setup *setup, tern_error *error);

void tern_sides_close(tern_sides_setup *setup);

#endif
