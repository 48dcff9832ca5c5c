/*
 * The passes are a table. Each one packs W, lays the buffers against guard pages, paints all that the kernel must not
 * read or write with a colour of its own, calls the kernel and looks at everything afterwards. The first breach ends
 * the battery.
 *
 * A pass costs a call or a few. Shapes of more than LARGE_MACS get the passes that are marked so, which show each
 * promise once in few calls; brief cases get those that may depend on sizes and data.
 */
#include "check/battery.h"

#include "base/text.h"
#include "check/change.h"
#include "check/exits.h"
#include "check/module_address.h"
#include "check/pass_look.h"
#include "check/second_process.h"

#include <signal.h>
#include <string.h>

static const double LARGE_MACS = 1e8;

enum { BOTH = TERN_CHANGE_X | TERN_CHANGE_W };

const char *tern_battery_leaves_out;

/*
 * The first one takes one thread and unchanged inputs: what is wrong there is wrong in the plainest of calls. The other
 * process comes last, and is forked before the first.
 */
static const tern_pass passes[] = {
    {"first", TERN_GUARD_AFTER, 1, 0, .watched = true, .brief = true,
     .name = "in a first call, with guard pages after its buffers"},
    {"again", TERN_GUARD_AFTER, 1, 0, .often = true, .watched = true, .brief = false,
     .name = "when called again, with other contents of Y and scratch"},
    {"x", TERN_GUARD_AFTER, 1, TERN_CHANGE_X, .brief = true, .name = "when X is changed in place"},
    {"slices-3", TERN_GUARD_AFTER, 3, 0, TERN_SLICES_ALONE, .watched = true, .brief = true, .large = true,
     .name = "slice after slice"},
    {"edges", TERN_GUARD_AFTER, 3, 0, TERN_SLICES_ALONE, .look = tern_pass_look_beyond_edges,
     .name = "slice after slice, each with its edges on edges of pages"},
    {"threads-2", TERN_GUARD_AFTER, 2, 0, .watched = true, .large = true, .name = "with 2 threads"},
    {"threads-3", TERN_GUARD_AFTER, 3, 0, .brief = true, .name = "with 3 threads"},
    {"threads-5", TERN_GUARD_AFTER, 5, 0, .crossed = true,
     .name = "with 5 threads, other ones in run() than in prepare()"},
    {"w-x", TERN_GUARD_BEFORE, 1, BOTH, .brief = true, .large = true, .name = "when W and X are changed in place"},
    {"unaligned", TERN_GUARD_UNALIGNED, 1, 0, .brief = true,
     .name = "at addresses that are aligned as it declares and no more"},
    {"apart", TERN_GUARD_APART, 1, 0, .name = "with buffers more than 4 GiB apart"},
    {"slices-4", TERN_GUARD_BEFORE, 4, 0, TERN_SLICES_ALONE, .brief = true,
     .name = "slice after slice for 4 threads, with guard pages before its buffers"},
    {"slices-8", TERN_GUARD_AFTER, 8, 0, TERN_SLICES_ALONE, .name = "slice after slice for 8 threads"},
    {"slices-16", TERN_GUARD_AFTER, 16, 0, TERN_SLICES_ALONE, .name = "slice after slice for 16 threads"},
    {"slices-64", TERN_GUARD_AFTER, 64, 0, TERN_SLICES_ALONE, .name = "slice after slice for 64 threads"},
    {"slices-200", TERN_GUARD_AFTER, 200, 0, TERN_SLICES_ALONE, .name = "slice after slice for 200 threads"},
    {"slices-uneven", TERN_GUARD_AFTER, 7, 0, TERN_SLICES_UNEVEN,
     .name = "in uneven slices, on one CPU after the other"},
    {"slices-on-pages", TERN_GUARD_BEFORE, 2, 0, TERN_SLICES_ON_PAGES,
     .name = "slice after slice, the other slices' part of Y untouchable"},
    {"w", TERN_GUARD_AFTER, 1, TERN_CHANGE_W, .name = "when W alone is changed in place"},
    {"values", TERN_GUARD_AFTER, 1, 0, .keep = true, .large = true, .look = tern_pass_look_at_values,
     .name = "when a value of X is changed in place, Y and scratch as they were"},
    {"weights", TERN_GUARD_AFTER, 1, 0, .keep = true, .look = tern_pass_look_at_weights,
     .name = "when a weight is changed in place, Y and scratch as they were"},
    {"old-y", TERN_GUARD_AFTER, 1, 0, .keep = true, .look = tern_pass_look_at_old_y,
     .name = "with the right answer, zeros or ones in Y"},
    {"together", TERN_GUARD_AFTER, 1, 0, .look = tern_pass_look_together,
     .name = "when two calls run at the same time"},
    {"others", TERN_GUARD_AFTER, 1, 0, .look = tern_pass_look_after_others,
     .name = "after another problem was bound and computed, or while it is"},
    {"packed-for-other", TERN_GUARD_AFTER, 1, 0, .other_pack = 1,
     .name = "with W packed for another N and more threads"},
    {"packed-for-many", TERN_GUARD_AFTER, 1, 0, .other_pack = 1100,
     .name = "with W packed for another N, above 1000, and many threads"},
    {"facts", TERN_GUARD_AFTER, 1, 0, .watched = true, .brief = true, .look = tern_pass_look_at_facts,
     .name = "when asked for facts"},
    {"leaks", TERN_GUARD_AFTER, 1, 0, .look = tern_pass_look_for_leaks, .name = "when it is called again and again"},
    {"claims", TERN_GUARD_AFTER, 1, 0, .look = tern_pass_look_at_claims, .name = "when its claims are tried"},
};

