/*
 * ablate_decode.h - what each part of the decode loop contributes: its toggles, its threads, its kernel. Every
 * observation is an "arm" line, as those of kernels are.
 */
#ifndef TERN_ABLATE_DECODE_H
#define TERN_ABLATE_DECODE_H

#include "decode/loop/job.h"
#include "run/recording.h"
#include "run/two_sides.h"

typedef struct tern_ablate_decode_settings {
    tern_recording_settings recording;
    tern_decode_job job; /* all but isa, pin and progress; no kernel: the fastest on the model's shapes */
    const char *plain;   /* the kernel that stands for "off"; NULL: the portable one that the job's goes back to */
    double budget_s;     /* of the samples of all combinations, at each side */
    uint64_t seed;       /* of orders */
    const tern_two_sides *sides; /* whose CAND are the session's kernels; NULL: there is one side */
} tern_ablate_decode_settings;

/*
 * Both kernels are proven EXACT on the model's shapes; then several processes each decode with every combination in
 * turns. Off is: portable code (simd), one thread, no cache of keys and values, 32 bits of each (kv), norm and
 * quantisation apart (fused), 16 bits a weight of the head, small pages, the plain kernel. What is off in the job
 * itself is left out, and told. TERN_USAGE: no such model or kernel. Returns the exit status; recording as
 * tern_recording_run() says.
 *
 * With two sides the job's kernel is CAND's, and the one that stands for it in BASE is ablated in its place. The loop
 * is this program's and the plain kernel CAND's at both, so that all of it off is the same code, and the totals differ
 * by what the kernels do. TERN_USAGE: BASE has no such kernel, or there is no plain one. TERN_NOTHING: both have the
 * same code.
 */
int tern_ablate_decode_run(tern_recording *recording, const tern_ablate_decode_settings *settings,
                           tern_session *session, const tern_observer *observer, tern_error *error);

#endif
