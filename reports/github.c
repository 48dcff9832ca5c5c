/*
 * For workflows of GitHub: a summary of a step, to be appended to $GITHUB_STEP_SUMMARY, and annotations, to be printed.
 * Both are cut to what GitHub takes. The most significant stands first, so what is cut is the least; how much it is,
 * is told.
 */
#include "analyse/blockers.h"
#include "base/text.h"
#include "full.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

enum { SUMMARY_BYTES = 1 << 20, ROOM_FOR_THE_REST = 256, ANNOTATIONS_OF_A_KIND = 10 };

static tern_status build(tern_document *document, const tern_results *results, tern_error *error)
{
    bool filled;
    tern_status status;

    document->title = "ternbench";
    tern_full_say_verdict(document, results);
    tern_document_section(document, "What stands in the way");
    status = tern_full_blockers(document, results, &filled, error);
    tern_document_section(document, "What changed");
    if (status == TERN_OK)
        status = tern_full_say_changes(document, results, error);
    if (status == TERN_OK && results->cases.count > 0) {
        tern_document_section(document, "The fastest kernels, problem by problem");
        status = tern_full_shapes_sheet(document, results, error);
    }
    return status;
}

/* Whole lines as far as they fit, and how many do not. */
static void put_cut(FILE *stream, const char *text, size_t bytes)
{
    size_t fit = bytes, lines = 0;

    if (bytes > SUMMARY_BYTES) {
        fit = SUMMARY_BYTES - ROOM_FOR_THE_REST;
        while (fit > 0 && text[fit - 1] != '\n')
            fit--;
    }
    fwrite(text, 1, fit, stream);
    for (const char *c = text + fit; (c = strchr(c, '\n')) != NULL; c++)
        lines++;
    if (lines > 0)
        fprintf(stream, "\n%zu line%s left out here; the full report has them.\n", lines, lines == 1 ? " is" : "s are");
}

void tern_report_github(FILE *stream, const tern_results *results)
{
    tern_document document = {.name = "github"};
    tern_error error = {""};
    char *text = NULL;
    size_t bytes = 0;
    FILE *memory = open_memstream(&text, &bytes);
    tern_status status = build(&document, results, &error);

    if (memory != NULL && status == TERN_OK)
        status = tern_document_write(&document, tern_write_md, memory, &error);
    if (memory != NULL && fclose(memory) == 0 && status == TERN_OK)
        put_cut(stream, text, bytes);
    else
        fprintf(stream, "# ternbench\n\nThere is no summary: %s\n", error.text);
    free(text);
    tern_document_free(&document);
}

/* The data of a workflow command: a line end or a percent sign would end it or begin an escape. */
static void put_data(FILE *stream, const char *text)
{
    char visible[1600];

    tern_text_visible(visible, sizeof visible, text);
    for (const char *c = visible; *c != '\0'; c++)
        if (*c == '%')
            fputs("%25", stream);
        else
            fputc(*c, stream);
}

static void put_annotation(FILE *stream, const char *kind, const tern_blocker *b)
{
    fprintf(stream, "::%s title=ternbench %s::", kind, tern_blocker_severity_name(b->severity));
    put_data(stream, b->symptom);
    if (b->fix[0] != '\0') {
        fputs(" -- ", stream);
        put_data(stream, b->fix);
    }
    fputc('\n', stream);
}

void tern_report_github_annotations(FILE *stream, const tern_results *results)
{
    static const char *const kinds[] = {"error", "warning", "notice"};
    tern_blockers found;
    size_t count[3] = {0};

    if (tern_blockers_find(&found, results, NULL) != TERN_OK)
        fputs("::error title=ternbench::out of memory for annotations\n", stream);
    for (size_t i = 0; i < found.count; i++) {
        const tern_blocker *b = &found.item[i];
        const size_t kind = b->severity <= TERN_BLOCKER_HIGH ? 0 : b->severity == TERN_BLOCKER_MEDIUM ? 1 : 2;
        if (count[kind]++ < ANNOTATIONS_OF_A_KIND - 1)
            put_annotation(stream, kinds[kind], b);
    }
    for (size_t kind = 0; kind < 3; kind++)
        if (count[kind] >= ANNOTATIONS_OF_A_KIND)
            fprintf(stream, "::%s title=ternbench::%zu more are in the report\n", kinds[kind],
                    count[kind] - (ANNOTATIONS_OF_A_KIND - 1));
    tern_blockers_free(&found);
}
