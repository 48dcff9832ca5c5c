/*
 * descriptors.h - what a caller may have closed.
 */
#ifndef TERN_DESCRIPTORS_H
#define TERN_DESCRIPTORS_H

/*
 * At the beginning of the process: 0, 1 and 2 are something, so that no file that is opened becomes one of them and gets
 * what is meant for people. Writing to a standard output that was closed still fails.
 */
void tern_descriptors_occupy(void);

#endif
