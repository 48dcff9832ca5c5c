#include "base/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t received;

static void on_signal(int signal)
{
    received = signal;
}

void tern_interrupt_install(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART | (int)SA_RESETHAND};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    /* A reader that went away, `| head`, is an error of write() and not the end of the run. */
    signal(SIGPIPE, SIG_IGN);
}

int tern_interrupt_signal(void)
{
    return received;
}
