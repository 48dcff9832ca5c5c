/*
 * interrupt.h - SIGINT, SIGTERM and SIGHUP become a number that loops look at, so that a run ends with its records
 * whole; and who does not look ends all the same.
 */
#ifndef TERN_INTERRUPT_H
#define TERN_INTERRUPT_H

/* From a signal to the end of a process that has not ended by itself. */
enum { TERN_INTERRUPT_PATIENCE_MS = 1500 };

/*
 * At the beginning of the process: signals end it at once, and leave no temporary file. A reader that went away, a file
 * that may not grow, are errors of write(); children are waited for even where a shell left their signal ignored.
 */
void tern_interrupt_prepare(void);

/* From now on somebody looks, and gets some time to do so; in the background of a shell, too, which ignores SIGINT. */
void tern_interrupt_install(void);

/* The signal that came, or 0. */
int tern_interrupt_signal(void);

/* So many functions there is room for. */
enum { TERN_INTERRUPT_ENDS = 4 };

/*
 * fn is called, once, before a process ends that has not looked in time, or got a second signal; its exit status is
 * then 128 + signal. It runs in a signal handler.
 */
void tern_interrupt_at_end(void (*fn)(void));

#endif
