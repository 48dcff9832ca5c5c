#include "run/remeasure.h"

#include "analyse/gate_rows.h"
#include "base/interrupt.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

/* What a gate of one case found. */
static tern_status take_answer(tern_remeasured *line, const tern_results *results, tern_error *error)
{
    tern_gate_rows rows;
    tern_status status = tern_gate_rows_new(&rows, results, 0, error);
    const tern_gate_row *row = NULL;

    for (size_t i = 0; i < rows.count && status == TERN_OK; i++)
        if (strcmp(rows.row[i].compared->id, line->id) == 0)
            row = &rows.row[i];
    if (status == TERN_OK && row == NULL)
        status = tern_error_set(error, TERN_NOTHING, "it was not measured again to the end");
    if (status != TERN_OK || row == NULL) {
        tern_gate_rows_free(&rows);
        return status;
    }
    line->ratio = line->low = line->high = (double)NAN;
    if (row->compared->state == TERN_COMPARED_TIMED && row->trouble == NULL && row->answer.verdict != TERN_GATE_OPEN) {
        tern_text_copy(line->verdict, sizeof line->verdict, tern_gate_verdict_name(row->answer.verdict));
        line->ratio = row->answer.mean.mean;
        line->low = row->answer.mean.low;
        line->high = row->answer.mean.high;
    } else if (row->compared->state == TERN_COMPARED_IDENTICAL || row->compared->state == TERN_COMPARED_CANARY) {
        tern_text_copy(line->verdict, sizeof line->verdict, "IDENTICAL");
        line->ratio = line->low = line->high = 0.0;
    } else {
        status = tern_error_set(error, TERN_ENVIRONMENT, "%s",
                                row->trouble != NULL               ? row->trouble
                                : row->compared->reason[0] != '\0' ? row->compared->reason
                                                                   : row->compared->finding.reason);
    }
    tern_gate_rows_free(&rows);
    return status;
}

/* An answer that noise hides is none: it is measured again another time. */
static tern_status expect_answer(const tern_remeasured *line, tern_error *error)
{
    return strcmp(line->verdict, tern_gate_verdict_name(TERN_GATE_INCONCLUSIVE)) == 0
               ? tern_error_set(error, TERN_ENVIRONMENT, "the machine is too noisy to tell")
               : TERN_OK;
}

static tern_status measure(tern_remeasured *line, tern_run *run, tern_session *session, const tern_two_sides *sides,
                           const tern_gate_settings *settings, const tern_observer *observer, tern_error *error)
{
    const char *const id[] = {line->id};
    tern_recording recording = {0};
    tern_plan plan = {0};
    tern_status status = tern_planning_ids(&plan, session, id, 1, false, error);

    if (status == TERN_OK) {
        tern_error ignored = {""};
        const int exit_status = tern_gate_run(&recording, settings, session, sides, &plan, observer, &ignored);
        /* That it got slower, or was wrong, is an answer. */
        if (tern_interrupt_signal() != 0)
            status = tern_error_set(error, TERN_NOTHING, "it was ended before it was measured again");
        else if (recording.sink.results.compared.count == 0)
            status = tern_error_set(error, (tern_status)exit_status, "%s", ignored.text);
        else
            status = take_answer(line, &recording.sink.results, error);
    }
    if (status == TERN_OK)
        status = expect_answer(line, error);
    *run = session->run;
    tern_recording_free(&recording);
    tern_plan_free(&plan);
    return status;
}

tern_status tern_remeasure(tern_remeasured *line, tern_run *run, const tern_session_settings *session_settings,
                           const tern_gate_settings *settings, const tern_observer *observer, tern_error *error)
{
    tern_activity activity = {.observer = observer};
    const tern_side_watcher watcher = tern_activity_watcher(&activity);
    tern_session_settings with_side = *session_settings;
    tern_session session = {0};
    tern_two_sides sides = {0};

    with_side.side = line->after;
    with_side.watcher = &watcher;
    tern_status status = tern_session_open(&session, &with_side, error);
    if (status == TERN_OK)
        status = tern_two_sides_open(&sides, line->before, &session, &watcher, error);
    if (status == TERN_OK)
        status = measure(line, run, &session, &sides, settings, observer, error);
    tern_two_sides_close(&sides);
    tern_session_close(&session);
    return status;
}
