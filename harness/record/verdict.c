#include "record/verdict.h"

#include "base/text.h"

#include <string.h>

const char *const tern_verdict_names[] = {
    [TERN_EXACT] = "EXACT",
    [TERN_MISMATCH] = "MISMATCH",
    [TERN_OVERRUN] = "OVERRUN",
    [TERN_NONDETERMINISTIC] = "NONDETERMINISTIC",
    [TERN_CRASH] = "CRASH",
    [TERN_TIMEOUT] = "TIMEOUT",
    [TERN_MISDECLARED] = "MISDECLARED",
    [TERN_IMPOSSIBLE] = "IMPOSSIBLE",
    [TERN_UNSUPPORTED] = "UNSUPPORTED",
    [TERN_INTERRUPTED] = "INTERRUPTED",
    NULL,
};

const char *tern_verdict_name(tern_verdict verdict)
{
    return tern_verdict_names[verdict];
}

bool tern_verdict_is_wrong(tern_verdict verdict)
{
    return verdict != TERN_EXACT && verdict != TERN_UNSUPPORTED && verdict != TERN_INTERRUPTED;
}

tern_finding tern_finding_of_child(const tern_child_outcome *outcome)
{
    tern_finding finding = {.verdict = outcome->end == TERN_CHILD_TIMEOUT                            ? TERN_TIMEOUT
                                       : outcome->end == TERN_CHILD_STOPPED || outcome->from_outside ? TERN_INTERRUPTED
                                                                                                     : TERN_CRASH};

    tern_text_copy(finding.reason, sizeof finding.reason, outcome->reason);
    return finding;
}

tern_status tern_finding_expect_whole(const tern_finding *finding, tern_error *error)
{
    return finding->verdict == TERN_INTERRUPTED ? tern_error_set(error, TERN_ENVIRONMENT, "%s", finding->reason)
                                                : TERN_OK;
}
