#include "base/program.h"

#include "base/clock.h"
#include "base/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { TICK_MS = 100, GRACE_MS = 500, NOT_FOUND = 127 };

/* The group of processes that ends with this one, of which a signal may know nothing. */
static volatile pid_t running;

void tern_program_end_running(void)
{
    if (running > 0)
        kill(-running, SIGKILL);
}

/* Asks it to, and does not for long. */
static void end(pid_t pid)
{
    int wait_status;

    kill(-pid, SIGTERM);
    for (int ms = 0; ms < GRACE_MS; ms++) {
        if (waitpid(pid, &wait_status, WNOHANG) != 0)
            return;
        poll(NULL, 0, 1);
    }
    kill(-pid, SIGKILL);
    waitpid(pid, &wait_status, 0);
}

/* Asks a tenth of a second after the last answer, however often it is called. */
static bool goes_on(const tern_program *program, double *next_ns)
{
    if (program->tick == NULL || tern_clock_ns() < *next_ns)
        return true;
    const bool answer = program->tick(program->tick_context);
    *next_ns = tern_clock_ns() + 1e6 * TICK_MS;
    return answer;
}

/* Reads what is there, after what was read before. Returns whether more may come. */
static bool take(const tern_program *program, int from, size_t *filled)
{
    char thrown_away[4096];
    const size_t room = program->output_bytes - 1 - *filled;
    char *into = room > 0 ? program->output + *filled : thrown_away;
    const ssize_t got = read(from, into, room > 0 ? room : sizeof thrown_away);

    if (got > 0 && room > 0)
        *filled += (size_t)got;
    return got > 0 || (got < 0 && errno == EINTR);
}

static int status_of(int wait_status)
{
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* Waits for the end. The pipe, if there is one, tells of it at once; a program without is asked after. */
static tern_status wait_for(const tern_program *program, pid_t pid, int from, int *exit_status, tern_error *error)
{
    size_t filled = 0;
    double next_ns = 0.0;
    int wait_status = 0;
    bool open = from >= 0;

    for (;;) {
        struct pollfd life = {.fd = open ? from : -1, .events = POLLIN};
        if (poll(&life, 1, open ? TICK_MS : TICK_MS / 10) > 0 && open)
            open = take(program, from, &filled);
        const pid_t ended = waitpid(pid, &wait_status, WNOHANG);
        if (ended == pid)
            break;
        if (ended < 0 && errno != EINTR) {
            const int reason = errno;
            kill(-pid, SIGKILL);
            return tern_error_set(error, TERN_ENVIRONMENT, "cannot wait for the end of %s: %s", program->argv[0],
                                  strerror(reason));
        }
        if (!goes_on(program, &next_ns)) {
            end(pid);
            return tern_error_set(error, TERN_NOTHING, "%s was stopped", program->argv[0]);
        }
    }
    /* What it wrote before it ended; processes that it left behind are not waited for. */
    for (struct pollfd rest = {.fd = from, .events = POLLIN}; open && poll(&rest, 1, 0) > 0;)
        open = take(program, from, &filled);
    if (program->output != NULL) {
        while (filled > 0 && program->output[filled - 1] == '\n')
            filled--;
        program->output[filled] = '\0';
    }
    *exit_status = status_of(wait_status);
    return TERN_OK;
}

/*
 * What a program says is shown and recorded, and does not depend on the user's locale. To be freed, but not the
 * variables; NULL when memory ran out.
 */
static char **environment_in_english(void)
{
    static char english[] = "LC_ALL=C";
    size_t count = 0, kept = 0;

    while (environ[count] != NULL)
        count++;
    char **environment = malloc((count + 2) * sizeof *environment);
    if (environment == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (strncmp(environ[i], "LC_ALL=", 7) != 0)
            environment[kept++] = environ[i];
    environment[kept++] = english;
    environment[kept] = NULL;
    return environment;
}

/* Returns 0 or an errno. */
static int start(const tern_program *program, int to, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    char **environment = environment_in_english();
    sigset_t none, ignored;

    if (environment == NULL)
        return ENOMEM;
    sigemptyset(&none);
    sigemptyset(&ignored);
    sigaddset(&ignored, SIGPIPE); /* by this process, and not by what it runs */
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &ignored);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, program->log != NULL ? program->log : "/dev/null",
                                     O_WRONLY | O_CREAT | O_APPEND, 0666);
    posix_spawn_file_actions_adddup2(&files, to >= 0 ? to : STDERR_FILENO, STDOUT_FILENO);
    const int failure =
        posix_spawnp(pid, program->argv[0], &files, &attributes, (char *const *)program->argv, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    free(environment);
    return failure;
}

tern_status tern_program_run(const tern_program *program, int *exit_status, tern_error *error)
{
    int pipe_ends[2] = {-1, -1};
    pid_t pid;

    if (program->output != NULL && pipe2(pipe_ends, O_CLOEXEC) != 0)
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot make a pipe for %s: %s", program->argv[0],
                              strerror(errno));
    const int failure = start(program, pipe_ends[1], &pid);
    if (pipe_ends[1] >= 0)
        close(pipe_ends[1]);
    running = failure == 0 ? pid : 0;
    tern_interrupt_at_end(tern_program_end_running);
    const tern_status status = failure != 0
                                   ? tern_error_set(error, TERN_ENVIRONMENT, "cannot run %s: %s; is it installed?",
                                                    program->argv[0], strerror(failure))
                                   : wait_for(program, pid, pipe_ends[0], exit_status, error);
    running = 0;
    if (pipe_ends[0] >= 0)
        close(pipe_ends[0]);
    /* Where a system's vfork() is a fork(), as under an emulator, posix_spawn() has no other way to say it. */
    if (status == TERN_OK && *exit_status == NOT_FOUND)
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot run %s, or what it runs; is it installed?",
                              program->argv[0]);
    return status;
}

bool tern_program_is_installed(const char *name)
{
    const char *path = getenv("PATH");
    char standard[256] = "", file[4096];

    /* A shell, and posix_spawnp(), look into the system's own then. */
    if (path == NULL) {
        confstr(_CS_PATH, standard, sizeof standard);
        path = standard;
    }
    while (*path != '\0') {
        const size_t length = strcspn(path, ":");
        snprintf(file, sizeof file, "%.*s/%s", length == 0 ? 1 : (int)length, length == 0 ? "." : path, name);
        if (access(file, X_OK) == 0)
            return true;
        path += length + (path[length] == ':');
    }
    return false;
}
