/*
 * interrupt.h - SIGINT and SIGTERM become a number that loops look at, so that a run ends with its records whole.
 */
#ifndef TERN_INTERRUPT_H
#define TERN_INTERRUPT_H

void tern_interrupt_install(void);

/* The signal that came, or 0. */
int tern_interrupt_signal(void);

#endif
