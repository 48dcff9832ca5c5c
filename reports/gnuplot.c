/*
 * Pictures by gnuplot: one script for all of them, in a folder of its own that is gone afterwards.
 */
#include "base/cache_folder.h"
#include "base/interrupt.h"
#include "base/program.h"
#include "base/shared_path.h"
#include "base/text.h"
#include "base/whole_file.h"
#include "plot.h"
#include "svg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Larger than any picture: what is longer is a mistake. */
enum {
    FOLDER_BYTES = 448,
    PATH_BYTES = 512,
    WIDTH = 760,
    HEAD = 60,
    PICTURE_MOST = 64 << 20,
    WAIT_TICKS = 600,
    DIGITS = 8
};

typedef struct desk {
    char folder[FOLDER_BYTES], script[PATH_BYTES], log[PATH_BYTES];
} desk;

/* Without snprintf(), as a signal handler needs it. Returns where in name it begins. */
static const char *picture_name(size_t index, char name[DIGITS])
{
    char *at = name + DIGITS - 1;

    *at = '\0';
    do {
        *--at = (char)('0' + index % 10);
        index /= 10;
    } while (index > 0 && at > name);
    return at;
}

static const char *picture_path(const desk *d, size_t index, char path[PATH_BYTES])
{
    char name[DIGITS];

    snprintf(path, PATH_BYTES, "%s/%s", d->folder, picture_name(index, name));
    return path;
}

/* Folders may be called anything; gnuplot writes a quote within quotes twice. */
static void put_path(FILE *stream, const char *before, const char *path, const char *after)
{
    fprintf(stream, "%s'", before);
    for (; *path != '\0'; path++)
        fputs((char[]){*path, *path == '\'' ? *path : '\0', '\0'}, stream);
    fprintf(stream, "'%s\n", after);
}

static void put_script(FILE *stream, const char *name)
{
    char file[64], path[4096];

    snprintf(file, sizeof file, "%s.gp", name);
    put_path(stream, "load ", tern_shared_path(TERN_SHARED_PLOTS, file, path, sizeof path), "");
}

static void put_drawing(FILE *stream, const desk *d, const tern_drawing *drawing, size_t index, tern_picture picture)
{
    char path[PATH_BYTES];
    const int height = HEAD + drawing->plot->height * (int)drawing->panels;

    if (picture != TERN_PICTURE_PNG)
        fprintf(stream, "set terminal svg size %d, %d dynamic font 'sans-serif,14' linewidth 1\n", WIDTH, height);
    else
        fprintf(stream, "set terminal pngcairo size %d, %d font 'sans,11' background 'white'\n", WIDTH, height);
    put_path(stream, "set output ", picture_path(d, index, path), "");
    fputs(drawing->data, stream);
    put_script(stream, "style");
    put_script(stream, drawing->plot->name);
    fputs("unset multiplot\nset output\nreset\n", stream);
}

static tern_status write_script(const desk *d, const tern_drawing *drawings, size_t count, tern_picture picture,
                                tern_error *error)
{
    FILE *stream = fopen(d->script, "w");

    for (size_t i = 0; stream != NULL && i < count; i++)
        put_drawing(stream, d, &drawings[i], i, picture);
    if (stream == NULL || fclose(stream) != 0)
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot write %s: %s", d->script, strerror(errno));
    return TERN_OK;
}

/* As it may stand in a page, or as a file. */
static void make_fit(tern_drawing *drawing, tern_picture picture)
{
    char *svg = NULL, prefix[64];
    size_t bytes;
    FILE *stream = open_memstream(&svg, &bytes);

    if (stream == NULL)
        return;
    snprintf(prefix, sizeof prefix, "%s-", drawing->plot->name);
    tern_svg_put(stream, drawing->bytes, prefix, drawing->plot->title, picture == TERN_PICTURE_INLINE);
    if (fclose(stream) == 0 && svg != NULL) {
        free(drawing->bytes);
        drawing->bytes = svg;
        drawing->count = bytes;
    }
}

static bool tick(void *context)
{
    size_t *left = context;

    return (*left)-- > 0;
}

