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
    NULL,
};

const char *tern_verdict_name(tern_verdict verdict)
{
    return tern_verdict_names[verdict];
}

tern_finding tern_finding_of_child(const tern_child_outcome *outcome)
{
    tern_finding finding = {.verdict = outcome->end == TERN_CHILD_TIMEOUT ? TERN_TIMEOUT : TERN_CRASH};

    tern_text_copy(finding.reason, sizeof finding.reason, outcome->reason);
    return finding;
}
