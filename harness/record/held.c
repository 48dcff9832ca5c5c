#include "record/held.h"

#include "base/text.h"
#include "record/decode.h"

#include <inttypes.h>
#include <string.h>

void tern_held_take(tern_held *held, tern_line line, const void *value)
{
    const tern_decode_record *decode = value;

    if (line == TERN_LINE_RUN && !tern_run_took_up(value))
        *held = (tern_held){0};
    else if (line == TERN_LINE_CASE)
        tern_run_end_count(&held->counted, ((const tern_record *)value)->finding.verdict);
    else if (line == TERN_LINE_DECODE && !decode->baseline)
        tern_run_end_count(&held->counted, decode->finding.verdict);
}

uint32_t tern_held_lost(const tern_held *held, const tern_run_end *end)
{
    return end->done > held->counted.done ? end->done - held->counted.done : 0;
}

static void subtract(uint32_t *from, uint32_t count)
{
    *from -= count < *from ? count : *from;
}

void tern_held_leave_out(const tern_held *left_out, tern_run_end *end)
{
    subtract(&end->done, left_out->counted.done);
    subtract(&end->exact, left_out->counted.exact);
    subtract(&end->wrong, left_out->counted.wrong);
    subtract(&end->skipped, left_out->counted.skipped);
}

char *tern_held_sentence(uint32_t lost, uint32_t done, char *text, size_t bytes)
{
    text[0] = '\0';
    tern_text_append(text, bytes, "%" PRIu32 " of %" PRIu32 " result%s not in the file", lost, done,
                     done == 1   ? " is"
                     : lost == 1 ? "s is"
                                 : "s are");
    return text;
}

void tern_held_judge(const tern_held *held, tern_run_end *end)
{
    const uint32_t lost = tern_held_lost(held, end);
    char sentence[80];

    if (lost == 0)
        return;
    end->complete = false;
    tern_held_sentence(lost, end->done, sentence, sizeof sentence);
    if (strstr(end->reason, sentence) == NULL) /* read again, it is there already */
        tern_text_append(end->reason, sizeof end->reason, "%s%s", end->reason[0] == '\0' ? "" : "; ", sentence);
}
