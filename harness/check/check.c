#include "check/check.h"

#include "base/text.h"
#include "check/battery.h"
#include "check/data.h"
#include "check/oracle.h"
#include "check/state.h"
#include "check/sweep_run.h"
#include "plan/sweep.h"
#include "record/record.h"

#include <stdlib.h>
#include <string.h>

struct tern_checker {
    bool filled;
    tern_problem_key data; /* what W, X and Y are of */
    int8_t *w, *x;
    int32_t *expected;
};

tern_status tern_checker_new(tern_checker **checker, tern_error *error)
{
    tern_state_load_unwinder();
    *checker = calloc(1, sizeof **checker);
    return *checker != NULL ? TERN_OK : tern_error_memory(error, "the checker", sizeof **checker);
}

static void forget(tern_checker *checker)
{
    free(checker->w);
    free(checker->x);
    free(checker->expected);
    *checker = (tern_checker){0};
}

void tern_checker_free(tern_checker *checker)
{
    if (checker == NULL)
        return;
    forget(checker);
    free(checker);
}

static tern_status fill(tern_checker *checker, const tern_case *c, tern_error *error)
{
    const tern_problem_key data = tern_problem_key_of_data(tern_case_problem(c));
    const tern_shape shape = c->shape;
    const size_t expected_bytes = shape.m * shape.n * sizeof *checker->expected;

    if (checker->filled && tern_problem_key_same(&checker->data, &data))
        return TERN_OK;
    forget(checker);
    checker->data = data;
    checker->w = malloc(shape.m * shape.k);
    checker->x = malloc(shape.n * shape.k);
    checker->expected = malloc(expected_bytes);
    if (checker->w == NULL || checker->x == NULL || checker->expected == NULL)
        return tern_error_memory(error, "W, X and Y",
                                 (double)(shape.m * shape.k) + (double)(shape.n * shape.k) + (double)expected_bytes);
    tern_data_fill_w(&c->data, shape, checker->w);
    tern_data_fill_x(&c->data, shape, checker->x);
    const tern_status status = tern_oracle_fill(shape, checker->w, checker->x, checker->expected, error);
    checker->filled = status == TERN_OK;
    return status;
}

static void run_task(void *argument, void *result)
{
    const tern_battery_task *task = argument;

    if (task->c->data.sweep == TERN_SWEEP_NONE)
        tern_battery_run(task, result);
    else
        tern_sweep_run(task, result);
}

/* A fault in a guard page was an overrun, whatever signal it ended in; any other end says where it happened. */
static void explain(const tern_case *c, const tern_battery_result *result, tern_finding *finding)
{
    tern_sweep_item item;
    char fault[128], id[TERN_ID_BYTES];

    if (result->pass == NULL || finding->verdict == TERN_INTERRUPTED)
        return;
    tern_fault_text(&result->fault, fault, sizeof fault);
    if (result->fault.breach.name != NULL) {
        finding->verdict = TERN_OVERRUN;
        finding->reason[0] = '\0';
        tern_text_append(finding->reason, sizeof finding->reason, "%s %s,", result->step, fault);
    } else {
        tern_text_append(finding->reason, sizeof finding->reason, "%s%s, in %s", fault[0] == '\0' ? "" : ": ", fault,
                         result->step);
    }
    if (c->data.sweep == TERN_SWEEP_NONE)
        tern_text_append(finding->reason, sizeof finding->reason, " %s", result->pass);
    else if (tern_sweep_at(c, result->place, &item))
        tern_text_append(finding->reason, sizeof finding->reason, " in %s", tern_case_id(&item.c, id, sizeof id));
}

/*
 * A case for which there is not enough memory is none for this machine. Threads, and all else, may be there next time.
 */
static void fail_machine(const char *reason, tern_finding *finding)
{
    finding->verdict = tern_error_is_memory(reason) ? TERN_UNSUPPORTED : TERN_INTERRUPTED;
    tern_text_copy(finding->reason, sizeof finding->reason, reason);
}

double tern_check_needed_bytes(tern_shape shape)
{
    const double m = (double)shape.m, k = (double)shape.k, n = (double)shape.n;

    return 2.5 * m * k + 4.0 * n * k + 24.0 * m * n;
}

/* W is packed about fifty times. What packs it with the functions of a library reaches 100 million weights a second. */
static double packing_s(tern_shape shape)
{
    return (double)shape.m * (double)shape.k / 1e6;
}

tern_status tern_check_case(tern_checker *checker, const tern_case *c, const tern_child_options *options,
                            tern_finding *finding, tern_error *error)
{
    tern_child_options extended = *options;
    tern_battery_result result = {0};
    tern_child_outcome outcome;
    tern_error cause;

    memset(finding, 0, sizeof *finding);
    if (c->shape.k > TERN_MAX_K) {
        finding->verdict = TERN_UNSUPPORTED;
        tern_text_copy(finding->reason, sizeof finding->reason, "K is above 16777215, where int32 sums may overflow");
        return TERN_OK;
    }
    /* A sweep makes the data of its items. */
    tern_status status = c->data.sweep == TERN_SWEEP_NONE ? fill(checker, c, &cause) : TERN_OK;
    if (status != TERN_OK && tern_error_is_memory(cause.text)) {
        fail_machine(cause.text, finding);
        return TERN_OK;
    }
    if (status != TERN_OK)
        return tern_error_set(error, status, "%s", cause.text);
    tern_battery_task task = {.c = c, .w = checker->w, .x = checker->x, .expected = checker->expected};
    extended.deadline_s += packing_s(c->shape);
    status = tern_child_run(run_task, &task, &result, sizeof result, &extended, &outcome, error);
    if (status != TERN_OK)
        return status;
    if (outcome.end != TERN_CHILD_DONE) {
        *finding = tern_finding_of_child(&outcome);
        explain(c, &result, finding);
    } else if (result.failed_machine) {
        fail_machine(result.finding.reason, finding);
    } else {
        *finding = result.finding;
    }
    return TERN_OK;
}
