/*
 * measure_job.h - one run of the decode loop, from a model's name to its record: load, verify, prompt, tokens, in a
 * child process.
 */
#ifndef TERN_MEASURE_JOB_H
#define TERN_MEASURE_JOB_H

#include "base/child.h"
#include "decode/loop/job.h"

/*
 * Runs the job in a child process and fills the record but for id, pick_reason, target, budget and roofs, and what
 * follows from them (tern_decode_conclude()). What is wrong with the kernel is its finding. TERN_USAGE: no such
 * model, a bad file, sizes that do not fit. TERN_ENVIRONMENT: memory, or the machine.
 */
tern_status tern_decode_measure(const tern_decode_job *job, const tern_child_options *child, tern_decode_record *record,
                                tern_error *error);

#endif
