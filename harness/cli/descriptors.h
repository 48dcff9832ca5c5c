/*
 * descriptors.h - what a caller may have closed, or left too few of.
 */
#ifndef TERN_DESCRIPTORS_H
#define TERN_DESCRIPTORS_H

#include "base/error.h"

/*
 * At the beginning of the process: 0, 1 and 2 are something, so that no file that is opened becomes one of them and
 * gets what is meant for people. Writing to a standard output that was closed still fails.
 */
void tern_descriptors_occupy(void);

/*
 * Sees to it that there are enough for a command and the libraries of kernels, of which some end the process where one
 * is missing. TERN_ENVIRONMENT: the limit may not be raised so far.
 */
tern_status tern_descriptors_prepare(tern_error *error);

#endif
