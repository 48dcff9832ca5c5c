#include "report.h"

#include "analyse/merged.h"
#include "base/text.h"
#include "part_repeats.h"

#include <stdlib.h>
#include <string.h>

/* Sets of types of lines: a report of records that have none of them has nothing to show. */
#define LINE(type) (1U << TERN_LINE_##type)
enum {
    ANY = 0, /* has something to say of all records, or an empty document is an answer: no test failed */
    MEASURED = LINE(CASE) | LINE(DECODE),
    COMPARED = LINE(COMPARED),
    BISECTED = LINE(STEP) | LINE(COMPARED) | LINE(ARM),
    OVER_TIME = LINE(POINT) | LINE(REMEASURED)
};

/* A report as text, and as each of the other writers puts it. */
#define WRITTEN(name_, needs_, build_, of_series_, ending, writer_)                                                    \
    {                                                                                                                  \
        .name = name_ ending, .needs = needs_, .build = build_, .writer = writer_, .of_series = of_series_             \
    }
#define DOCUMENT(name_, summary_, needs_, build_, of_series_, with_summary_)                                           \
    {.name = name_,                                                                                                    \
     .summary = summary_,                                                                                              \
     .needs = needs_,                                                                                                  \
     .build = build_,                                                                                                  \
     .writer = tern_write_text,                                                                                        \
     .of_series = of_series_,                                                                                          \
     .with_summary = with_summary_},                                                                                   \
        WRITTEN(name_, needs_, build_, of_series_, ".csv", tern_write_csv),                                            \
        WRITTEN(name_, needs_, build_, of_series_, ".md", tern_write_md),                                              \
        WRITTEN(name_, needs_, build_, of_series_, ".html", tern_write_html),                                          \
        WRITTEN(name_, needs_, build_, of_series_, ".json", tern_write_json)

/* A plot of a report's sheet, in both forms. */
#define PICTURE(plot_, build_)                                                                                         \
    {.name = plot_ ".svg",                                                                                             \
     .summary = "a plot",                                                                                              \
     .build = build_,                                                                                                  \
     .of_series = true,                                                                                                \
     .plot = plot_,                                                                                                    \
     .picture = TERN_PICTURE_SVG},                                                                                     \
    {                                                                                                                  \
        .name = plot_ ".png", .build = build_, .of_series = true, .plot = plot_, .picture = TERN_PICTURE_PNG           \
    }

/* What another tool reads, which knows things by their names: runs that repeat each other are one there. */
#define FORMAT(name_, summary_, needs_, write_)                                                                        \
    {                                                                                                                  \
        .name = name_, .summary = summary_, .needs = needs_, .write = write_, .of_series = true                        \
    }

