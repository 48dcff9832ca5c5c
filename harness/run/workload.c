#include "run/workload.h"

#include "base/text.h"
#include "record/record.h"

#include <assert.h>
#include <string.h>

#include <xxhash.h>

void tern_workload_add(tern_workload *workload, const tern_case *problem, double times)
{
    assert(workload->problems < TERN_WORKLOAD_PROBLEMS);
    if (times <= 0.0)
        return;
    tern_case *added = &workload->problem[workload->problems];
    *added = *problem;
    added->kernel = NULL;
    workload->times[workload->problems++] = times;
}

tern_workload tern_workload_of_case(const tern_case *c)
{
    tern_workload workload = {.problems = 0};
    char id[TERN_ID_BYTES];

    tern_workload_add(&workload, c, 1.0);
    tern_text_copy(workload.id, sizeof workload.id, tern_case_id(&workload.problem[0], id, sizeof id));
    return workload;
}

uint64_t tern_workload_hash(const tern_workload *workload)
{
    uint64_t hash = 0;

    for (size_t i = 0; i < workload->problems; i++) {
        const tern_problem_key key = tern_case_problem(&workload->problem[i]);
        const struct {
            uint64_t before, problem;
            double times;
        } part = {hash, tern_problem_key_hash(&key), workload->times[i]};
        hash = XXH3_64bits(&part, sizeof part);
    }
    return hash;
}

static double work_of(const tern_workload *workload, size_t problem)
{
    const tern_shape shape = workload->problem[problem].shape;

    return workload->times[problem] * (double)shape.m * (double)shape.k;
}

bool tern_workload_is_main(const tern_workload *workload, size_t problem)
{
    for (size_t i = 0; i < workload->problems; i++)
        if (workload->problem[i].shape.n == workload->problem[problem].shape.n &&
            work_of(workload, i) > work_of(workload, problem))
            return false;
    return true;
}

tern_case tern_workload_case(const tern_workload *workload, size_t problem, const tern_case *c)
{
    tern_case of = workload->problem[problem];

    of.kernel = c->kernel;
    memcpy(of.toggle, c->toggle, sizeof of.toggle);
    return of;
}
