#include "base/interrupt.h"

#include <assert.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* A second signal so soon is the same: timeout(1) sends one to the process and one to its group. */
static const long same_ns = 200 * 1000 * 1000;

static volatile sig_atomic_t received, patient;
static struct timespec received_at;
static void (*volatile at_end[TERN_INTERRUPT_ENDS])(void);

static void end_now(void)
{
    for (size_t i = 0; i < TERN_INTERRUPT_ENDS && at_end[i] != NULL; i++)
        at_end[i]();
    _exit(128 + received);
}

static void on_alarm(int signal)
{
    (void)signal;
    end_now();
}

static void on_signal(int signal)
{
    const struct itimerval patience = {
        .it_value = {TERN_INTERRUPT_PATIENCE_MS / 1000, TERN_INTERRUPT_PATIENCE_MS % 1000 * 1000}};
    const struct sigaction alarm = {.sa_handler = on_alarm};
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!patient) {
        received = signal;
        end_now();
    } else if (received == 0) {
        received = signal;
        received_at = now;
        sigaction(SIGALRM, &alarm, NULL);
        setitimer(ITIMER_REAL, &patience, NULL);
    } else if (1000000000L * (now.tv_sec - received_at.tv_sec) + now.tv_nsec - received_at.tv_nsec > same_ns) {
        end_now();
    }
}

static void handle(int signal, bool even_if_ignored)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, found;

    sigfillset(&action.sa_mask); /* a second signal finds what the first one noted */
    if (even_if_ignored || (sigaction(signal, NULL, &found) == 0 && found.sa_handler != SIG_IGN))
        sigaction(signal, &action, NULL);
}

void tern_interrupt_prepare(void)
{
    handle(SIGINT, false);
    handle(SIGTERM, false);
    handle(SIGHUP, false);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
}

void tern_interrupt_install(void)
{
    patient = true;
    handle(SIGINT, true);
    handle(SIGTERM, true);
    handle(SIGXCPU, false); /* of CPU time some is left then, see getrlimit(2) */
}

int tern_interrupt_signal(void)
{
    return received;
}

void tern_interrupt_at_end(void (*fn)(void))
{
    size_t i = 0;

    while (i < TERN_INTERRUPT_ENDS && at_end[i] != NULL && at_end[i] != fn)
        i++;
    assert(i < TERN_INTERRUPT_ENDS);
    at_end[i] = fn;
}
