#include "report.h"

#include "analyse/merged.h"
#include "base/text.h"
#include "part_repeats.h"

#include <string.h>

/* A report as text, and as each of the other writers puts it. */
#define WRITTEN(name_, build_, of_series_, ending, writer_)                                                            \
    {                                                                                                                  \
        .name = name_ ending, .build = build_, .writer = writer_, .of_series = of_series_                              \
    }
#define DOCUMENT(name_, summary_, build_, of_series_, with_summary_)                                                   \
    {.name = name_,                                                                                                    \
     .summary = summary_,                                                                                              \
     .build = build_,                                                                                                  \
     .writer = tern_write_text,                                                                                        \
     .of_series = of_series_,                                                                                          \
     .with_summary = with_summary_},                                                                                   \
        WRITTEN(name_, build_, of_series_, ".csv", tern_write_csv),                                                    \
        WRITTEN(name_, build_, of_series_, ".md", tern_write_md),                                                      \
        WRITTEN(name_, build_, of_series_, ".html", tern_write_html),                                                  \
        WRITTEN(name_, build_, of_series_, ".json", tern_write_json)

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
#define FORMAT(name_, summary_, write_)                                                                                \
    {                                                                                                                  \
        .name = name_, .summary = summary_, .write = write_, .of_series = true                                         \
    }

const tern_report tern_reports[] = {
    DOCUMENT("full", "all that the records say, with plots in the page", tern_full_build, false, false),
    DOCUMENT("table", "all cases, grouped by shape, threads and cache state", tern_table_build, true, true),
    DOCUMENT("limits", "each kernel beside the hardware's limits, and what follows in words", tern_limits_build, true,
             true),
    DOCUMENT("crossovers", "from which share of zeros on one kernel is faster than another", tern_crossovers_build,
             true, false),
    DOCUMENT("scaling", "what more threads bring: speed-up, efficiency, imbalance, fork and join", tern_scaling_build,
             true, false),
    DOCUMENT("stages", "where the time of a call goes, and what the kernel knows of its weights", tern_stages_build,
             false, false),
    DOCUMENT("counters", "events a call, by name and source, with the reason where there is no value",
             tern_counters_build, false, false),
    DOCUMENT("decode", "the decode loop: tokens a second, where the time goes, memory", tern_decode_build, false,
             false),
    DOCUMENT("gate", "did a kernel get slower? one verdict a case", tern_gate_build, false, false),
    DOCUMENT("ablate", "what each toggle gives, alone and beside the others", tern_ablate_build, false, false),
    DOCUMENT("bisect", "which commit made a kernel slower, and which of its toggles", tern_bisect_build, false, false),
    DOCUMENT("tune", "what was tried to find the fastest kernel and toggles", tern_tune_build, false, false),
    DOCUMENT("history", "points over time, of a history", tern_history_build, false, false),
    {.name = "csv",
     .summary = "the table for programs, RFC 4180",
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
    FORMAT("gbench", "the JSON of Google Benchmark, a repetition a sample", tern_report_gbench),
    FORMAT("junit", "JUnit XML, a test a case", tern_report_junit),
    FORMAT("bmf", "Bencher Metric Format", tern_report_bmf),
    FORMAT("gab", "for github-action-benchmark", tern_report_gab),
    FORMAT("github", "a step summary of GitHub", tern_report_github),
    FORMAT("github-annotations", "annotations of a step of GitHub", tern_report_github_annotations),
    FORMAT("llama-bench", "the decode loop in the columns of llama-bench", tern_report_llama_bench),
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
