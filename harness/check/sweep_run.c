#include "check/sweep_run.h"

#include "base/clock.h"
#include "base/heap.h"
#include "base/text.h"
#include "check/battery.h"
#include "check/buffers.h"
#include "check/compare.h"
#include "check/data.h"
#include "check/leak.h"
#include "check/oracle.h"
#include "check/product.h"
#include "check/state.h"
#include "check/undeclared.h"
#include "check/walk.h"
#include "plan/sweep.h"
#include "record/record.h"

#include <stdlib.h>
#include <string.h>

/* Of many calls of one problem at least so many are made, and no more after so many seconds. */
enum { LEAST_OF_MANY_CALLS = 4096 };
static const double MANY_CALLS_NS = 3e9;

static const char in_a_sweep[] = "in a sweep";

/* Lives as long as the sweep; buffers stay where they are as long as they are large enough. */
typedef struct sweep {
    const tern_case *of;
    tern_battery_result *result;
    tern_sweep_item item;
    tern_product product;
    tern_kernel_demand demand;
    tern_buffers buffers;
    tern_team *team;
    int32_t *expected;
    size_t expected_values; /* room in expected */
    bool walked;            /* by a parent that looks at the instructions, and at nothing else */
    bool looked_away;       /* there was no such parent */
    uint64_t files;         /* that were open before the first item: tern_process_files() */
    size_t items, refused;
    char refusal[128]; /* why the first of them */
    char cut[160];     /* what was done of an item of many calls; empty: all of it */
} sweep;

static bool fail(sweep *s, tern_verdict verdict, const char *what)
{
    tern_finding *finding = &s->result->finding;
    char id[TERN_ID_BYTES];

    finding->verdict = verdict;
    finding->reason[0] = '\0';
    tern_text_append(finding->reason, sizeof finding->reason, "%s in %s", what,
                     tern_case_id(&s->item.c, id, sizeof id));
    return false;
}

static bool fail_machine(sweep *s, const char *sentence)
{
    s->result->failed_machine = true;
    tern_text_copy(s->result->finding.reason, sizeof s->result->finding.reason, sentence);
    return false;
}

static void note(sweep *s, const char *step)
{
    s->result->step = step;
}

/* Counts a refusal; NULL is none. */
static bool is_refused(sweep *s, const char *refusal)
{
    if (refusal != NULL && s->refused++ == 0)
        tern_text_copy(s->refusal, sizeof s->refusal, refusal);
    return refusal != NULL;
}

static uint8_t *data(const sweep *s, tern_buffer which)
{
    return s->buffers.guard[which].data;
}

/* Makes room for the item, each buffer just before a guard page, and paints what lies around it. */
static bool place(sweep *s)
{
    const tern_shape shape = s->item.c.shape;
    const size_t values = shape.m * shape.n;
    tern_error error;

    note(s, "packed_bytes()");
    s->demand = (tern_kernel_demand){
        .packed = s->product.kernel->packed_bytes(&s->product.problem),
        .scratch = tern_product_scratch_bytes(&s->product),
        .plan = tern_product_plan_bytes(&s->product),
    };
    const char *excess = tern_kernel_demand_excess(&s->product, &s->demand);
    if (excess != NULL)
        return fail(s, TERN_OVERRUN, excess);
    if (tern_buffers_fit(&s->buffers, &s->product, &s->demand, &error) != TERN_OK)
        return fail_machine(s, error.text);
    if (values <= s->expected_values)
        return true;
    free(s->expected);
    s->expected = malloc(values * sizeof *s->expected);
    s->expected_values = s->expected == NULL ? 0 : values;
    return s->expected != NULL || fail_machine(s, "out of memory for the expected result");
}

static bool fill(sweep *s)
{
    const tern_case *c = &s->item.c;
    int8_t *w = (int8_t *)data(s, TERN_BUFFER_W), *x = (int8_t *)data(s, TERN_BUFFER_X);
    tern_error error;

    tern_data_fill_w(&c->data, c->shape, w);
    tern_data_fill_x(&c->data, c->shape, x);
    return s->walked || tern_oracle_fill(c->shape, w, x, s->expected, &error) == TERN_OK || fail_machine(s, error.text);
}

