/*
 * What a history says: which series stepped, and how the largest of them went.
 */
#include "full.h"

#include "analyse/history.h"
#include "base/text.h"
#include "plot.h"
#include "report.h"

bool tern_full_has_history(const tern_results *results)
{
    return results->points.count > 0;
}

tern_status tern_full_say_history(tern_document *document, const tern_results *results, tern_error *error)
{
    tern_history history;
    char census[256];
    const tern_status status = tern_history_new(&history, results, &tern_history_default_rule, NULL, error);

    if (status == TERN_OK) {
        const size_t alerts = tern_history_count(&history, TERN_STEP_ALERT);
        if (alerts > 0)
            tern_document_verdict(document, false, "ALERT: %zu case%s got slower over time.", alerts,
                                  tern_text_plural(alerts));
        tern_document_paragraph(document, "Over time: %zu alert%s, %zu suspected; %s.", alerts,
                                tern_text_plural(alerts), tern_history_count(&history, TERN_STEP_SUSPECT),
                                tern_history_census(&history, census, sizeof census));
    }
    tern_history_free(&history);
    return status;
}

tern_status tern_full_history(tern_document *document, const tern_results *results, bool *filled, tern_error *error)
{
    const tern_status status = tern_history_add(document, results, error);

    *filled = true;
    if (status == TERN_OK)
        tern_plot_add(document, "history");
    return status;
}
