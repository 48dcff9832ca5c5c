#include "plot.h"

#include <stdlib.h>
#include <string.h>

const tern_plot tern_plots[] = {
    {
        .name = "speed",
        .title = "Speed over size, by kernel",
        .command = "run suites/sweep.suite",
        .sheet = "cases",
        .panel = {"machine", "phase", "cache", "threads", "w", "x", "p0"},
        .series = {"kernel", "toggles", "run"},
        .x = {"m", "k", "n"},
        .y = "gmacs",
        .panels = 6,
        .series_most = 8,
        .points = 2,
        .points_most = 200,
        .height = 360,
    },
    {
        .name = "roofline",
        .title = "Speed beside the limits measured in the same run",
        .command = "run suites/limits.suite",
        .sheet = "cases",
        .panel = {"machine", "threads"},
        .series = {"kernel", "toggles", "run"},
        .x = {"intensity"},
        .y = "roof_share",
        .rank = "gmacs",
        .panels = 2,
        .series_most = 8,
        .points = 1,
        .points_most = 200,
        .height = 420,
    },
    {
        .name = "scaling",
        .title = "What more threads bring",
        .command = "run suites/scaling.suite",
        .sheet = "scaling",
        .panel = {"machine", "m", "k", "n", "cache", "p0"},
        .last_panels = true,
        .series = {"kernel", "toggles", "run"},
        .x = {"threads"},
        .y = "speedup",
        .panels = 2,
        .series_most = 8,
        .points = 2,
        .points_most = 200,
        .height = 360,
    },
    {
        .name = "ablation",
        .title = "What each toggle gives",
        .command = "ablate suites/gate.suite",
        .sheet = "ablation",
        .panel = {"side", "id"},
        .y = "gives",
        .panels = 4,
        .series_most = 1,
        .points = 2,
        .points_most = 30,
        .height = 360,
    },
    {
        .name = "latency",
        .title = "Time of a decoded token over its position",
        .command = "decode",
        .sheet = "steps",
        .panel = {"model"},
        .series = {"kernel", "toggles", "loop_toggles", "threads"},
        .x = {"position"},
        .y = "step_ms",
        .panels = 2,
        .series_most = 8,
        .points = 2,
        .points_most = 4096,
        .height = 360,
    },
    {
        .name = "ratio",
        .title = "Change of time from BASE to CAND, case by case",
        .command = "gate BASE CAND",
        .sheet = "gate",
        .y = "change",
        .panels = 1,
        .series_most = 1,
        .points = 1,
        .points_most = 30,
        .height = 480,
    },
    {
        .name = "zeros",
        .title = "Speed over the share of zeros in W",
        .command = "run suites/limits.suite",
        .sheet = "cases",
        .panel = {"machine", "m", "k", "n", "threads", "cache"},
        .series = {"kernel", "toggles", "run"},
        .x = {"p0"},
        .y = "gmacs",
        .panels = 2,
        .series_most = 8,
        .points = 2,
        .points_most = 200,
        .height = 360,
    },
    {
        .name = "history",
        .title = "Points over time, their levels and steps",
        .command = "history add",
        .sheet = "points",
        .panel = {"id", "machine_class", "method", "anchor"},
        .x = {"place"},
        .y = "ratio",
        .panels = 4,
        .series_most = 1,
        .points = 2,
        .points_most = 500,
        .height = 300,
    },
    {0},
};

const tern_plot *tern_plot_find(const char *name)
{
    for (const tern_plot *plot = tern_plots; plot->name != NULL; plot++)
        if (strcmp(plot->name, name) == 0)
            return plot;
    return NULL;
}

tern_status tern_plot_write(const tern_plot *plot, tern_picture picture, FILE *stream, const tern_document *document,
                            tern_error *error)
{
    tern_drawing drawing = {.plot = plot};
    char *data = tern_plot_data(plot, document, &drawing.panels);
    tern_status status = TERN_OK;

    if (document->pool.failed)
        status = tern_error_set(error, TERN_ENVIRONMENT, "out of memory for the plot %s", plot->name);
    else if (data == NULL)
        status = tern_error_set(error, TERN_NOTHING,
                                "the records have nothing for the plot %s (%s); `ternbench %s` measures it", plot->name,
                                plot->title, plot->command);
    drawing.data = data;
    if (status == TERN_OK && (status = tern_gnuplot_draw(&drawing, 1, picture, error)) == TERN_NOTHING)
        status = TERN_ENVIRONMENT;
    if (status == TERN_OK) {
        fwrite(drawing.bytes, 1, drawing.count, stream);
        free(drawing.bytes);
    }
    free(data);
    return status;
}

void tern_plot_add(tern_document *document, const char *name)
{
    const tern_plot *plot = tern_plot_find(name);
    size_t panels;
    char *data = tern_plot_data(plot, document, &panels);

    if (data != NULL)
        tern_document_picture(document, plot->name, plot->title, data, panels);
    else
        tern_document_line(document, "No plot \"%s\": `ternbench %s` measures what it shows.", plot->title,
                           plot->command);
}

/* Gives the pictures that were drawn to their items. */
static void hand_over(tern_document *document, const tern_drawing *drawing)
{
    for (size_t i = 0; i < document->items; i++)
        if (document->item[i].kind == TERN_ITEM_PICTURE)
            document->item[i].svg = drawing++->bytes;
}

static void say_missing(tern_document *document, const char *why)
{
    char text[sizeof(tern_error) + 64];

    snprintf(text, sizeof text, "This page has no pictures: %s", why);
    document->missing = tern_text_pool_copy(&document->pool, text);
}

tern_status tern_plots_draw(tern_document *document, tern_error *error)
{
    tern_drawing *drawings = calloc(document->items + 1, sizeof *drawings);
    tern_status status =
        drawings == NULL ? tern_error_memory(error, "pictures", (double)(document->items * sizeof *drawings)) : TERN_OK;
    size_t count = 0;

    for (size_t i = 0; drawings != NULL && i < document->items; i++)
        if (document->item[i].kind == TERN_ITEM_PICTURE)
            drawings[count++] = (tern_drawing){.plot = tern_plot_find(document->item[i].plot),
                                               .data = document->item[i].data,
                                               .panels = document->item[i].panels};
    if (count > 0)
        status = tern_gnuplot_draw(drawings, count, TERN_PICTURE_INLINE, error);
    if (count > 0 && status == TERN_OK)
        hand_over(document, drawings);
    if (status != TERN_OK)
        say_missing(document, error->text);
    free(drawings);
    return status;
}
