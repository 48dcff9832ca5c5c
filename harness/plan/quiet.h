/*
 * quiet.h - what a plug-in prints while it is loaded does not get among the records.
 */
#ifndef TERN_QUIET_H
#define TERN_QUIET_H

typedef struct tern_quiet {
    int kept[2]; /* standard output and standard error; -1: not redirected */
} tern_quiet;

/* From begin to end, standard output and standard error go nowhere. What stdio holds is written before. Never fails:
 * where the system has no /dev/null or no descriptors, they stay as they are. Not for a process with threads. */
tern_quiet tern_quiet_begin(void);
void tern_quiet_end(const tern_quiet *quiet);

#endif
