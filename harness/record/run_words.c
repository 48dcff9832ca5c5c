#include "record/run.h"

#include "base/text.h"

#include <string.h>

const char *tern_run_repro(const tern_run *run)
{
    return run->repro[0] == '\0' ? "ternbench repro" : run->repro;
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