const tern_report tern_reports[] = {
    DOCUMENT("full", "all that the records say, with plots in the page", ANY, tern_full_build, false, false),
    DOCUMENT("table", "all cases, grouped by shape, threads and cache state", MEASURED, tern_table_build, true, true),
    DOCUMENT("limits", "each kernel beside the hardware's limits, and what follows in words", MEASURED,
             tern_limits_build, true, true),
    DOCUMENT("crossovers", "from which share of zeros on one kernel is faster than another", MEASURED,
             tern_crossovers_build, true, false),
    DOCUMENT("scaling", "what more threads bring: speed-up, efficiency, imbalance, fork and join", MEASURED,
             tern_scaling_build, true, false),
    DOCUMENT("stages", "where the time of a call goes, and what the kernel knows of its weights", MEASURED,
             tern_stages_build, false, false),
    DOCUMENT("counters", "events a call, by name and source, with the reason where there is no value", MEASURED,
             tern_counters_build, false, false),
    DOCUMENT("decode", "the decode loop: tokens a second, where the time goes, memory", LINE(DECODE), tern_decode_build,
             false, false),
    DOCUMENT("gate", "did a kernel get slower? one verdict a case", COMPARED, tern_gate_build, false, false),
    DOCUMENT("ablate", "what each toggle gives, alone and beside the others", LINE(ARM), tern_ablate_build, false,
             false),
    DOCUMENT("bisect", "which commit made a kernel slower, and which of its toggles", BISECTED, tern_bisect_build,
             false, false),
    DOCUMENT("tune", "what was tried to find the fastest kernel and toggles", LINE(TRIED), tern_tune_build, false,
             false),
    DOCUMENT("history", "points over time, of a history", OVER_TIME, tern_history_build, false, false),
    {.name = "csv",
     .summary = "the table for programs, RFC 4180",
     .needs = MEASURED,
     .build = tern_table_build,
     .writer = tern_write_csv,
     .of_series = true},
    {.name = "md", .summary = "the full report in Markdown", .build = tern_full_build, .writer = tern_write_md},
    {.name = "html", .summary = "the full report as a page", .build = tern_full_build, .writer = tern_write_html},
    {.name = "json", .summary = "the full report for programs", .build = tern_full_build, .writer = tern_write_json},
    PICTURE("speed", tern_table_build),
    PICTURE("roofline", tern_table_build),
    PICTURE("scaling", tern_scaling_build),
    PICTURE("ablation", tern_ablate_build),
    PICTURE("latency", tern_decode_build),
    PICTURE("ratio", tern_gate_build),
    PICTURE("zeros", tern_table_build),
    PICTURE("history", tern_history_build),
    {.name = "jsonl",
     .summary = "the records themselves, JSON Lines",
     .write = tern_report_jsonl,
     .line_by_line = true},
    FORMAT("gbench", "the JSON of Google Benchmark, a repetition a sample", MEASURED, tern_report_gbench),
    FORMAT("junit", "JUnit XML, a test a case", ANY, tern_report_junit),
    FORMAT("bmf", "Bencher Metric Format", MEASURED, tern_report_bmf),
    FORMAT("gab", "for github-action-benchmark", MEASURED, tern_report_gab),
    FORMAT("github", "a step summary of GitHub", ANY, tern_report_github),
    FORMAT("github-annotations", "annotations of a step of GitHub", ANY, tern_report_github_annotations),
    FORMAT("llama-bench", "the decode loop in the columns of llama-bench", LINE(DECODE), tern_report_llama_bench),
    {0},
};

const tern_report *tern_report_find(const char *name)
{
    for (const tern_report *report = tern_reports; report->name != NULL; report++)
        if (strcmp(report->name, name) == 0)
            return report;
    return NULL;
}

static bool is_document(const tern_report *report)
{
    return report->writer == tern_write_text;
}

static bool is_document_by_its_writer(const tern_report *report)
{
    return report->summary != NULL && report->writer != NULL && !is_document(report);
}

static bool is_plot(const tern_report *report)
{
    return report->summary != NULL && report->plot != NULL;
}

static bool is_for_other_tools(const tern_report *report)
{
    return report->write != NULL && !report->line_by_line;
}

enum { NAMES_BYTES = 1024 };

/* "a, b and c": those of a kind. */
static void append_names(char *text, bool (*is_one)(const tern_report *))
{
    const char *last = NULL;
    size_t before = 0;

    for (const tern_report *report = tern_reports; report->name != NULL; report++) {
        if (!is_one(report))
            continue;
        if (last != NULL)
            tern_text_append(text, NAMES_BYTES, "%s%s", before++ > 0 ? ", " : "", last);
        last = report->plot != NULL ? report->plot : report->name;
    }
    tern_text_append(text, NAMES_BYTES, "%s%s", before > 0 ? " and " : "", last);
}

const char *tern_report_names(void)
{
    static char text[NAMES_BYTES];

    text[0] = '\0';
    append_names(text, is_document);
    tern_text_append(text, sizeof text, ", each also as NAME.csv, NAME.md, NAME.html and NAME.json; ");
    append_names(text, is_document_by_its_writer);
    tern_text_append(text, sizeof text, ", of which csv is the table and the others are the full report; ");
    append_names(text, is_plot);
    tern_text_append(text, sizeof text, " as NAME.svg and NAME.png; jsonl; for other tools ");
    append_names(text, is_for_other_tools);
    return text;
}

tern_writer *tern_report_plain_writer(const tern_report *report)
{
    static const struct {
        const char *name;
        tern_writer *writer;
    } plain[] = {{"table", tern_write_text},
                 {"csv", tern_write_csv},
                 {"md", tern_write_md},
                 {"html", tern_write_html},
                 {"json", tern_write_json}};

    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strcmp(report->name, plain[i].name) == 0)
            return plain[i].writer;
    return NULL;
}

