#include "record/run.h"

#include "base/text.h"

#include <string.h>

const char *tern_run_repro(const tern_run *run)
{
    return run->repro[0] == '\0' ? "ternbench repro" : run->repro;
}

bool tern_run_end_count(tern_run_end *end, tern_verdict verdict)
{
    if (verdict == TERN_INTERRUPTED)
        return false;
    end->done++;
    end->exact += verdict == TERN_EXACT;
    end->skipped += verdict == TERN_UNSUPPORTED;
    end->wrong += verdict != TERN_EXACT && verdict != TERN_UNSUPPORTED;
    return true;
}

bool tern_run_took_up(const tern_run *run)
{
    for (uint32_t i = 0; i < run->warnings && i < TERN_RUN_WARNINGS; i++)
        if (strncmp(run->warning[i], TERN_RUN_TOOK_UP, strlen(TERN_RUN_TOOK_UP)) == 0)
            return true;
    return run->warnings >= TERN_RUN_WARNINGS;
}

char *tern_run_excluder(const tern_run *run, char *text, size_t bytes)
{
    text[0] = '\0';
    if (strcmp(run->isa_cap, "native") == 0)
        tern_text_append(text, bytes, "this processor lacks");
    else
        tern_text_append(text, bytes, "--isa %s or this processor excludes", run->isa_cap);
    return text;
}
