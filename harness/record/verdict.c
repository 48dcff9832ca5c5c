#include "record/verdict.h"

#include "base/text.h"

#include <string.h>

static const char *const names[] = {
    [TERN_EXACT] = "EXACT",
    [TERN_MISMATCH] = "MISMATCH",
    [TERN_OVERRUN] = "OVERRUN",
    [TERN_NONDETERMINISTIC] = "NONDETERMINISTIC",
    [TERN_CRASH] = "CRASH",
    [TERN_TIMEOUT] = "TIMEOUT",
    [TERN_UNSUPPORTED] = "UNSUPPORTED",
};

const char *tern_verdict_name(tern_verdict verdict)
{
    return names[verdict];
}

int tern_verdict_parse(const char *name, tern_verdict *verdict)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) {
            *verdict = (tern_verdict)i;
            return 0;
        }
    return -1;
}

tern_finding tern_finding_of_child(const tern_child_outcome *outcome)
{
    tern_finding finding = {.verdict = outcome->end == TERN_CHILD_TIMEOUT ? TERN_TIMEOUT : TERN_CRASH};

    tern_text_copy(finding.reason, sizeof finding.reason, outcome->reason);
    return finding;
}
