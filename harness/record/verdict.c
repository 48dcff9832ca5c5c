#include "record/verdict.h"

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
