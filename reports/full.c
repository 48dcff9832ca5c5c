/*
 * The full report: all that the records say of a machine, its kernels and the decode loop, in the order in which the
 * report that this project answers said it. The first screen has the verdict, the bottleneck and what changed; what is
 * long and as it should be is folded. Chapters without records are a list of what measures them. Runs that repeat each
 * other count as one series of samples everywhere but where the runs themselves are the matter.
 */
#include "full.h"

#include "analyse/bottleneck.h"
#include "analyse/merged.h"
#include "part_repeats.h"
#include "report.h"
#include "runs.h"

static const struct {
    const char *title;
    tern_full_part *add;
    const char *command;                            /* what fills it */
    bool (*is_wanted)(const tern_results *results); /* NULL: always */
    bool takes_runs;                                /* as they are, not as series */
} parts[] = {
    {.title = "System", .add = tern_full_system, .command = "ternbench run suites/quick.suite"},
    {.title = "Baseline", .add = tern_full_baseline, .command = "ternbench decode"},
    {.title = "Current run", .add = tern_full_current, .command = "ternbench decode"},
    {.title = "Products: right, and how fast, shape by shape",
     .add = tern_full_shapes,
     .command = "ternbench run suites/seed.suite"},
    {.title = "Runs that repeat each other",
     .add = tern_full_repeats,
     .is_wanted = tern_full_has_repeats,
     .takes_runs = true},
    {.title = "Machines side by side", .add = tern_full_machines, .is_wanted = tern_full_has_machines},
    {.title = "KV cache", .add = tern_full_cache, .command = "ternbench decode --compare-cache 16"},
    {.title = "Optimisations: compiled, selected, executed, effect",
     .add = tern_full_components,
     .command = "ternbench ablate suites/gate.suite"},
    {.title = "Findings", .add = tern_full_findings, .command = "ternbench decode"},
    {.title = "Where the time of a token goes", .add = tern_full_breakdown, .command = "ternbench decode"},
    {.title = "Expected and measured", .add = tern_full_expected, .command = "ternbench run suites/seed.suite"},
    {.title = "Blockers and warnings", .add = tern_full_blockers, .command = "ternbench run suites/seed.suite"},
    {.title = "Projections, checked", .add = tern_full_projections, .command = "ternbench ablate suites/gate.suite"},
    {.title = "Over time", .add = tern_full_history, .is_wanted = tern_full_has_history},
    {.title = "Which commit made it slower",
     .add = tern_full_bisect,
     .is_wanted = tern_full_has_bisect,
     .takes_runs = true},
    {.title = "Memory", .add = tern_full_memory, .command = "ternbench decode"},
    {.title = "Verdict", .add = tern_full_verdict, .command = "ternbench run suites/seed.suite", .takes_runs = true},
};

enum { PARTS = sizeof parts / sizeof *parts };

static tern_status add_top(tern_document *document, const tern_results *results, const tern_repeats *repeats,
                           const tern_results *merged, tern_error *error)
{
    char bottleneck[512];

    tern_status status = TERN_OK;

    tern_full_say_verdict(document, results);
    if (tern_full_has_history(results))
        status = tern_full_say_history(document, results, error);
    tern_bottleneck_text(results, bottleneck, sizeof bottleneck);
    if (bottleneck[0] != '\0')
        tern_document_paragraph(document, "Bottleneck: %s.", bottleneck);
    else if (results->points.count == 0 || results->cases.count > 0)
        tern_document_paragraph(document, "Bottleneck: not known; `ternbench decode` measures it.");
    if (status == TERN_OK)
        status = tern_full_say_blockers(document, merged, error);
    if (status == TERN_OK)
        status = tern_full_say_changes(document, merged, error);
    tern_runs_introduce(document, results);
    tern_full_say_repeats(document, repeats, results);
    return status;
}

static void add_how_to_read(tern_document *document)
{
    static const char *const lines[] = {
        "A shape MxKxN: W has M rows of K weights, X has N tokens. N = 1 is a decode step, more is a prompt.",
        "EXACT: every value of the product was right in every check. Only such cases are timed; a wrong kernel has no "
        "speed, here or anywhere.",
        "1.50 (1.40..1.60) is an estimate and its interval: 95 % of a median, 99 % of an ablation or a gate. Where two "
        "intervals overlap, nothing is shown to differ. n/a could not be known.",
        "hot: the same W again and again, in cache when it fits. cold: a ring of copies larger than the last-level "
        "cache, so W comes from memory. They answer different questions.",
        "% of the limit: of the nearer of read bandwidth and multiply-add peak, both measured in the same run with the "
        "same threads. A share near 100 % cannot become much faster on this machine. A decode loop reads the same "
        "weights step after step: its bandwidth is that at which they were read in turns with the steps.",
        "Times of different machines do not compare; shares of a limit and ratios to the baseline do.",
        "Factors of an ablation multiply: gives is a toggle's share of the whole, alone is what it gains by itself, "
        "left out is what is lost without it.",
        "In the page, a click on a column's label sorts by it, and folded parts open by a click. Every figure is in "
        "the JSON of the same report as well (--format json), cases one a line in the CSV (--format csv).",
    };

    tern_document_section(document, "How to read this");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        tern_document_line(document, "%s", lines[i]);
}

/* One line for each chapter that is not there. */
static void add_unmeasured(tern_document *document, const bool *filled)
{
    bool begun = false;

    for (size_t i = 0; i < PARTS; i++) {
        if (filled[i] || parts[i].command == NULL)
            continue;
        if (!begun)
            tern_document_section(document, "Not in these records");
        begun = true;
        tern_document_line(document, "%s: `%s` measures it.", parts[i].title, parts[i].command);
    }
}

static tern_status add_part(tern_document *document, size_t part, const tern_results *results, bool *filled,
                            tern_error *error)
{
    const size_t place = document->items;

    tern_document_section(document, "%s", parts[part].title);
    const tern_status status = parts[part].add(document, results, filled, error);
    if (!*filled)
        tern_document_withdraw(document, place);
    return status;
}

static tern_status add_all(tern_document *document, const tern_results *results, const tern_repeats *repeats,
                           const tern_results *merged, tern_error *error)
{
    tern_status status = add_top(document, results, repeats, merged, error);
    bool filled[PARTS];

    for (size_t i = 0; i < PARTS && status == TERN_OK; i++) {
        filled[i] = true;
        if (parts[i].is_wanted == NULL || parts[i].is_wanted(results))
            status = add_part(document, i, parts[i].takes_runs ? results : merged, &filled[i], error);
    }
    if (status == TERN_OK)
        add_unmeasured(document, filled);
    add_how_to_read(document);
    tern_runs_add(document, results);
    return status;
}

tern_status tern_full_build(tern_document *document, const tern_results *results, tern_error *error)
{
    tern_merged merged;
    tern_status status = tern_merged_new(&merged, results, error);

    document->title = "ternbench report";
    if (status == TERN_OK)
        status = add_all(document, results, &merged.repeats, merged.results, error);
    tern_merged_free(&merged);
    return status;
}
