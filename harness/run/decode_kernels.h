/*
 * decode_kernels.h - the kernels of a decode run: which one it takes, whether it may, whether it is EXACT on the
 * model's shapes, and the plain one that it goes back to.
 */
#ifndef TERN_DECODE_KERNELS_H
#define TERN_DECODE_KERNELS_H

#include "decode/loop/job.h"
#include "decode/loop/model.h"
#include "run/recording.h"
#include "run/workload.h"

/*
 * What the parent needs to know of the model; sets the job's context where it says nothing. parts are the products of a
 * layer, to be freed whatever is returned.
 */
tern_status tern_decode_kernels_look(tern_decode_job *job, tern_geometry *geometry, tern_parts *parts, char *source,
                                     size_t bytes, tern_error *error);

/* Whether a kernel, if there is one, may be used; not with small pages of its own: those are a toggle of the loop. */
tern_status tern_decode_kernels_permit(const tern_session *session, const tern_case *kernel, tern_error *error);

/*
 * What the job is for a kernel: the products of the feed-forward layer, most of the weights. Of a step both, whose K
 * differ; of a block of the prompt the larger one, for both.
 */
tern_workload tern_decode_kernels_workload(const tern_decode_job *job, const tern_geometry *geometry,
                                           const tern_parts *parts);

/*
 * Where the job names none: the fastest for its steps and blocks of prompt together, as often as each is done, with
 * toggles, and why; "" where it was named. None when the program was asked to end before.
 */
tern_status tern_decode_kernels_choose(tern_recording *recording, tern_decode_job *job, const tern_geometry *geometry,
                                       const tern_parts *parts, char *reason, size_t bytes, tern_error *error);

/* Whether the kernel is EXACT on every shape of a token, with all promises of its contract. */
tern_status tern_decode_kernels_check(tern_recording *recording, const tern_decode_job *job,
                                      const tern_geometry *geometry, const tern_parts *parts, tern_finding *finding,
                                      tern_error *error);

/*
 * One of kernels: the one of that name; where name is NULL the portable one with packed weights that `kernel` goes back
 * to. plain->kernel is NULL when there is none.
 */
tern_status tern_decode_kernels_plain(const tern_session *session, const tern_registry *kernels,
                                      const tern_case *kernel, const char *name, tern_case *plain, tern_error *error);

/* Of all that the job does, with the slowest kernel. */
double tern_decode_kernels_deadline_s(const tern_decode_job *job, const tern_geometry *geometry);

#endif
