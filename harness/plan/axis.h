/*
 * axis.h - the axes a suite may name, and how their values are read.
 */
#ifndef TERN_AXIS_H
#define TERN_AXIS_H

#include "plan/suite.h"

/*
 * Reads values, separated by spaces or commas (toggle sets by spaces only), into the axis and replaces what was there.
 * TERN_USAGE says what is wrong, without file and line.
 */
tern_status tern_axis_set(tern_axes *axes, const char *axis, const char *values, const tern_registry *registry,
                          tern_error *error);

#endif
