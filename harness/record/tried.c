#include "record/tried.h"

#include "base/text.h"

bool tern_tried_explain(char *text, size_t bytes, const tern_finding *finding)
{
    text[0] = '\0';
    if (finding->verdict == TERN_EXACT)
        tern_text_append(text, bytes, "it could not be timed");
    else
        tern_text_append(text, bytes, "%s%s%s", tern_verdict_name(finding->verdict),
                         finding->reason[0] == '\0' ? "" : ": ", finding->reason);
    return tern_verdict_is_wrong(finding->verdict) && finding->verdict != TERN_TIMEOUT;
}