static bool zones_whole(sweep *s)
{
    tern_guard_breach breach;
    char place_text[96], what[160] = "";

    if (!tern_buffers_find_change(&s->buffers, &breach))
        return true;
    tern_text_append(what, sizeof what, "%s writes %s,", s->result->step,
                     tern_guard_breach_text(&breach, place_text, sizeof place_text));
    return fail(s, TERN_OVERRUN, what);
}

static bool pack(sweep *s)
{
    const tern_guard *staging = &s->buffers.guard[TERN_BUFFER_STAGING];
    const tern_kernel *kernel = s->product.kernel;
    tern_error error;

    note(s, kernel->pack_rows != NULL ? "pack_rows()" : "pack()");
    if (s->walked)
        tern_walk_function(kernel->pack_rows != NULL ? (void (*)(void))kernel->pack_rows
                                                     : (void (*)(void))kernel->pack);
    const size_t bytes = tern_product_pack(&s->product, (const int8_t *)data(s, TERN_BUFFER_W), staging->data, s->team);
    if (bytes == 0 && tern_heap_refusals() > 0)
        return fail_machine(s, "out of memory: the kernel got none to pack with");
    if (bytes == 0)
        return fail(s, TERN_CRASH, "pack() returns 0, as if memory had run out,");
    if (bytes > staging->bytes)
        return fail(s, TERN_OVERRUN, "pack() returns more bytes than packed_bytes()");
    if (!zones_whole(s))
        return false;
    return tern_buffers_fit_packed(&s->buffers, s->product.kernel, bytes, &error) == TERN_OK ||
           fail_machine(s, error.text);
}

static const char *make_plan(sweep *s)
{
    const tern_guard *plan = &s->buffers.guard[TERN_BUFFER_PLAN];

    tern_guard_paint_object(plan);
    return tern_product_make_plan(&s->product, plan->data);
}

static bool answer_right(sweep *s)
{
    const tern_answer answer = {
        .shape = s->item.c.shape,
        .w = (const int8_t *)data(s, TERN_BUFFER_W),
        .x = (const int8_t *)data(s, TERN_BUFFER_X),
        .expected = s->expected,
        .got = (const int32_t *)(const void *)data(s, TERN_BUFFER_Y),
        .untouched = tern_buffers_untouched(&s->buffers),
    };
    const tern_shape shape = s->item.c.shape;

    if (memcmp(answer.expected, answer.got, shape.m * shape.n * sizeof *answer.got) == 0)
        return true;
    tern_compare(&answer, &s->result->finding);
    return fail(s, TERN_MISMATCH, "Y is wrong");
}

static tern_call call_of(const sweep *s)
{
    return (tern_call){.problem = &s->product.problem,
                       .packed = data(s, TERN_BUFFER_PACKED),
                       .x = (const int8_t *)data(s, TERN_BUFFER_X),
                       .y = (int32_t *)(void *)data(s, TERN_BUFFER_Y),
                       .scratch = data(s, TERN_BUFFER_SCRATCH),
                       .plan = s->product.plan};
}

/* Stage after stage, so that what is found is known by its name. */
static void call_walked(sweep *s)
{
    const tern_stages *stages = &s->product.stages;
    const tern_call call = call_of(s);
    const uint32_t threads = tern_kernel_owns_team(s->product.kernel) ? 1 : call.problem->threads;

    if (stages->prepare != NULL) {
        note(s, "prepare()");
        tern_walk_function((void (*)(void))stages->prepare);
        for (uint32_t thread = 0; thread < threads; thread++)
            stages->prepare(&call, tern_slice_of(stages->prepare_units, thread, threads));
    }
    note(s, "run()");
    tern_walk_function((void (*)(void))stages->run);
    for (uint32_t thread = 0; thread < threads; thread++)
        stages->run(&call, tern_product_rows(&s->product, thread, threads));
}

/* Y' of X' = ~x = -x - 1 is -Y - (row sums of W), so that turning every bit of X gives two answers in turn. */
static void turn_x(sweep *s)
{
    const tern_guard *x = &s->buffers.guard[TERN_BUFFER_X];
    const int8_t *w = (const int8_t *)data(s, TERN_BUFFER_W);
    const tern_shape shape = s->item.c.shape;

    for (size_t i = 0; i < x->bytes; i++)
        x->data[i] = (uint8_t)~x->data[i];
    for (size_t m = 0; m < shape.m; m++) {
        int32_t sum = 0;
        for (size_t k = 0; k < shape.k; k++)
            sum += w[m * shape.k + k];
        for (size_t n = 0; n < shape.n; n++)
            s->expected[n * shape.m + m] = -s->expected[n * shape.m + m] - sum;
    }
}