/* What gnuplot, or the loader before it, said of its failure: the last line of it. */
static void say_why(const desk *d, int ended, tern_error *error)
{
    size_t bytes;
    char *log = tern_whole_file_read(d->log, PICTURE_MOST, &bytes), *line = NULL, *rest = log;

    for (char *next; rest != NULL && (next = tern_text_word(&rest, "\n")) != NULL;)
        line = next;
    tern_error_set(error, TERN_ENVIRONMENT, "gnuplot failed (status %d)%s%.300s", ended, line == NULL ? "" : ": ",
                   line == NULL ? "" : line);
    free(log);
}

static tern_status run(const desk *d, tern_error *error)
{
    const char *const argv[] = {"gnuplot", d->script, NULL};
    size_t left = WAIT_TICKS;
    int ended = 0;

    if (!tern_program_is_installed(argv[0]))
        return tern_error_set(error, TERN_NOTHING,
                              "there is no gnuplot here, so no picture is drawn (Debian: gnuplot-nox)");
    const tern_status status = tern_program_run(
        &(tern_program){.argv = argv, .log = d->log, .tick = tick, .tick_context = &left}, &ended, error);
    if (status == TERN_NOTHING)
        return tern_error_set(error, TERN_ENVIRONMENT, "gnuplot did not end within a minute and was stopped");
    if (status == TERN_OK && ended == 0)
        return TERN_OK;
    if (ended != 0)
        say_why(d, ended, error);
    return TERN_ENVIRONMENT;
}

static tern_status collect(const desk *d, tern_drawing *drawings, size_t count, tern_picture picture, tern_error *error)
{
    char path[PATH_BYTES];

    for (size_t i = 0; i < count; i++) {
        drawings[i].bytes = tern_whole_file_read(picture_path(d, i, path), PICTURE_MOST, &drawings[i].count);
        if (drawings[i].bytes == NULL || (picture != TERN_PICTURE_PNG && strstr(drawings[i].bytes, "</svg>") == NULL))
            return tern_error_set(error, TERN_ENVIRONMENT, "gnuplot left no whole picture %s", drawings[i].plot->name);
        if (picture != TERN_PICTURE_PNG)
            make_fit(&drawings[i], picture);
    }
    return TERN_OK;
}

static tern_status open_desk(desk *d, tern_error *error)
{
    snprintf(d->folder, sizeof d->folder, "%s/ternbench-XXXXXX", tern_temporary_folder());
    if (mkdtemp(d->folder) == NULL)
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot make a folder for gnuplot as %s: %s", d->folder,
                              strerror(errno));
    snprintf(d->script, sizeof d->script, "%s/script", d->folder);
    snprintf(d->log, sizeof d->log, "%s/log", d->folder);
    return TERN_OK;
}

static void close_desk(const desk *d, size_t count)
{
    const int folder = open(d->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char name[DIGITS];

    for (size_t i = 0; i < count; i++)
        unlinkat(folder, picture_name(i, name), 0);
    unlinkat(folder, "script", 0);
    unlinkat(folder, "log", 0);
    if (folder >= 0)
        close(folder);
    rmdir(d->folder);
}

/* What a signal that ends the process would leave behind. */
static const desk *volatile at_work;
static volatile size_t pictures_at_work;

static void clear_desk(void)
{
    tern_program_end_running();
    if (at_work != NULL)
        close_desk(at_work, pictures_at_work);
}

tern_status tern_gnuplot_draw(tern_drawing *drawings, size_t count, tern_picture picture, tern_error *error)
{
    desk d = {.folder = ""};
    tern_status status = open_desk(&d, error);

    for (size_t i = 0; i < count; i++)
        drawings[i].bytes = NULL;
    if (status != TERN_OK)
        return status;
    pictures_at_work = count;
    at_work = &d; /* cppcheck-suppress autoVariables; taken back below */
    tern_interrupt_at_end(clear_desk);
    status = write_script(&d, drawings, count, picture, error);
    if (status == TERN_OK)
        status = run(&d, error);
    if (status == TERN_OK)
        status = collect(&d, drawings, count, picture, error);
    for (size_t i = 0; status != TERN_OK && i < count; i++) {
        free(drawings[i].bytes);
        drawings[i].bytes = NULL;
    }
    close_desk(&d, count);
    at_work = NULL;
    return status;
}
