#include "run/checks.h"

#include "base/text.h"
#include "machine/memory.h"

#include <stdlib.h>
#include <string.h>

tern_status tern_checks_open(tern_checks *checks, tern_error *error)
{
    memset(checks, 0, sizeof *checks);
    return tern_checker_new(&checks->checker, error);
}

void tern_checks_close(tern_checks *checks)
{
    tern_checker_free(checks->checker);
    free(checks->checked);
}

static const tern_finding *find(const tern_checks *checks, const tern_case *c)
{
    for (size_t i = 0; i < checks->count; i++)
        if (tern_case_same_kernel(&checks->checked[i].c, c))
            return &checks->checked[i].finding;
    return NULL;
}

static tern_status keep(tern_checks *checks, const tern_case *c, const tern_finding *finding, tern_error *error)
{
    if (checks->checked == NULL || checks->count == checks->capacity) {
        const size_t capacity = checks->capacity == 0 ? 16 : 2 * checks->capacity;
        tern_checked *checked = realloc(checks->checked, capacity * sizeof *checked);
        if (checked == NULL)
            return tern_error_memory(error, "verdicts", (double)(capacity * sizeof *checked));
        checks->checked = checked;
        checks->capacity = capacity;
    }
    checks->checked[checks->count++] = (tern_checked){*c, *finding};
    return TERN_OK;
}

tern_status tern_checks_look(tern_checks *checks, const tern_case *c, const tern_child_options *child,
                             tern_finding *finding, tern_error *error)
{
    const tern_problem_key data = tern_problem_key_of_data(tern_case_problem(c));
    tern_case alone = *c;

    if (!tern_problem_key_same(&checks->data, &data))
        checks->count = 0;
    checks->data = data;
    const tern_finding *known = find(checks, c);
    if (known != NULL) {
        *finding = *known;
        return TERN_OK;
    }
    alone.cache = TERN_CHECK_ONLY;
    const double needed = tern_check_needed_bytes(alone.shape);
    tern_error cause;
    /* A system that promises more memory than it has ends the process once it is used. */
    if (alone.data.sweep == TERN_SWEEP_NONE && needed > (double)tern_memory_available_bytes()) {
        tern_error_memory(&cause, "a check of this shape", needed);
        *finding = (tern_finding){.verdict = TERN_UNSUPPORTED};
        tern_text_copy(finding->reason, sizeof finding->reason, cause.text);
        return TERN_OK;
    }
    const tern_status status = tern_check_case(checks->checker, &alone, child, finding, error);
    return status == TERN_OK ? keep(checks, c, finding, error) : status;
}
