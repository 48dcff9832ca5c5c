/*
 * The full report: all that the records say of a machine, its kernels and the decode loop, in the order in which the
 * report that this project answers said it. The first screen has the verdict, the bottleneck and what changed; what is
 * long and as it should be is folded. A chapter without records says what measures it.
 */
#include "full.h"

#include "analyse/blockers.h"
#include "report.h"
#include "runs.h"

static const struct {
    const char *title;
    tern_full_part *add;
    const char *command; /* what fills it */
} parts[] = {
    {"System", tern_full_system, "ternbench run suites/quick.suite"},
    {"Baseline", tern_full_baseline, "ternbench decode, or ternbench run of a suite that names a baseline,"},
    {"Current run", tern_full_current, "ternbench decode"},
    {"Products: right, and how fast, shape by shape", tern_full_shapes, "ternbench run suites/seed.suite"},
    {"KV cache", tern_full_cache, "ternbench decode --compare-cache 16"},
    {"Optimisations: compiled, selected, executed, effect", tern_full_components, "ternbench ablate suites/gate.suite"},
    {"Findings", tern_full_findings, "ternbench decode"},
    {"Where the time of a token goes", tern_full_breakdown, "ternbench decode"},
    {"Expected and measured", tern_full_expected, "ternbench run suites/seed.suite"},
    {"Blockers", tern_full_blockers, "ternbench run suites/seed.suite"},
    {"Projections, checked", tern_full_projections, "ternbench ablate suites/gate.suite"},
    {"Memory", tern_full_memory, "ternbench decode"},
    {"Verdict", tern_full_verdict, "ternbench run suites/seed.suite"},
};

static tern_status add_top(tern_document *document, const tern_results *results, tern_error *error)
{
    char bottleneck[512];

    tern_full_say_verdict(document, results);
    tern_bottleneck_text(results, bottleneck, sizeof bottleneck);
    if (bottleneck[0] != '\0')
        tern_document_paragraph(document, "Bottleneck: %s.", bottleneck);
    else
        tern_document_paragraph(document, "Bottleneck: not known; `ternbench decode` measures it.");
    const tern_status status = tern_full_say_changes(document, results, error);
    tern_runs_introduce(document, results);
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
        "same threads. A share near 100 % cannot become much faster on this machine.",
        "Times of different machines do not compare; shares of a limit and ratios to the baseline do.",
        "Factors of an ablation multiply: gives is a toggle's share of the whole, alone is what it gains by itself, "
        "left "
        "out is what is lost without it.",
        "In the page, a click on a column's label sorts by it, and folded parts open by a click. Every figure is in "
        "the "
        "JSON of the same report as well (--format json), cases one a line in the CSV (--format csv).",
    };

    tern_document_section(document, "How to read this");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        tern_document_line(document, "%s", lines[i]);
}

tern_status tern_full_build(tern_document *document, const tern_results *results, tern_error *error)
{
    document->title = "ternbench report";
    tern_status status = add_top(document, results, error);

    for (size_t i = 0; i < sizeof parts / sizeof *parts && status == TERN_OK; i++) {
        bool filled = true;
        tern_document_section(document, "%s", parts[i].title);
        status = parts[i].add(document, results, &filled, error);
        if (!filled)
            tern_document_line(document, "The records have nothing for this part; `%s` fills it.", parts[i].command);
    }
    add_how_to_read(document);
    tern_runs_add(document, results);
    return status;
}