/* Of many calls, some alone may leave something. */
static bool is_steady(sweep *s, const tern_leak *leak, uint32_t calls)
{
    char added[64], what[128] = "";

    if (tern_leak_text(leak, added, sizeof added) == NULL)
        return true;
    tern_text_append(what, sizeof what, "run() leaves %s in %u calls,", added, calls);
    return fail(s, TERN_OVERRUN, what);
}

/* Of many calls, one alone may leave a thread, a signal handler or an open file. */
static bool leaves_state_whole(sweep *s, const tern_state *before)
{
    char what[128] = "";
    tern_state after;

    tern_state_take_awaiting(&after, tern_kernel_owns_team(s->product.kernel), before->process.files);
    const char *difference = tern_state_difference(before, &after, tern_kernel_owns_team(s->product.kernel));
    if (difference == NULL)
        return true;
    tern_text_append(what, sizeof what, "many calls of run() leave %s changed,", difference);
    return fail(s, TERN_OVERRUN, what);
}

/*
 * A kernel may do after some thousands of calls what it did not do before: keep W, look answers up, write beside Y. So
 * everything that the battery tries is tried with one that has been called often, in the process in which it was.
 */
static bool keeps_promises_when_warm(sweep *s)
{
    const tern_battery_task task = {.c = &s->item.c,
                                    .w = (const int8_t *)data(s, TERN_BUFFER_W),
                                    .x = (const int8_t *)data(s, TERN_BUFFER_X),
                                    .expected = s->expected};
    tern_finding *finding = &s->result->finding;
    char what[sizeof finding->reason];

    tern_battery_run(&task, s->result);
    s->result->pass = in_a_sweep;
    tern_fault_watch(s->buffers.guard, TERN_BUFFERS, &s->result->fault);
    if (s->result->failed_machine)
        return false;
    if (finding->verdict == TERN_EXACT || finding->verdict == TERN_UNSUPPORTED)
        return true;
    tern_text_copy(what, sizeof what, finding->reason);
    tern_text_append(what, sizeof what, ", after many calls,");
    return fail(s, finding->verdict, what);
}

static bool call_and_look(sweep *s)
{
    const uint32_t third = s->item.calls / 3;
    tern_leak leak = {0};
    tern_state before = {0};

    tern_buffers_paint(&s->buffers, (uint8_t)(0xA5 + s->items));
    tern_guard_paint_object(&s->buffers.guard[TERN_BUFFER_Y]);
    tern_buffers_remember(&s->buffers, TERN_BUFFER_X);
    tern_buffers_remember(&s->buffers, TERN_BUFFER_PACKED);
    note(s, s->product.stages.prepare == NULL ? "run()" : "prepare() or run()");
    const double start_ns = tern_clock_ns();
    const tern_call call = call_of(s);
    if (s->item.calls > 1)
        tern_state_take_awaiting(&before, tern_kernel_owns_team(s->product.kernel), s->files);
    for (uint32_t i = 0; i < s->item.calls; i++) {
        if (i >= LEAST_OF_MANY_CALLS && tern_clock_ns() - start_ns > MANY_CALLS_NS) {
            tern_text_append(s->cut, sizeof s->cut, "%s%u of %u calls, since they are slow",
                             s->cut[0] == '\0' ? "" : "; ", i, s->item.calls);
            break;
        }
        tern_product_call(&s->product, &call, s->team);
        if (!answer_right(s))
            return false;
        if (s->item.calls > 1)
            turn_x(s);
        if (third > 0 && (i + 1) % third == 0)
            tern_leak_look(&leak);
    }
    if (!is_steady(s, &leak, third))
        return false;
    if (s->item.calls == 1 && !tern_buffers_unchanged(&s->buffers, TERN_BUFFER_X))
        return fail(s, TERN_OVERRUN, "run() changes X, which it may only read,");
    if (!tern_buffers_unchanged(&s->buffers, TERN_BUFFER_PACKED))
        return fail(s, TERN_OVERRUN, "run() changes packed W, which it may only read,");
    return zones_whole(s) && (s->item.calls == 1 || leaves_state_whole(s, &before));
}