/* By several threads at once, if the kernel takes some: what a first call sets up must be whole for all of them. */
static const tern_pass passes_of_second[] = {
    {"second-process", TERN_GUARD_AFTER, 2, 0, .name = "with W packed by another process, where it is a first call"},
    {"second-process", TERN_GUARD_AFTER, 1, 0, .name = "with W packed by another process"},
};

enum { SECOND_PASSES = sizeof passes_of_second / sizeof *passes_of_second };

const char *tern_battery_pass(size_t index, const char **words)
{
    const size_t count = sizeof passes / sizeof *passes;

    if (index > count)
        return NULL;
    const tern_pass *pass = index < count ? &passes[index] : passes_of_second;
    *words = pass->name;
    return pass->id;
}

/* Whether the battery goes on. */
static bool run_pass(tern_pass_run *run, uint8_t paint)
{
    bool refused;

    if (!tern_pass_run_bind(run, &refused))
        return false;
    if (refused || !tern_pass_run_applies(run))
        return true;
    return tern_pass_run_prepare(run, paint) && (run->pass->look == NULL ? tern_pass_look(run) : run->pass->look(run));
}

static bool is_left_out(const tern_pass *pass)
{
    return tern_battery_leaves_out != NULL && strcmp(pass->id, tern_battery_leaves_out) == 0;
}

/* An OpenMP team of the process that forks is not there in the one that is forked, and would be waited for. */
static bool bind_second(tern_pass_run *run)
{
    bool refused = true, right = true;

    for (size_t i = tern_kernel_owns_team(run->task->c->kernel) ? 1 : 0; i < SECOND_PASSES && right && refused; i++) {
        run->pass = &passes_of_second[i];
        right = tern_pass_run_bind(run, &refused);
    }
    return right && !refused;
}

/* In the other process. What it finds is the finding of the battery, whose result is shared memory. */
static void run_second(void *argument, int file, size_t bytes)
{
    tern_pass_run *run = argument;

    if (bind_second(run) && tern_pass_run_take_packed(run, file, bytes))
        tern_pass_look(run);
    /* ThreadSanitizer sleeps for a second where a process ends that has threads. */
    tern_team_free(run->team);
}

/* Packs as in a first pass, and sends it over. */
static bool look_with_second(tern_pass_run *run, tern_second_process *second)
{
    if (!bind_second(run) || !tern_pass_run_prepare(run, 0x3C))
        return false;
    const tern_guard *packed = tern_pass_run_buffer(run, TERN_BUFFER_PACKED);
    if (tern_module_address_is_in(packed->data, packed->bytes))
        return tern_pass_run_fail(run, TERN_OVERRUN, "pack() leaves an address of the program in packed W,");
    const int end = tern_second_process_run(second, packed->data, packed->bytes);
    if (end == TERN_SECOND_PROCESS_LOST)
        return tern_pass_run_fail_machine(
            run,
            "a process that computes with the packed W of another was ended before it began, or cannot be waited for");
    if (end == TERN_SECOND_PROCESS_FULL)
        return tern_pass_run_fail_machine(run,
                                          "no room for packed W in a file in memory: out of memory, or see ulimit -f");
    if (end > 0)
        raise(end); /* this process ends as the other did */
    if (end < 0)
        return tern_pass_run_fail(run, TERN_CRASH, "%s leaves the process", run->result->step);
    return run->result->finding.verdict == TERN_EXACT;
}

static void run_passes(tern_pass_run *run)
{
    const tern_shape shape = run->task->c->shape;
    const bool large = tern_shape_macs(shape) > LARGE_MACS;
    const bool brief = run->task->c->brief;
    const bool has_second = !large && !brief && !is_left_out(passes_of_second);
    tern_second_process second = {.wake = -1, .file = -1};
    bool goes_on = true;

    if (has_second)
        tern_second_process_start(&second, run_second, run);
    run->files = tern_process_files();
    for (size_t i = 0; i < sizeof passes / sizeof *passes && goes_on; i++) {
        run->pass = &passes[i];
        if ((!large || run->pass->large) && (!brief || run->pass->brief) && !is_left_out(run->pass))
            goes_on = run_pass(run, (uint8_t)(0xA5 + 0x17 * i));
    }
    if (goes_on && second.pid > 0)
        look_with_second(run, &second);
    else if (goes_on && has_second)
        tern_text_copy(run->result->finding.reason, sizeof run->result->finding.reason,
                       "its packed W was not tried in another process: none can be started here");
    tern_second_process_end(&second);
}

void tern_battery_run(const tern_battery_task *task, tern_battery_result *result)
{
    tern_pass_run run;

    if (tern_pass_run_new(&run, task, result) == TERN_OK) {
        tern_fault_watch(run.buffers.guard, TERN_BUFFERS, &result->fault);
        result->finding.values = run.values;
        tern_exits_watch((uintptr_t)task->c->kernel->bind);
        run_passes(&run);
    } else {
        tern_pass_run_fail_machine(&run, "out of memory for the expected result");
    }
    tern_pass_run_free(&run);
}
