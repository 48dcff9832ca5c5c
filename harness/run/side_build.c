#include "run/side_build.h"

#include "base/program.h"
#include "base/shared_path.h"
#include "base/text.h"
#include "run/side_cache.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void tern_side_say(const tern_side_job *job, const char *sentence)
{
    if (job->watcher != NULL && job->watcher->say != NULL)
        job->watcher->say(job->watcher->context, sentence);
}

/* A compiler that gets no memory, process or room on the disk says nothing of the source. */
static bool is_of_environment(const char *complaint)
{
    static const int reasons[] = {ENOSPC, EDQUOT, EFBIG, EMFILE, ENFILE, EAGAIN, ENOMEM};
    static const char *const words[] = {"failed to map segment", "Killed signal"};

    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strstr(complaint, strerror(reasons[i])) != NULL)
            return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(complaint, words[i]) != NULL)
            return true;
    return false;
}

/* The first line of a log that complains, or its last line. */
static void first_complaint(const char *log, char *text, size_t bytes)
{
    static const char *const words[] = {"rror:", "rror at", "fatal:", "No such"};
    FILE *stream = fopen(log, "r");
    char line[1024];
    bool found = false;

    text[0] = '\0';
    while (stream != NULL && !found && fgets(line, sizeof line, stream) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        found = is_of_environment(line);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            found |= strstr(line, words[i]) != NULL;
        if (line[0] != '\0')
            tern_text_copy(text, bytes, line);
    }
    if (stream != NULL)
        fclose(stream);
}

tern_status tern_side_run(const tern_side_job *job, const char *const *argv, const char *what, const char *log,
                          const char *kept_log, tern_error *error)
{
    char complaint[400];
    int exit_status;
    const tern_program program = {
        .argv = argv,
        .log = log,
        .tick = job->watcher == NULL ? NULL : job->watcher->tick,
        .tick_context = job->watcher == NULL ? NULL : job->watcher->context,
    };
    const tern_status status = tern_program_run(&program, &exit_status, error);

    if (status != TERN_OK || exit_status == 0)
        return status;
    first_complaint(log, complaint, sizeof complaint);
    if (rename(log, kept_log) != 0)
        kept_log = "";
    /* Or it can say nothing at all. */
    const bool is_environment = complaint[0] == '\0' || is_of_environment(complaint);
    return tern_error_set(error, is_environment ? TERN_ENVIRONMENT : TERN_USAGE, "%s: %s: %s%s%s", job->name, what,
                          complaint[0] == '\0' ? "there is no room for what the compiler says" : complaint,
                          kept_log[0] == '\0' ? "" : "; all of it is in ", kept_log);
}

/* Others mean something to CMake, make or the preprocessor. */
static bool is_plain(const char *path)
{
    for (const char *c = path; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr("_./-+,@~ ", *c) == NULL)
            return false;
    return true;
}

tern_status tern_side_plain_path(const char *path, const char *scratch, char plain[PATH_MAX], tern_error *error)
{
    tern_text_copy(plain, PATH_MAX, path);
    if (is_plain(path))
        return TERN_OK;
    plain[0] = '\0';
    tern_text_append(plain, PATH_MAX, "%s/link", scratch);
    return symlink(path, plain) == 0
               ? TERN_OK
               : tern_error_set(error, TERN_ENVIRONMENT, "cannot make the link %s: %s", plain, strerror(errno));
}

static tern_status configure_and_build(const tern_side_job *job, const char *kernels, const char *scratch,
                                       const char *kept_log, tern_error *error)
{
    char log[PATH_MAX + 16], build[PATH_MAX + 16], side_kernels[PATH_MAX + 32], compiler[PATH_MAX + 32], jobs[24],
        project[PATH_MAX], plain[PATH_MAX];
    const char *const configure[] = {"cmake",  "-S",         project, "-B", build, "-DCMAKE_BUILD_TYPE=Release",
                                     compiler, side_kernels, NULL};
    const char *const compile[] = {"cmake", "--build", build, "-j", jobs, NULL};
    const long cpus = sysconf(_SC_NPROCESSORS_ONLN);

    tern_shared_path(TERN_SHARED_SIDE, "", project, sizeof project);
    snprintf(log, sizeof log, "%s/log", scratch);
    snprintf(build, sizeof build, "%s/build", scratch);
    tern_status status = tern_side_plain_path(kernels, scratch, plain, error);
    if (status != TERN_OK)
        return status;
    snprintf(side_kernels, sizeof side_kernels, "-DSIDE_KERNELS=%s", plain);
    snprintf(compiler, sizeof compiler, "-DCMAKE_C_COMPILER=%s", tern_side_compiler());
    snprintf(jobs, sizeof jobs, "%ld", cpus > 1 ? cpus : 1);
    status = tern_side_run(job, configure, "its kernels cannot be configured", log, kept_log, error);
    if (status == TERN_OK)
        status = tern_side_run(job, compile, "its kernels do not build", log, kept_log, error);
    return status;
}

tern_status tern_side_changed(const tern_side_job *job, tern_error *error)
{
    return tern_error_set(error, TERN_ENVIRONMENT, "%s was changed while it was built; begin again", job->name);
}

tern_status tern_side_build(const tern_side_job *job, const char *kernels, const uint64_t *sources, const char *scratch,
                            const char *folder, tern_error *error)
{
    uint64_t now;
    char kept_log[PATH_MAX + 8], sentence[PATH_MAX + 64];

    snprintf(kept_log, sizeof kept_log, "%s.log", folder);
    snprintf(sentence, sizeof sentence, "building the kernels of %s", job->name);
    tern_side_say(job, sentence);
    tern_status status = configure_and_build(job, kernels, scratch, kept_log, error);
    if (status == TERN_OK && sources != NULL && (!tern_side_content_hash(kernels, &now) || now != *sources))
        status = tern_side_changed(job, error);
    if (status != TERN_OK) {
        tern_side_cache_remove(scratch);
        return status;
    }
    return tern_side_cache_keep(scratch, "build/side", folder, error);
}