/* The results as the report takes them. Free merged with tern_merged_free(), whatever is returned. */
static tern_status take_series(const tern_report *report, tern_merged *merged, const tern_results *results,
                               tern_error *error)
{
    *merged = (tern_merged){.results = results};
    return report->of_series ? tern_merged_new(merged, results, error) : TERN_OK;
}

/* What the samples of a series hide: which runs they are of, and how far those lie apart. */
static tern_status add_repeats(tern_document *document, const tern_results *results, tern_error *error)
{
    bool filled;

    tern_document_heading(document, "Runs that repeat each other");
    return tern_full_repeats(document, results, &filled, error);
}

tern_status tern_report_build(const tern_report *report, tern_document *document, const tern_results *results,
                              tern_error *error)
{
    tern_merged merged;
    tern_status status = take_series(report, &merged, results, error);

    if (status == TERN_OK)
        status = report->build(document, merged.results, error);
    if (status == TERN_OK && merged.repeats.any && report->plot == NULL)
        status = add_repeats(document, results, error);
    tern_merged_free(&merged);
    return status;
}

static bool has_needed(const tern_report *report, const tern_results *results)
{
    bool has = report->needs == ANY;

    for (size_t i = 0; i < results->order.count && !has; i++)
        has = (report->needs >> results->order.item[i].line & 1U) != 0;
    return has;
}

/* Whether what programs need of the document, which is its first sheet for them, has a row. */
static bool has_rows(const tern_document *document)
{
    size_t place = 0;
    const tern_sheet *sheet = tern_document_next(document, TERN_FOR_PROGRAMS, &place);

    return sheet != NULL && sheet->rows > 0;
}

/* A document as text that has no character shows nothing; by other writers, rows for programs are something, too. */
static tern_status look_at_document(const tern_report *report, const tern_results *results, bool *shows,
                                    tern_error *error)
{
    tern_document document = {.name = report->name, .title = report->name};
    char *text = NULL;
    size_t bytes = 0;
    FILE *stream = open_memstream(&text, &bytes);
    tern_status status = stream == NULL ? tern_error_memory(error, "a report", 0.0)
                                        : tern_report_build(report, &document, results, error);

    if (status == TERN_OK)
        status = tern_document_write(&document, tern_write_text, stream, error);
    if (stream != NULL)
        fclose(stream);
    *shows = bytes > 0 || (report->writer != tern_write_text && has_rows(&document));
    free(text);
    tern_document_free(&document);
    return status;
}

tern_status tern_report_shows(const tern_report *report, const tern_results *results, bool *shows, tern_error *error)
{
    *shows = has_needed(report, results);
    return *shows && report->writer != NULL && report->needs != ANY ? look_at_document(report, results, shows, error)
                                                                    : TERN_OK;
}

/* A format that is no document. */
static tern_status write_format(const tern_report *report, FILE *stream, const tern_results *results, tern_error *error)
{
    tern_merged merged;
    const tern_status status = take_series(report, &merged, results, error);

    if (status == TERN_OK)
        report->write(stream, merged.results);
    tern_merged_free(&merged);
    return status;
}

/* A page without pictures is still a page: that gnuplot is not installed is no failure, that it fails is one. */
static void draw_pictures(tern_document *document, tern_report_lack *lack)
{
    tern_report_lack found = {TERN_OK, {""}};

    found.status = tern_plots_draw(document, &found.why);
    if (found.status == TERN_NOTHING)
        found.status = TERN_OK;
    if (lack != NULL)
        *lack = found;
}

tern_status tern_report_write(const tern_report *report, FILE *stream, const tern_results *results,
                              tern_report_lack *lack, tern_error *error)
{
    tern_document document = {.name = report->name, .title = report->name};
    tern_status status = TERN_OK;

    if (report->build == NULL)
        return write_format(report, stream, results, error);
    status = tern_report_build(report, &document, results, error);
    if (status == TERN_OK && report->writer == tern_write_html)
        draw_pictures(&document, lack);
    if (status == TERN_OK && report->plot != NULL)
        status = tern_plot_write(tern_plot_find(report->plot), report->picture, stream, &document, error);
    else if (status == TERN_OK)
        status = tern_document_write(&document, report->writer, stream, error);
    tern_document_free(&document);
    return status;
}
