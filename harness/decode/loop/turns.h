/*
 * turns.h - jobs of one model decoded in turns, in one child process, so that what is said of one against another is a
 * median over rounds.
 *
 * A turn is a prompt, which is not timed, and the steps after it, more than once where they are short, with a team of
 * threads and a loop of its own: no thread of one job waits while another is timed. Jobs that pack the weights alike
 * share them. Every turn is held against the weights while it runs, and jobs that compute with as many bits have to
 * find the same logits, to the last bit.
 */
#ifndef TERN_TURNS_H
#define TERN_TURNS_H

#include "base/child.h"
#include "decode/loop/job.h"
#include "measure/schedule.h"

enum { TERN_TURNS_ROUNDS = 40, TERN_TURNS_SAMPLES = 2 * TERN_TURNS_ROUNDS };

typedef struct tern_turns_request {
    const tern_decode_job
        *job;               /* that differ in kernel, toggles, threads and pin alone; their own progress is not used */
    uint32_t jobs;          /* >= 1 */
    tern_schedule schedule; /* TERN_TURNS_ROUNDS at most */
    double budget_s;        /* of all turns together, for TERN_UNTIL_BUDGET */
    double turn_deadline_s;
    tern_job_progress *progress; /* NULL: not wanted */
} tern_turns_request;

/* What came of one job. */
typedef struct tern_turns_result {
    tern_finding finding;          /* EXACT, or why there are no samples */
    uint32_t visits;               /* samples a round */
    uint32_t samples;              /* visits * rounds, or 0 */
    double ns[TERN_TURNS_SAMPLES]; /* of one step, the mean over those of a turn, in the order taken */
    uint64_t logits_hash;
} tern_turns_result;

/*
 * Fills result, of which there are as many as jobs. A job that is wrong, or that ends the process, says so in its
 * finding; in the latter case nobody has samples. child's deadline is for all of it. TERN_USAGE: no such model, sizes
 * that do not fit. TERN_ENVIRONMENT: memory, for all ways in which the weights are packed at a time, or the machine.
 */
tern_status tern_turns_run(const tern_turns_request *request, const tern_child_options *child,
                           tern_turns_result *result, tern_error *error);

#endif