/* For one thread; where the calls are walked through, for one to three, if the kernel does so many. */
static const char *bind(sweep *s)
{
    const uint32_t threads = s->walked ? 1 + (uint32_t)(s->items % 3) : 1;

    if (threads > 1 && tern_product_bind(&s->product, &s->item.c, threads) == NULL)
        return NULL;
    return tern_product_bind(&s->product, &s->item.c, 1);
}

/* Whether the sweep goes on. */
static bool run_item(sweep *s)
{
    note(s, "bind()");
    s->items++;
    if (is_refused(s, bind(s)))
        return true;
    if (!place(s))
        return false;
    tern_buffers_paint(&s->buffers, (uint8_t)(0x5A + s->items));
    if (!fill(s) || !pack(s))
        return false;
    note(s, "make_plan()");
    if (is_refused(s, make_plan(s)))
        return true;
    bool right = true;
    if (s->walked)
        call_walked(s);
    else
        right = call_and_look(s);
    note(s, "drop_plan()");
    tern_product_drop_plan(&s->product);
    return right && (s->walked || s->item.calls == 1 || keeps_promises_when_warm(s));
}

static bool run_items(sweep *s)
{
    const size_t places = tern_sweep_count(s->of);

    for (size_t i = 0; i < places; i++) {
        s->result->place = i;
        if (tern_sweep_at(s->of, i, &s->item) && !run_item(s))
            return false;
    }
    return true;
}

static void run_items_walked(void *argument)
{
    sweep *s = argument;

    s->walked = true;
    run_items(s);
}

/* The other process notes in our memory where it is, and what it finds does not count: it is looked at, not trusted. */
static bool keeps_to_its_isa(sweep *s)
{
    const tern_battery_result before = *s->result;
    tern_undeclared undeclared;
    char what[160] = "";

    tern_undeclared_find(s->of->kernel->isa, run_items_walked, s, &undeclared);
    const size_t place_found = s->result->place;
    const char *step = s->result->step;
    *s->result = before;
    s->looked_away = !undeclared.looked;
    if (undeclared.set == NULL)
        return true;
    s->result->step = step;
    s->result->place = place_found;
    tern_sweep_at(s->of, place_found, &s->item);
    tern_text_append(what, sizeof what, "%s uses %s (at %s), which the kernel does not declare,", step, undeclared.set,
                     undeclared.place);
    return fail(s, TERN_MISDECLARED, what);
}

static void remark(const sweep *s, const char *remark)
{
    tern_finding *finding = &s->result->finding;

    if (remark[0] != '\0')
        tern_text_append(finding->reason, sizeof finding->reason, "%s%s", finding->reason[0] == '\0' ? "" : "; ",
                         remark);
}

static void conclude(sweep *s)
{
    tern_finding *finding = &s->result->finding;
    char refused[192] = "";

    finding->verdict = s->items > 0 && s->refused == s->items ? TERN_UNSUPPORTED : TERN_EXACT;
    finding->reason[0] = '\0';
    if (s->refused > 0)
        tern_text_append(refused, sizeof refused, "%zu of %zu refused, the first because %s", s->refused, s->items,
                         s->refusal);
    remark(s, refused);
    remark(s, s->cut);
    remark(s, s->looked_away ? "its instructions were not looked at: no process can be traced here" : "");
}

void tern_sweep_run(const tern_battery_task *task, tern_battery_result *result)
{
    const tern_sweep which = task->c->data.sweep;
    sweep s = {.of = task->c, .result = result};
    tern_error error;

    if (tern_battery_leaves_out != NULL && strcmp(tern_battery_leaves_out, tern_sweep_name(which)) == 0)
        return;
    result->pass = in_a_sweep;
    if (tern_team_new(&s.team, 1, &error) != TERN_OK) {
        fail_machine(&s, error.text);
    } else if (which != TERN_SWEEP_ISA || keeps_to_its_isa(&s)) {
        tern_fault_watch(s.buffers.guard, TERN_BUFFERS, &result->fault);
        s.files = tern_process_files();
        if (run_items(&s))
            conclude(&s);
    }
    tern_team_free(s.team);
    tern_buffers_free(&s.buffers);
    free(s.expected);
}
